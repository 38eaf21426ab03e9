/** Every check that there is, of the controls and of the host: what a waiver may name. */
import { controls } from "../controls/index.ts";
import { leftoverCheck } from "./leftovers.ts";

export const catalogue = [...controls.flatMap(({ checks }) => checks), leftoverCheck].map(({ id, role }) => ({
  id,
  role,
}));
