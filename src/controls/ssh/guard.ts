/** Would this shut us out, or not do what it says? All reasons at once. */
import { valueOr } from "../../facts/probe.ts";
import type { Finding } from "../../plan/plan.ts";
import { bootGuard } from "./at-boot.ts";
import { accountGuard, rootGuard, sudoGuard } from "./guards/account.ts";
import { allowGuard, commandGuard, methodsGuard, othersMethods } from "./guards/allowed.ts";
import { algorithmsGuard, triesGuard } from "./guards/client.ts";
import { type Context, finding, type Guard } from "./guards/context.ts";
import { foresightGuard, hostKeyGuard, newHostKeyGuard, overrideGuard, unreadable } from "./guards/host.ts";
import { keyGuard, othersNote, provenGuard } from "./guards/keys.ts";
import { listenGuard } from "./guards/listen.ts";
import { namesNote } from "./guards/names.ts";
import { optionsGuard } from "./guards/options.ts";
import { takenGuard, unprivilegedGuard } from "./guards/taken.ts";
import type { SshInput } from "./view.ts";
import { accountOf, hasSshd } from "./view.ts";

/** Those that need no more than sshd's own files. */
const always: readonly Guard[] = [overrideGuard, optionsGuard];

const guards: readonly Guard[] = [
  ...always,
  listenGuard,
  takenGuard,
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
  namesNote,
];

export function guard(input: SshInput): readonly Finding[] {
  if (!hasSshd(input))
    return [
      finding("note", "no-sshd", { message: "There is no sshd on this host; harden does not install one." }),
    ];
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
