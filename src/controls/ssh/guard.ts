/** Would this shut us out, or not do what it says? All reasons at once. */
import type { Finding, FindingRecord } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import { valueOr } from "../../facts/probe.ts";
import { nameOf } from "../../kinds/index.ts";
import type { Restored } from "../../plan/control.ts";
import { bootGuard, findings as ofBoot } from "./at-boot.ts";
import { accountGuard, findings as ofAccount, rootGuard, sudoGuard } from "./guards/account.ts";
import {
  allowGuard,
  commandGuard,
  methodsGuard,
  findings as ofAllowed,
  othersMethods,
} from "./guards/allowed.ts";
import { algorithmsGuard, findings as ofClient, triesGuard } from "./guards/client.ts";
import type { Context, Guard } from "./guards/context.ts";
import { filteredGuard, filteredPorts, findings as ofFiltered } from "./guards/filtered.ts";
import {
  foresightGuard,
  hostKeyGuard,
  newHostKeyGuard,
  findings as ofHost,
  overrideGuard,
  unreadable,
} from "./guards/host.ts";
import { inUseGuard, findings as ofInUse } from "./guards/in-use.ts";
import { keyGuard, findings as ofKeys, othersNote, provenGuard } from "./guards/keys.ts";
import { listenGuard, findings as ofListen } from "./guards/listen.ts";
import { namesNote, findings as ofNames } from "./guards/names.ts";
import { findings as ofOptions, optionsGuard } from "./guards/options.ts";
import { findings as ofOthers, othersEndings, othersLocked, othersPam } from "./guards/others.ts";
import { findings as ofTaken, takenGuard, unprivilegedGuard } from "./guards/taken.ts";
import { dropinPath, mainPath } from "./layout.ts";
import { laterFiles } from "./ports.ts";
import { accountOf, hasSshd, readWith, type SshInput, type SshView } from "./view.ts";

const say = findingsOf("ssh", {
  "no-sshd": ["note", "There is no sshd on the host"],
});

/** The records of all that is said. */
export const findings: readonly FindingRecord[] = [
  ...say.records,
  ...ofBoot,
  ...ofAccount,
  ...ofAllowed,
  ...ofClient,
  ...ofFiltered,
  ...ofHost,
  ...ofInUse,
  ...ofKeys,
  ...ofListen,
  ...ofNames,
  ...ofOptions,
  ...ofOthers,
  ...ofTaken,
];

/** Those that need no more than sshd's own files. */
const always: readonly Guard[] = [overrideGuard, optionsGuard];

/** Those that read what sshd's files will be, and what its reload makes of it: of a plan, and of what an undo gives back. */
const ofLogins: readonly Guard[] = [
  accountGuard,
  rootGuard,
  allowGuard,
  methodsGuard,
  commandGuard,
  keyGuard,
  provenGuard,
  algorithmsGuard,
  triesGuard,
  hostKeyGuard,
  newHostKeyGuard,
  othersNote,
  othersMethods,
  othersEndings,
  othersLocked,
  othersPam,
];

const guards: readonly Guard[] = [
  ...always,
  listenGuard,
  takenGuard,
  filteredGuard,
  sudoGuard,
  ...ofLogins,
  foresightGuard,
  bootGuard,
  unprivilegedGuard,
  namesNote,
  inUseGuard,
];

export function guard(input: SshInput): readonly Finding[] {
  if (!hasSshd(input)) return say("no-sshd", "There is no sshd on this host; harden does not install one.");
  const missing = unreadable(input);
  const context = contextOf(input, "plan");
  if (context === undefined) return missing;
  const able = missing.length === 0 ? guards : always;
  return [...missing, ...able.flatMap((each) => each(context))];
}

/** Undefined where one of the facts is missing that each guard goes by. */
function contextOf(input: SshInput, as: Context["as"]): Context | undefined {
  const { view } = input;
  const effective = valueOr(input.facts.effective, undefined);
  const accounts = valueOr(input.facts.accounts, undefined);
  if (view === undefined || effective === undefined || accounts === undefined) return undefined;
  return { input, view, effective, accounts, account: accountOf(input, input.access.planned.login), as };
}

/** Of a rollback, and of ssh switched off: what becomes of logins by the files that come back. */
export function guardUndo(input: SshInput, { changes, contents }: Restored): readonly Finding[] {
  if (changes.length === 0) return [];
  const reloads = changes.some(({ address }) => [mainPath, dropinPath].includes(nameOf(address)));
  return [...filteredPorts(input, "undo"), ...(reloads ? loginsAfter(input, contents) : [])];
}

function loginsAfter(input: SshInput, contents: Restored["contents"]): readonly Finding[] {
  const missing = unreadable(input);
  const context = contextOf(input, "undo");
  // What can't be read may be what the undo mends, and it comes back by itself unless somebody gets in.
  if (context === undefined || missing.length > 0)
    return missing.map((each) => ({ ...each, level: "warn" as const }));
  const { view } = context;
  const files = laterFiles(valueOr(input.facts.files, undefined)?.files ?? [], { contents });
  const said = (directives: SshView["today"]) =>
    ofLogins.flatMap((each) => each({ ...context, view: withFiles(view, directives) }));
  const today = said(view.today);
  const later = said(readWith(input, files));
  const isNew = ({ id, message }: Finding) =>
    !today.some((each) => each.id === id && each.message === message);
  // A console stays. Over ssh a login must come in, whatever keeps it out.
  if (input.access.via === "local")
    return later.filter(isNew).map((each) => (each.level === "block" ? { ...each, level: "warn" } : each));
  return later.filter((each) => each.level === "block" || isNew(each));
}

const withFiles = (view: SshView, directives: SshView["today"]): SshView => ({
  ...view,
  wanted: [],
  layout: { ...view.layout, directives },
});
