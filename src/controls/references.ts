/** Benchmark numbers of a check: metadata, never identifiers. */
import type { Reference } from "../checks/check.ts";

type Numbers = string | readonly string[];

/** Numbers of CIS Debian 12 1.1.0 (Ubuntu 24.04 1.0.0 has the same), of CIS Debian 13 1.0.0, of CIS Docker 1.6.0, of ANSSI BP-028. */
export function references({
  cis12 = [],
  cis13 = cis12,
  docker = [],
  anssi = [],
}: {
  readonly cis12?: Numbers;
  readonly cis13?: Numbers;
  readonly docker?: Numbers;
  readonly anssi?: Numbers;
}): readonly Reference[] {
  const of = (benchmark: string, numbers: Numbers) =>
    [numbers].flat().map((number) => ({ benchmark, number }));
  return [
    ...of("CIS Debian 12 1.1.0", cis12),
    ...of("CIS Ubuntu 24.04 1.0.0", cis12),
    ...of("CIS Debian 13 1.0.0", cis13),
    ...of("CIS Docker 1.6.0", docker),
    ...of("ANSSI BP-028", anssi),
  ];
}
