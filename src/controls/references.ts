/** Benchmark numbers of a check: metadata, never identifiers. */
import type { Reference } from "./control.ts";

/** Numbers of CIS Debian 12 1.1.0 (Ubuntu 24.04 1.0.0 has the same), of CIS Debian 13 1.0.0, and of ANSSI BP-028. */
export function references({
  cis12,
  cis13 = cis12,
  anssi,
}: {
  readonly cis12?: string;
  readonly cis13?: string | undefined;
  readonly anssi?: string;
}): readonly Reference[] {
  const of = (benchmark: string, number: string | undefined) =>
    number === undefined ? [] : [{ benchmark, number }];
  return [
    ...of("CIS Debian 12 1.1.0", cis12),
    ...of("CIS Ubuntu 24.04 1.0.0", cis12),
    ...of("CIS Debian 13 1.0.0", cis13),
    ...of("ANSSI BP-028", anssi),
  ];
}
