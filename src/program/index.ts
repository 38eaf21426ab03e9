/** All commands, in the order of the help; a word stands before those below it. */
import { apply } from "./apply.ts";
import { audit } from "./audit.ts";
import { bans } from "./bans.ts";
import { checklist } from "./checklist.ts";
import { cloud, cloudCheck, cloudDraw, cloudExport } from "./cloud.ts";
import type { Command, Described } from "./command.ts";
import { completion } from "./completion.ts";
import { compose, composeCheck, composeFix } from "./compose.ts";
import { confirm } from "./confirm.ts";
import { diff } from "./diff.ts";
import { events } from "./events.ts";
import { explain } from "./explain.ts";
import { init } from "./init.ts";
import { plan } from "./plan.ts";
import { profile, profileList, profileSchema, profileShow, profileValidate } from "./profile.ts";
import { project, projectSchema, projectShow, projectValidate } from "./project.ts";
import { renew } from "./renew.ts";
import { rollback } from "./rollback.ts";
import { prune, runs } from "./runs.ts";
import { schedule } from "./schedule.ts";
import { show } from "./show.ts";
import { uninstall } from "./uninstall.ts";
import { verify } from "./verify.ts";

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
