/** What is known of a kind's check but its test. */
import type { RowHead } from "../../checks/check.ts";
import type { Reads } from "../../checks/reads.ts";

export type Head = Omit<RowHead, "id" | "by"> & { readonly reads: Reads };
