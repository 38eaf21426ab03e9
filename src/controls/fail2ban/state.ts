/** What guard, desired state and checks of this control share: facts brought together. */
import { valueOr } from "../../facts/probe.ts";
import type { Input } from "../control.ts";
import { keptIgnores } from "./ignored.ts";
import { dropInPath, isOurs, mainPath, overrides, type Params, type WantedJail, wantedJail } from "./jail.ts";
import type { probes } from "./probes.ts";

export type FailInput = Input<Params, typeof probes>;

export function wantedOf({ params, facts, access }: FailInput): WantedJail {
  return wantedJail({
    params,
    ports: access.planned.ports,
    callers: access.planned.callers,
    kept: keptIgnores(facts)?.kept ?? [],
    fileLogged: facts.authLog.state === "present" && valueOr(facts.rsyslog, undefined)?.active === true,
  });
}

/** Our own file is jail.local, unless somebody has one, or sets in jail.d what would win over it. */
export function pathOf({ facts }: Pick<FailInput, "facts">): string {
  const foreign = facts.jailLocal.state !== "absent" && !isOurs(facts.jailLocal);
  const beaten = overrides(valueOr(facts.files, []), mainPath).length > 0;
  return foreign || beaten ? dropInPath : mainPath;
}

/** Settings of somebody's that win over ours, by key. */
export const beatenBy = ({ facts }: FailInput) => {
  const all = overrides(valueOr(facts.files, []), pathOf({ facts }));
  return new Map(all.map(({ key, path }) => [key, path]));
};

export const isMasked = ({ facts }: FailInput) =>
  valueOr(facts.unit, undefined)?.enabled.startsWith("masked") === true;

/** The files of which desired state is made can be read. */
export function unreadable({ facts }: FailInput): string | undefined {
  for (const fact of [facts.jailLocal, facts.dropIn, facts.files])
    if (fact.state === "unknown") return fact.why;
  return undefined;
}
