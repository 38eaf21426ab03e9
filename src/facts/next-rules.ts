/** The rules that ufw would load at the next boot, tried out in a network namespace of their own. */
import { redactOutput } from "../secrets/index.ts";
import { innerFrames } from "./frames.ts";
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";
import { type RulesFact, rules } from "./rules.ts";

/** What ufw itself loads, of the kernel's rules. */
export type LoadedRules = Pick<RulesFact, "v4" | "v6" | "ipv6" | "variant">;

export interface NextRules {
  /** What decides besides ufw's own files, each with its place: nothing was tried out then. */
  readonly other: readonly string[];
  /** What could not be loaded, as `PATH: MESSAGE`; ufw goes on with the rest. */
  readonly failed: readonly string[];
  /** Undefined where something else decides, or ufw isn't enabled. */
  readonly rules?: LoadedRules;
}

/** Root only; absent where ufw has no settings. It takes some 30 ms and forks, so that a mere plan leaves it out. */
export const nextRules: Probe<NextRules> = {
  collector: "next_rules",
  args: [],
  deep: true,
  parse(data) {
    const frames = innerFrames(data);
    const lines = (name: string) => linesOf(frames.find(({ word }) => word === name)?.content ?? "");
    const tried = frames.some(({ word }) => word === "v4");
    return {
      other: lines("other"),
      failed: lines("failed").map(redactOutput),
      ...(tried ? { rules: loaded(rules.parse(data)) } : {}),
    };
  },
};

const loaded = ({ v4, v6, ipv6, variant }: RulesFact): LoadedRules => ({
  ...(v4 === undefined ? {} : { v4 }),
  ...(v6 === undefined ? {} : { v6 }),
  ...(variant === undefined ? {} : { variant }),
  ipv6,
});
