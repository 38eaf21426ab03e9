/** Every check that there is, of the controls and of the host: what a waiver may name. */
import { controls } from "../controls/index.ts";
import { filesAbout, filesCheck } from "./files.ts";
import { leftoverAbout, leftoverCheck } from "./leftovers.ts";

/** Those that no control has, and what is said of each. */
export const ofHost = [
  { check: filesCheck, about: filesAbout },
  { check: leftoverCheck, about: leftoverAbout },
];

export const hostChecks = ofHost.map(({ check }) => check);

export const catalogue = [...controls.flatMap(({ checks }) => checks), ...hostChecks].map(({ id, role }) => ({
  id,
  role,
}));
