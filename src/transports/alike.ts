/** Names that ssh's configuration can't tell apart, so that one answer of `ssh -G` is right for all of them. Pure. */
import { isIPv4 } from "node:net";
import { matchesPatterns } from "./patterns.ts";

export interface Alike {
  /** Equal for two names exactly if every Host line holds for both or for none. */
  readonly classOf: (name: string) => string;
  /** Some HostName of the configuration has this value. */
  readonly isHostName: (name: string) => boolean;
}

/**
 * By the text of all files that ssh read, as ssh_config(5) describes them; undefined where more than Host lines may
 * depend on the name, or where a line is written in a way that this reading leaves to ssh.
 */
export function alikeBy(texts: readonly string[]): Alike | undefined {
  const patterns: (readonly string[])[] = [];
  const hostNames = new Set<string>();
  for (const line of texts.flatMap((text) => text.split("\n")).map((each) => each.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const [, word = "", value = ""] = /^([A-Za-z0-9]+)(?:\s*=\s*|\s+)(.*)$/.exec(line) ?? [];
    const keyword = word.toLowerCase();
    if (keyword === "" || keyword === "match" || keyword.startsWith("canonical")) return undefined;
    if (value.includes("%") && keyword !== "controlpath") return undefined;
    if (keyword !== "host" && keyword !== "hostname") continue;
    if (/["'\\#=,]|[^\t\r\x20-\x7e]/.test(line.slice(word.length + 1))) return undefined;
    if (keyword === "host") patterns.push(value.split(/[ \t\r]+/));
    else if (isPlainName(value.toLowerCase())) hostNames.add(value.toLowerCase());
    else return undefined;
  }
  return {
    classOf: (name) => patterns.map((line) => (matchesPatterns(line, name) ? "1" : "0")).join(""),
    isHostName: (name) => hostNames.has(name),
  };
}

/**
 * Spelled as ssh itself would spell it: it writes numbers as addresses and shortens those of IPv6. What isn't, is asked
 * for alone.
 */
export const isPlainName = (name: string) =>
  /^[a-z0-9][a-z0-9._-]*$/.test(name) && (isIPv4(name) || !/(^|\.)(\d+|0x[0-9a-f]*)\.?$/.test(name));

/** The answer for `name` out of the one for `other`, which is alike; undefined where it can't be told. */
export function answerFor(
  name: string,
  { other, text, alike }: { readonly other: string; readonly text: string; readonly alike: Alike },
): string | undefined {
  if (name === other) return text;
  const one = (key: string) => new RegExp(`^${key} (.*)$`, "m").exec(text)?.[1] ?? "";
  // ssh refuses a host that is its own jump host.
  if (one("proxyjump").includes(name)) return undefined;
  const hostname = one("hostname");
  if (alike.isHostName(hostname)) return hostname === other ? undefined : text;
  return hostname === other ? text.replace(/^hostname .*$/m, () => `hostname ${name}`) : undefined;
}
