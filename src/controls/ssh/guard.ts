/** Would this shut us out, or not do what it says? All reasons at once. */
import type { Finding, FindingRecord } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import { valueOr } from "../../facts/probe.ts";
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
import { filteredGuard, findings as ofFiltered } from "./guards/filtered.ts";
import {
  foresightGuard,
  hostKeyGuard,
  newHostKeyGuard,
  findings as ofHost,
  overrideGuard,
  unreadable,
} from "./guards/host.ts";
import { keyGuard, findings as ofKeys, othersEndings, othersNote, provenGuard } from "./guards/keys.ts";
import { listenGuard, findings as ofListen } from "./guards/listen.ts";
import { namesNote, findings as ofNames } from "./guards/names.ts";
import { findings as ofOptions, optionsGuard } from "./guards/options.ts";
import { findings as ofTaken, takenGuard, unprivilegedGuard } from "./guards/taken.ts";
import type { SshInput } from "./view.ts";
import { accountOf, hasSshd } from "./view.ts";

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
  ...ofKeys,
  ...ofListen,
  ...ofNames,
  ...ofOptions,
  ...ofTaken,
];

/** Those that need no more than sshd's own files. */
const always: readonly Guard[] = [overrideGuard, optionsGuard];

const guards: readonly Guard[] = [
  ...always,
  listenGuard,
  takenGuard,
  filteredGuard,
  accountGuard,
  rootGuard,
  sudoGuard,
  allowGuard,
  methodsGuard,
  commandGuard,
  keyGuard,
  provenGuard,
  algorithmsGuard,
  triesGuard,
  foresightGuard,
  hostKeyGuard,
  newHostKeyGuard,
  bootGuard,
  unprivilegedGuard,
  othersNote,
  othersMethods,
  othersEndings,
  namesNote,
];

export function guard(input: SshInput): readonly Finding[] {
  if (!hasSshd(input)) return say("no-sshd", "There is no sshd on this host; harden does not install one.");
  const missing = unreadable(input);
  const { view } = input;
  const effective = valueOr(input.facts.effective, undefined);
  const accounts = valueOr(input.facts.accounts, undefined);
  if (view === undefined || effective === undefined || accounts === undefined) return missing;
  const account = accountOf(input, input.access.planned.login);
  const context: Context = { input, view, effective, accounts, account };
  const able = missing.length === 0 ? guards : always;
  return [...missing, ...able.flatMap((each) => each(context))];
}
