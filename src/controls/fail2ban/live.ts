/** The running jail against the wanted one: the same comparison for the plan and for the checks. */
import type { Jail } from "../../facts/fail2ban.ts";
import type { JailFile } from "../../facts/fail2ban-files.ts";
import type { CheckResult } from "../../plan/control.ts";
import { areAnywhere } from "../../profile/network.ts";
import { byRoot, spelled, type WantedJail } from "./jail.ts";
import { coversPort, listed, nextValue, portList, seconds } from "./next.ts";

type Compared = Pick<CheckResult, "expected" | "found"> & { readonly same: boolean };

/** One value of the jail: how it is now, and how the files would make it at the next start. */
export interface JailValue {
  readonly key: "port" | "maxretry" | "findtime" | "bantime" | "ignoreip" | "backend";
  readonly now: (jail: Jail, wanted: WantedJail, caller?: string) => Compared;
  /** `value`: what the files say; undefined where they say nothing. */
  readonly next: (value: string | undefined, wanted: WantedJail) => boolean;
}

const number = (name: "maxRetry" | "findTime" | "banTime", unit: string): JailValue => ({
  key: name.toLowerCase() as JailValue["key"],
  now: (jail, wanted) => ({
    same: jail[name] === wanted[name],
    expected: `${wanted[name]}${unit}`,
    found: jail[name] < 0 ? "for ever" : `${jail[name]}${unit}`,
  }),
  next: (value, wanted) => value !== undefined && seconds(value) === wanted[name],
});

/**
 * Ports that a ban closes, as the actions say and as the kernel's rules have it, where a ban has made one; actions
 * without a port, such as one that sends mail, don't count.
 */
const port: JailValue = {
  key: "port",
  now: (jail, { ports }) => {
    const said = jail.actions.flatMap((each) => (each.port === undefined ? [] : [each.port]));
    const inKernel = kernelCloses(jail, ports)
      ? ""
      : `, but ${[...new Set(jail.closed.map((each) => each.ports))].join("; ")} in the kernel's rules`;
    return {
      same: closes(said, ports) && inKernel === "",
      expected: ports.join(","),
      found: `${said.join("; ") || `no port in ${names(jail.actions)}`}${inKernel}`,
    };
  },
  next: (value, { ports }) => value !== undefined && closes([value], ports),
};

const closes = (texts: readonly string[], ports: readonly number[]) =>
  ports.every((each) => texts.some((text) => coversPort(text, each)));

/** A command that writes down whom it was called for, as each line of fail2ban's own action dummy does. */
const tells = /^\s*((\/(usr\/)?bin\/)?(printf|echo|logger|touch|true|:)(\s[^;&|]*)?)?$/;
const onlyTells = (ban: string) => ban.split("\n").every((line) => tells.test(line));

/** Seconds that the commands of a ban need; fail2ban's own `timeout` is 60. */
const shortest = 1;

/**
 * Actions that close a port by their word, and do nothing to a banned address: a command that doesn't name it, a program
 * that isn't there, or a rule that lets it through. Somebody's file in action.d makes them so, and no restart mends it.
 */
export const idle = ({ actions }: Pick<Jail, "actions">): readonly string[] =>
  actions.flatMap(({ name, port, properties: { actionban: ban, blocktype, timeout }, lacks }) => {
    if (port === undefined || ban === undefined) return [];
    if (Number(timeout ?? 60) < shortest) return [`the ban of ${name} is ended after ${timeout} s`];
    if (lacks !== undefined) return [`the ban of ${name} is done by ${lacks}, which is not there`];
    if (!/<(ip|fid|f-id)\b[^>]*>/i.test(ban) || onlyTells(ban))
      return [`the ban of ${name} is only "${ban.slice(0, 80)}"`];
    return /^(accept|return|continue|log)\b/i.test(blocktype ?? "")
      ? [`the ban of ${name} has blocktype ${blocktype}`]
      : [];
  });

