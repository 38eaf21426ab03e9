/** All commands, in the order of the help; a word stands before those below it. */
import type { Command, Described } from "../command/command.ts";
import { apply } from "../features/apply/words.ts";
import { audit } from "../features/audit/words.ts";
import { bans } from "../features/bans/words.ts";
import { checklist } from "../features/checklist/words.ts";
import { cloud, cloudCheck, cloudDraw, cloudExport } from "../features/cloud/words.ts";
import { completion } from "../features/completion/words.ts";
import { compose, composeCheck, composeFix } from "../features/compose/words.ts";
import { confirm } from "../features/confirm/words.ts";
import { diff } from "../features/diff/words.ts";
import { events } from "../features/events/words.ts";
import { explain } from "../features/explain/words.ts";
import { init } from "../features/init/words.ts";
import { plan } from "../features/plan/words.ts";
import {
  profile,
  profileList,
  profileSchema,
  profileShow,
  profileValidate,
} from "../features/profile/words.ts";
import { project, projectSchema, projectShow, projectValidate } from "../features/project/words.ts";
import { renew } from "../features/renew/words.ts";
import { rollback } from "../features/rollback/words.ts";
import { prune, runs } from "../features/runs/words.ts";
import { schedule } from "../features/schedule/words.ts";
import { show } from "../features/show/words.ts";
import { uninstall } from "../features/uninstall/words.ts";
import { verify } from "../features/verify/words.ts";

export const commands: readonly (Command | Described)[] = [
  plan,
  show,
  apply,
  verify,
  audit,
  checklist,
  diff,
  schedule,
  explain,
  confirm,
  rollback,
  runs,
  prune,
  uninstall,
  init,
  bans,
  events,
  renew,
  compose,
  composeCheck,
  composeFix,
  cloud,
  cloudCheck,
  cloudDraw,
  cloudExport,
  profile,
  profileList,
  profileShow,
  profileValidate,
  profileSchema,
  project,
  projectShow,
  projectValidate,
  projectSchema,
  completion,
];
