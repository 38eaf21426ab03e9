/**
 * The criteria of SOC 2 that checks give evidence for. Numbers are those of the AICPA's Trust Services Criteria of 2017,
 * and the words are our own.
 */
export const soc2 = "SOC 2 TSC 2017";

/** A1 is availability, which not every report has in its scope. */
export const criteria = {
  "CC6.1": "Access: only who should reaches systems, secrets and rights",
  "CC6.6": "Boundary: what comes from outside is let in on purpose",
  "CC6.7": "Transport: what is sent can't be read, changed or led away",
  "CC7.1": "Drift: changes and known holes that weaken a system are found",
  "CC7.2": "Events: what happens on a system is seen and kept",
  "CC8.1": "Change: what runs was chosen, and is replaced in an orderly way",
  "A1.1": "Capacity (availability): what each part may use is bounded",
  "A1.2": "Recovery (availability): services and data come back",
} as const;

export type Criterion = keyof typeof criteria;