/** Rules of one family add up; more than is wanted stays there until the next boot, and does no harm. */
const kernelCloses = ({ closed }: Jail, ports: readonly number[]) =>
  ([4, 6] as const)
    .map((family) => closed.filter((each) => each.family === family).map((each) => each.ports))
    .every((texts) => texts.length === 0 || closes(texts, ports));

const names = (actions: Jail["actions"]) => actions.map(({ name }) => name).join(", ") || "any action";

/** The networks of the profile and this host are spared, and nothing else but the address of this very run. */
const ignoreIp: JailValue = {
  key: "ignoreip",
  now: (jail, wanted, caller) => {
    const found = jail.ignoreIp.map(spelled);
    const missing = wanted.ignoreIp.filter((each) => !found.includes(each));
    const extra = found.filter((each) => !wanted.ignoreIp.includes(each) && each !== caller);
    return {
      same: missing.length === 0 && extra.length === 0,
      expected: wanted.ignoreIp.join(" "),
      found: areAnywhere(found) ? `${found.join(" ")}: nobody is ever banned` : found.join(" ") || "none",
    };
  },
  next: (value, wanted) => {
    const found = listed(value ?? "").map(spelled);
    return found.length === wanted.ignoreIp.length && wanted.ignoreIp.every((each) => found.includes(each));
  },
};

export const values = {
  port,
  maxRetry: number("maxRetry", ""),
  findTime: number("findTime", " s"),
  banTime: number("banTime", " s"),
  ignoreIp,
};

/** Matches of the journal that lines of any user's program meet, and not only sshd's own. */
export const forgeable = ({ journalMatch }: Jail): readonly string[] =>
  journalMatch.filter((each) => !each.includes(byRoot)).map((each) => each.join(" "));

/** What differs between the running jail and the wanted one, a phrase each; `beaten`: keys that are not ours to set. */
export function drift(
  jail: Jail,
  wanted: WantedJail,
  { caller, beaten }: { caller: string | undefined; beaten: ReadonlyMap<string, string> },
): readonly string[] {
  const differing = Object.values(values).flatMap((value) => {
    const { same, expected, found } = value.now(jail, wanted, caller);
    const lost = beaten.has(value.key) || (value.key === "port" && beaten.has("banaction"));
    return same || lost ? [] : [`${value.key} is ${found} instead of ${expected}`];
  });
  const reads = jail.journalMatch.length > 0 ? "systemd" : "auto";
  const what = reads === "systemd" ? "the journal" : jail.logPaths.join(" ") || "nothing";
  const backend = reads === wanted.backend || beaten.has("backend") ? [] : [`it reads ${what}`];
  const open = beaten.has("journalmatch") ? [] : forgeable(jail);
  const forged = open.length === 0 ? [] : [`it counts what any user writes, by ${open.join(" + ")}`];
  return [...differing, ...backend, ...forged];
}

/**
 * Whether only a restart brings the wanted actions: a reload keeps the ports that are in the kernel's rules, and leaves a
 * jail whose action has changed without any (tried on 1.0.2 and 1.1.0).
 */
export function reloadIsTooLittle(jail: Jail, wanted: WantedJail, banAction: string | undefined): boolean {
  const said = jail.actions.flatMap((each) => (each.port === undefined ? [] : [portList(each.port)]));
  const name = /^[\w-]+/.exec(banAction ?? "")?.[0];
  const changed = name !== undefined && jail.actions.every((each) => each.name !== name);
  const differs = said.some((each) => each?.join(",") !== wanted.ports.join(","));
  return changed || said.length === 0 || differs || !kernelCloses(jail, wanted.ports);
}

/** Whether fail2ban's next start would bring the wanted value. */
export const comesBack = (files: readonly JailFile[], value: JailValue, wanted: WantedJail) =>
  value.next(nextValue(files, value.key), wanted);
