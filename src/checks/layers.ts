/** The layers of a defence in depth, from the outside of a process to its inside. */
export const layers = ["host", "network", "runtime", "application"] as const;

export type Layer = (typeof layers)[number];
