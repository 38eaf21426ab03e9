/** A check that needs a container and its host together, and has no sense for a file alone. */
import type { ObjectCheck, ObjectRow } from "../checks/object.ts";
import type { Running } from "./running.ts";

export type RunningCheck = ObjectCheck<Running>;

/** One of them as its module writes it. */
export type RunningRow = ObjectRow<RunningCheck>;
