/** All checks on one cloud. Pure. */
import { reportOf } from "../assess/object-report.ts";
import type { Assessed } from "../assess/report.ts";
import type { Finding } from "../checks/finding.ts";
import { objectCheck } from "../checks/object.ts";
import { redactAll } from "../secrets/index.ts";
import type { CloudCheck, CloudRow, CloudSeen } from "./check.ts";
import { denyCheck } from "./checks/deny.ts";
import { identityChecks } from "./checks/identity.ts";
import { placeChecks } from "./checks/places.ts";
import { trafficChecks } from "./checks/traffic.ts";

export interface Clouded {
  readonly file: string;
  readonly tiers: readonly string[];
  readonly checks: readonly Assessed[];
  readonly findings: readonly Finding[];
}

const all: readonly CloudRow[] = [denyCheck, ...trafficChecks, ...placeChecks, ...identityChecks];

export const cloudChecks = all.map(objectCheck<CloudCheck>);

export function judgeCloud(seen: CloudSeen, findings: readonly Finding[] = []): Clouded {
  const { file, tiers } = seen.cloud;
  return redactAll({
    file,
    tiers: tiers.map(({ name }) => name),
    findings,
    checks: cloudChecks.flatMap((check) => check.test(seen).map((result) => reportOf(check, result))),
  });
}
