/** Answers of real engines, as the collector printed them. */
import { readFileSync } from "node:fs";
import { weigh } from "../../src/assess/weigh.ts";
import { engineSeen } from "../../src/audit/engine.ts";
import { everyCheck } from "../../src/audit/every-check.ts";
import type { Images } from "../../src/compose/images.ts";
import { type Containers, containers } from "../../src/facts/containers.ts";
import { present } from "../../src/facts/probe.ts";
import type { Audited, EngineSeen } from "../../src/results/audited.ts";
import type { File, Running } from "../../src/running/running.ts";
import { debian } from "../controls/facts.ts";

export type Asked = Extract<Containers, { engine: "asked" }>;

export const rawOf = (release: "debian12" | "debian13") =>
  readFileSync(new URL(`../fixtures/containers/${release}.raw`, import.meta.url));

export function askedOf(release: "debian12" | "debian13"): Asked {
  const value = containers.parse(rawOf(release));
  if (value.engine !== "asked") throw new Error(value.engine);
  return value;
}

export const auditOf = (
  value: Containers,
  files: readonly File[] = [],
  attempts: Running["attempts"] = [],
  images: Images = [],
  comers: Running["comers"] = undefined,
) => engineSeen(present(value), { files, attempts, comers, images, today: "2027-01-31" });

/** With what an audit has beside it, of a host of which nothing else is said. */
export const wholeOf = (seen: EngineSeen): Audited => ({
  at: "2027-01-31T12:00:00Z",
  ...seen,
  ...weigh(seen.checks, everyCheck),
  host: debian("13"),
  profile: { name: "production", file: "packaged", digest: "0".repeat(64) },
  outside: { why: "not asked" },
});
