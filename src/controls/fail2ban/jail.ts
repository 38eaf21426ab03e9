/** The sshd jail that a profile wants on a host, and the file that says so. */
import { z } from "zod";
import render from "../../../templates/jail.local.hbs";
import { type JailFile, parseSettings } from "../../facts/fail2ban-files.ts";
import type { FileFact } from "../../facts/files.ts";
import type { Fact } from "../../facts/probe.ts";
import {
  areAnywhere,
  formatAddress,
  formatNetwork,
  networkOf,
  openTo,
  parseNetwork,
} from "../../profile/network.ts";
import { cidr, duration } from "../../profile/types.ts";

export const schema = z.strictObject({
  maxRetry: z
    .int()
    .min(1)
    .max(1000)
    .default(3)
    .describe("Failed logins within findTime after which an address is banned"),
  findTime: duration().prefault("10m").describe("Time in which the failed logins are counted"),
  banTime: duration().prefault("1d").describe("Time for which an address stays banned"),
  ignoreIp: z
    .array(cidr)
    .refine((all) => !areAnywhere(all), { error: "would spare everybody from being banned" })
    .prefault([])
    .describe(
      "Addresses and networks that are never banned, besides the host itself and access.from where that is narrower than anywhere",
    ),
});

export type Fail2banParams = z.output<typeof schema>;

/** Values as the jail's keys have them. */
export interface WantedJail extends Fail2banParams {
  readonly ports: readonly number[];
  /** `auto` picks the best way to read a file; it never reads the journal. */
  readonly backend: "systemd" | "auto";
}

export const mainPath = "/etc/fail2ban/jail.local";
export const dropInPath = "/etc/fail2ban/jail.d/zz-harden.local";
export const authLog = "/var/log/auth.log";

/** Whoever calls a program sshd may write a failed login of any address, and have it banned: only root's lines count. */
export const byRoot = "_UID=0";

/**
 * sshd's log in the journal, see systemd.journal-fields(7). Since OpenSSH 9.8 the failures come from sshd-session, and
 * with ssh.socket from units that are named after the connection, so that the unit alone isn't enough.
 */
const journalMatch = ["_SYSTEMD_UNIT=ssh.service", "_COMM=sshd", "_COMM=sshd-session"]
  .map((source) => `${byRoot} ${source}`)
  .join(" + ");

/** One spelling for equal networks; a single address has no prefix, as fail2ban prints it. Other text stays. */
export function spelled(text: string): string {
  const network = parseNetwork(text);
  if (network === undefined) return text;
  return network.prefix === network.bits ? formatAddress(network) : formatNetwork(networkOf(network));
}

/** Of these what spares somebody, and together not everybody. */
export function sparing(networks: readonly string[]): readonly string[] {
  const all = networks.map(spelled);
  const open = openTo(all);
  return all.filter((each) => !open.includes(each));
}

export function jailText(jail: WantedJail): string {
  const journal = jail.backend === "systemd";
  return render({
    ...jail,
    port: jail.ports.join(","),
    ignoreIp: jail.ignoreIp.join(" "),
    journalMatch: journal ? journalMatch : "",
    logPath: journal ? "" : authLog,
  });
}

/** What jailText sets in [sshd]: a file with any other setting isn't ours alone. */
const ourKeys: ReadonlySet<string> = new Set(
  "enabled filter port maxretry findtime bantime ignoreip backend journalmatch logpath".split(" "),
);

const header = "# Written by harden";

/** Whether a file was written by us, whatever somebody made of it since. */
export const isWrittenByUs = (fact: Fact<FileFact>) =>
  fact.state === "present" && fact.value.content?.toString("utf8").startsWith(header) === true;

/** Whether a file was written by us, and nobody has added settings of their own since. */
export function isOurs(fact: Fact<FileFact>): boolean {
  if (fact.state !== "present" || fact.value.type !== "file") return false;
  const text = fact.value.content?.toString("utf8") ?? "";
  const lines = text.split("\n").filter((line) => !/^\s*([#;]|\r?$)/.test(line));
  const sections = lines.filter((line) => line.startsWith("["));
  return (
    text.startsWith(header) &&
    sections.every((line) => line.trim() === "[sshd]") &&
    parseSettings(lines).every(({ section, key }) => section === "sshd" && ourKeys.has(key))
  );
}

/** Settings of [sshd] in other files that are read after `path`, and so win over ours. */
export const overrides = (files: readonly JailFile[], path: string) =>
  files
    .filter((each) => each.path !== mainPath && each.path !== dropInPath && readAfter(each.path, path))
    .flatMap((each) =>
      each.settings
        .filter(({ section, key }) => section === "sshd" && ourKeys.has(key))
        .map(({ key }) => ({ path: each.path, key })),
    );

/** All of jail.d/*.local come after jail.local, in the order of their names. */
const readAfter = (path: string, ours: string) =>
  /^\/etc\/fail2ban\/jail\.d\/[^/]*\.local$/.test(path) && (ours === mainPath || path > ours);
