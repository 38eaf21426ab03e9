/** What is said of a cloud. */
import type { Clouded } from "../cloud/judge.ts";
import type { Judged } from "./verdict.ts";

export type CloudReport = readonly Judged<Clouded>[];
