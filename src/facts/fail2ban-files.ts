/** What fail2ban's configuration files say of its sshd jail. */
import type { Probe } from "./probe.ts";

export interface JailSetting {
  readonly section: "DEFAULT" | "sshd";
  /** In lower case, as fail2ban reads it. */
  readonly key: string;
  readonly value: string;
}

export interface JailFile {
  readonly path: string;
  /** fail2ban leaves out a file that is no UTF-8: its settings are none. */
  readonly isText: boolean;
  readonly settings: readonly JailSetting[];
}

/** jail.conf, jail.d/*.conf, jail.local, jail.d/*.local: the order in which fail2ban reads them; the last value wins. */
export const jailFiles: Probe<readonly JailFile[]> = {
  collector: "fail2ban_files",
  args: [],
  parse: parseFiles,
};

function parseFiles(data: Buffer): readonly JailFile[] {
  const files: { path: string; lines: string[] }[] = [];
  const broken = new Set<string>();
  for (const line of data.toString("utf8").split("\n")) {
    if (line.startsWith("F ")) files.push({ path: line.slice(2), lines: [] });
    else if (line.startsWith("L ")) files.at(-1)?.lines.push(line.slice(2));
    else if (files.length === 0) broken.add(line);
  }
  return files.map(({ path, lines }) => {
    const isText = !broken.has(path);
    return { path, isText, settings: isText ? parseSettings(lines) : [] };
  });
}

/** Python's configparser as fail2ban sets it up: `key = value`, indented lines go on, ` ;` begins a comment. */
export function parseSettings(lines: readonly string[]): readonly JailSetting[] {
  const settings: { section: JailSetting["section"]; key: string; value: string }[] = [];
  let section: JailSetting["section"] = "DEFAULT";
  for (const line of lines.map((each) => each.replace(/(^|\s);.*$/, "").trimEnd())) {
    const header = /^\[(.+)\]/.exec(line)?.[1];
    const [, key, value] = /^([^\s=:#][^=:]*?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    const last = settings.at(-1);
    if (header === "sshd" || header === "DEFAULT") section = header;
    else if (/^\s+\S/.test(line) && last) last.value = `${last.value} ${line.trim()}`;
    else if (key !== undefined && value !== undefined)
      settings.push({ section, key: key.toLowerCase(), value });
  }
  return settings;
}
