/** All commands, in the order of the help; a word stands before those below it. */
import { apply } from "./apply.ts";
import type { Command, Described } from "./command.ts";
import { confirm } from "./confirm.ts";
import { plan } from "./plan.ts";
import { profile, profileList, profileSchema, profileShow, profileValidate } from "./profile.ts";
import { rollback } from "./rollback.ts";
import { prune, runs } from "./runs.ts";
import { uninstall } from "./uninstall.ts";
import { verify } from "./verify.ts";

export const commands: readonly (Command | Described)[] = [
  plan,
  apply,
  verify,
  confirm,
  rollback,
  runs,
  prune,
  uninstall,
  profile,
  profileList,
  profileShow,
  profileValidate,
  profileSchema,
];
