/** The record of each finding that there is, but for those of kinds: `plan.KIND` is that one can't be made. */
import { findings as ofWaivers } from "../assess/unused.ts";
import type { FindingRecord } from "../checks/finding.ts";
import { findings as ofClouds } from "../cloud/terraform/cloud.ts";
import { findings as ofFiles } from "../compose/judge.ts";
import { controls } from "../controls/index.ts";
import { kinds } from "../kinds/index.ts";
import { lastingRecord } from "../kinds/kind.ts";
import { packagesUnknown } from "../plan/arrivals.ts";
import { conflict } from "../plan/claims.ts";
import { findings as ofHost } from "../plan/host-findings.ts";
import { findings as ofReading } from "../plan/one-cause.ts";
import { findings as ofContainers } from "../plan/stopped.ts";
import { findings as ofStorage } from "../plan/storage.ts";
import { findings as ofUndo } from "../plan/undo-findings.ts";
import { findings as ofRuns } from "../plan/unsettled.ts";
import { findings as ofProfile } from "../run/about.ts";
import { findings as ofRights } from "../run/rights.ts";
import { findings as ofReach } from "../running/reach.ts";
import { findings as ofAssets } from "./audit.ts";
import { findings as ofEngine } from "./engine.ts";

export const everyFinding: readonly FindingRecord[] = [
  ...controls.flatMap(({ findings }) => findings),
  ...kinds.flatMap(({ lasting }) => Object.values(lasting ?? {}).map(({ record }) => record)),
  lastingRecord,
  ...[ofHost, ofReading, ofStorage, ofRuns, ofUndo, ofContainers, ofProfile, ofRights, ofWaivers].flat(),
  ...[conflict, packagesUnknown],
  ...[ofFiles, ofClouds, ofReach, ofEngine, ofAssets].flat(),
];
