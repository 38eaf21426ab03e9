/** What of the host's packages waits: for an upgrade, for a restart, or for somebody who ends what was begun. */
import type { Probe } from "./probe.ts";

export interface PendingUpgrade {
  readonly name: string;
  readonly from: string;
  readonly to: string;
  /** Whether the new version comes from a list of security updates. */
  readonly security: boolean;
  /** It is on hold, apt-mark(8): nothing upgrades it by itself. */
  readonly held: boolean;
  /** A pin of the package, apt_preferences(5), keeps apt from this version. */
  readonly pinned: boolean;
}

export interface PendingFact {
  /** The host's clock, seconds since 1970. */
  readonly now: number;
  /** When the daily job last asked for the lists without an error; undefined where it never has. */
  readonly fetched?: number;
  /** When unattended-upgrade last ended without an error; undefined where it never has. */
  readonly installed?: number;
  /** Since when both can have run: the last change of their settings, or the first start of the host. */
  readonly since?: number;
  /** Why unattended-upgrade doesn't start, as it says. */
  readonly stuck?: string;
  /** Folders that a package writes or runs and nothing may, each with why: of a mount, or a flag of the file system. */
  readonly shut: readonly string[];
  /** Packages that wait for a restart of the host; undefined where none does. */
  readonly restart?: readonly string[];
  /** Packages that are neither installed nor gone, each with dpkg's status. */
  readonly broken: readonly string[];
  /** What no package has brought, and apt starts before it fetches or installs, which it then may not do. */
  readonly hooks: readonly string[];
  /** Package lists, and when the host got each as it is: seconds since 1970. */
  readonly listed: readonly { readonly path: string; readonly at: number }[];
  /** Packages that unattended-upgrade has logged to leave out, each with what it says. */
  readonly skipped: ReadonlyMap<string, string>;
  /** Packages that were unpacked since its last run that ended well. */
  readonly unpacked: ReadonlySet<string>;
  /** Or why apt could not say. */
  readonly upgrades: readonly PendingUpgrade[] | { readonly unknown: string };
}

/** Verify, an apply and its proof ask for it: apt takes half a second. */
export const pending: Probe<PendingFact> = { collector: "pending", args: [], deep: true, parse };

/** `Inst base-files [12.4] (12.4+deb12u9 Debian-Security:12/oldstable-security [amd64])` */
const inst = /^Inst (\S+) \[(\S+)\] \((\S+) ([^[]*)/;

function parse(data: Buffer): PendingFact {
  const lines = data.toString("utf8").split("\n");
  const after = (word: string) =>
    lines.flatMap((line) =>
      line === word || line.startsWith(`${word} `) ? [line.slice(word.length + 1).trim()] : [],
    );
  const [now] = after("now");
  if (now === undefined) throw new Error("the answer is cut off");
  const [fetched] = after("fetched");
  const [installed] = after("installed");
  const [since] = after("since");
  const [stuck] = after("stuck");
  const [unknown] = after("unknown");
  const restart = after("restart");
  return {
    now: Number(now),
    ...(fetched === undefined ? {} : { fetched: Number(fetched) }),
    ...(installed === undefined ? {} : { installed: Number(installed) }),
    ...(since === undefined ? {} : { since: Number(since) }),
    ...(stuck === undefined ? {} : { stuck: stuck || "it says nothing" }),
    ...(restart.length === 0 ? {} : { restart: [...new Set(restart.filter(Boolean))] }),
    shut: after("shut"),
    broken: after("broken"),
    hooks: after("hook").map((line) => {
      const [key = "", path, ...value] = line.split(" ");
      const where = path === undefined || path === "-" ? "" : ` of ${path}`;
      return key === ""
        ? "they could not be read, since perl is missing"
        : `${key}${where} runs ${value.join(" ")}`;
    }),
    listed: after("listed").map((line) => ({ at: Number.parseInt(line, 10), path: restOf(line) })),
    skipped: new Map(after("skipped").map((line) => [line.split(" ", 1)[0]!, restOf(line)])),
    unpacked: new Set(after("unpacked")),
    upgrades:
      unknown === undefined
        ? upgradesOf(lines, { held: after("held"), pinned: after("pinned") })
        : { unknown: unknown || "apt could not say" },
  };
}

const restOf = (line: string) => line.slice(line.indexOf(" ") + 1);

/** What apt would upgrade, and what it would but for a pin. */
function upgradesOf(
  lines: readonly string[],
  { held, pinned }: Readonly<Record<"held" | "pinned", readonly string[]>>,
): readonly PendingUpgrade[] {
  const isHeld = (name: string) => held.includes(name.replace(/:.*/, ""));
  const taken = lines.flatMap((line) => {
    const [, name, from, to, origins = ""] = inst.exec(line) ?? [];
    if (name === undefined || from === undefined || to === undefined) return [];
    const security = /security/i.test(origins);
    return [{ name, from, to, security, held: isHeld(name), pinned: false }];
  });
  const kept = pinned.flatMap((line) => {
    const [name, from, to] = line.split(" ");
    if (name === undefined || from === undefined || to === undefined) return [];
    if (taken.some((each) => each.name === name)) return [];
    return [{ name, from, to, security: true, held: isHeld(name), pinned: true }];
  });
  return [...taken, ...kept];
}
