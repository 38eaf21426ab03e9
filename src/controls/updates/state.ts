/** What guard, desired state and checks of this control share. */
import { type AptEntry, inUse } from "../../facts/apt.ts";
import { valueOr, whyUnknown } from "../../facts/probe.ts";
import { lazy } from "../../once.ts";
import type { Input, Seen } from "../../plan/control.ts";
import { accepts, allowedPatterns, distroOf, hasMain, kindOf } from "./origins.ts";
import { overriding } from "./overrides.ts";
import type { probes } from "./probes.ts";
import { dropInEntries, dropInPath, mainPath, type UpdatesParams } from "./wanted.ts";

export type UpdatesView = ReturnType<typeof viewOf>;
export type UpdatesInput = Input<UpdatesParams, typeof probes, UpdatesView>;

export function viewOf({ params, facts, host }: Seen<UpdatesParams, typeof probes>) {
  const distro = distroOf(host);
  const config = valueOr(facts.config, []);
  const fetched = valueOr(facts.releases, []);
  // A plan doesn't ask for the sources, and takes what lies there for what is in use.
  const releases = facts.targets.state === "present" ? inUse(fetched, facts.targets.value) : fetched;
  const wanted = dropInEntries(params, distro);
  const main = valueOr(facts.main, undefined)?.content;
  const later = valueOr(facts.later, []).filter(({ path }) => path > dropInPath && isRead(path));
  const files = [...later, ...(main === undefined ? [] : [{ path: mainPath, content: main }])];
  /** Lists that any of the patterns accepts, and wanted kinds of which there is none. */
  const matching = (entries: readonly AptEntry[]) =>
    lazy(() => {
      const patterns = allowedPatterns(entries, distro);
      const accepted = releases.filter((release) => patterns.some((each) => accepts(each, release)));
      const kinds = accepted.filter(hasMain).map((each) => kindOf(each, distro));
      return { patterns, accepted, missing: params.origins.filter((kind) => !kinds.includes(kind)) };
    });
  return {
    distro,
    config,
    /** Package lists that the host has; those of sources that apt no longer uses only where nobody asked for these. */
    releases,
    hasSecurity: releases.some((each) => hasMain(each) && kindOf(each, distro) === "security"),
    /** Settings of later files that would win over our drop-in, `PATH: KEY` each. */
    overrides: overriding(files, wanted),
    /** By the patterns that count now, and by our own. @throws where unattended-upgrades would stop. */
    now: matching(config),
    ours: matching(wanted),
  };
}

/** Why nobody can tell which sources apt uses. */
export const unasked = (targets: UpdatesInput["facts"]["targets"]) =>
  `which sources apt uses is not known: ${whyUnknown(targets) ?? "there is no apt-get"}`;

/** Of those that would win, what sets one of these keys, an entry of such a list, or clears what is above it. */
export const winning = ({ overrides }: UpdatesView, keys: readonly string[]) =>
  overrides.filter((each) => {
    const won = each.slice(each.lastIndexOf(": ") + 2);
    const isBelow = (a: string, b: string) => a === b || a.startsWith(`${b}::`);
    return keys.map((key) => key.toLowerCase()).some((key) => isBelow(key, won) || isBelow(won, key));
  });

/** APT ignores names with another extension than conf. */
const isRead = (path: string) => /\/([^/.]+|[^/]+\.conf)$/.test(path);
