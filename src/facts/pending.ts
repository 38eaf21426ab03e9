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
}

export interface PendingFact {
  /** The host's clock, seconds since 1970. */
  readonly now: number;
  /** When the daily job last had the lists; undefined where it never has. */
  readonly fetched?: number;
  /** Packages that wait for a restart of the host; undefined where none does. */
  readonly restart?: readonly string[];
  /** Packages that are neither installed nor gone, each with dpkg's status. */
  readonly broken: readonly string[];
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
  const [unknown] = after("unknown");
  const restart = after("restart");
  const held = new Set(after("held"));
  return {
    now: Number(now),
    ...(fetched === undefined ? {} : { fetched: Number(fetched) }),
    ...(restart.length === 0 ? {} : { restart: [...new Set(restart.filter(Boolean))] }),
    broken: after("broken"),
    upgrades:
      unknown === undefined
        ? lines.flatMap((line) => {
            const [, name, from, to, origins = ""] = inst.exec(line) ?? [];
            if (name === undefined || from === undefined || to === undefined) return [];
            const isHeld = held.has(name.replace(/:.*/, ""));
            return [{ name, from, to, security: /security/i.test(origins), held: isHeld }];
          })
        : { unknown: unknown || "apt could not say" },
  };
}
