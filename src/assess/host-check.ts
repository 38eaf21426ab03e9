/** Checks of the host that no control has. Pure. */
import { type CheckRecord, type HostRecord, inGroup, type Row } from "../checks/check.ts";
import type { CheckReport } from "./report.ts";

/** The check that a row stands for. */
export const hostCheck = <I extends string>(
  row: Row<HostRecord> & { readonly id: I },
): HostRecord & { readonly id: I } => inGroup({ layer: "host", criteria: ["CC7.1"] }, row);

type OfCheck = "id" | "control" | "title" | "severity" | "layer" | "references" | "role";

/** What it reports; the role is the caller's to say. */
export const ofHost = <R extends Omit<CheckReport, OfCheck>>(
  { id, title, severity, layer, references }: CheckRecord,
  result: R,
) => ({ id, control: "host", title, severity, layer, references, ...result });
