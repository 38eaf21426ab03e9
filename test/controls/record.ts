/** What a test's own controls and checks say where it doesn't matter. */
export const group = { layer: "host", criteria: ["CC6.1"] } as const;

export const record = {
  title: "",
  severity: "low",
  why: "It stays open.",
  leavesOpen: "The rest.",
  look: "true",
  reads: ["process"],
} as const;
