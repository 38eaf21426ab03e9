/** What networks and ports of rules mean. Pure. */

/** Ports from first to last, both of them in it. */
export interface Span {
  readonly first: number;
  readonly last: number;
}

export const allPorts: Span = { first: 0, last: 65535 };

export const holds = ({ first, last }: Span, port: number) => first <= port && port <= last;

export const spanText = ({ first, last }: Span) =>
  first <= 1 && last === 65535 ? "all ports" : first === last ? String(first) : `${first}-${last}`;

/** A rule for more ports than this names none. */
export const manyPorts = 1000;

export const isWide = ({ first, last }: Span) => last - first >= manyPorts;

/** `8080` or `6000:6010`, as a project file has it. */
export function spanOf(given: number | string): Span {
  const [first = 0, last = first] = String(given).split(":").map(Number);
  return { first, last };
}
