/** What ufw's start changes besides rules: the keys of its sysctl file, loaded by `sysctl -e -q -p FILE`. */
import { valueOr } from "../../facts/probe.ts";
import { type FirewallFacts, liveKey, ufwSysctls } from "./probes.ts";

interface SysctlLine {
  /** Dotted; an interface's own dots are slashes then. */
  readonly key: string;
  readonly value: string;
}

/** sysctl.d(5): the first separator, `/` or `.`, tells which of the two the key is written with. */
export function dottedKey(key: string): string {
  if (!/^[^./]*\//.test(key)) return key;
  return key.replace(/[./]/g, (each) => (each === "/" ? "." : "/"));
}

/** The values that count: for each key the last line. */
export function parseSysctls(content: Buffer): readonly SysctlLine[] {
  const values = new Map<string, string>();
  for (const line of content.toString("utf8").split("\n")) {
    const [, key, value] = /^\s*-?\s*([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) values.set(dottedKey(key), value);
  }
  return [...values].map(([key, value]) => ({ key, value }));
}

export interface SysctlEffects {
  /** Keys whose live value would change, with the value that ufw sets. */
  readonly changes: readonly SysctlLine[];
  /** Keys whose live value was not read. */
  readonly unread: readonly string[];
}

/** Without a file (ufw is still to be installed): Debian's own values. */
export function sysctlEffects(facts: FirewallFacts, content: Buffer | undefined): SysctlEffects {
  const shipped = Object.entries(ufwSysctls).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value }],
  );
  const lines = content === undefined ? shipped : parseSysctls(content);
  const known = lines.filter(({ key }) => key in ufwSysctls);
  return {
    changes: known.filter(({ key, value }) => {
      const now = valueOr(facts[liveKey(key)]!, undefined);
      return now !== undefined && now.replace(/\s+/g, " ").trim() !== value;
    }),
    unread: lines.filter(({ key }) => !(key in ufwSysctls)).map(({ key }) => key),
  };
}
