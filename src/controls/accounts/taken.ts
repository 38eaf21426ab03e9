/** What gives back an account, its keys or its sudo must not be what the run itself comes in by. Pure. */
import type { Finding } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import { type Facts, readAll, readFact, valueOr } from "../../facts/probe.ts";
import { nameOf } from "../../kinds/index.ts";
import { hasKeyOf } from "../../kinds/keys/line.ts";
import { keysPath, keysProbe } from "../../kinds/keys.ts";
import type { Access } from "../../plan/access.ts";
import type { Restored } from "../../plan/control.ts";
import type { Change } from "../../plan/plan.ts";
import type { AccountsParams } from "./params.ts";
import { accountsProbes, sudoersPath } from "./probes.ts";
import { givesSudo, sudoersOf, sudoersText } from "./sudoers.ts";

const say = findingsOf("accounts", {
  "own-login": ["block", "The profile would take away the login that this run came in as, or its rights"],
});

export const findings = say.records;

interface Now {
  readonly access: Access;
  /** What an apply has written of sudo. */
  readonly sudoers: string | undefined;
  /** Whom sudo makes root by another rule as well; what an apply writes is the last one. */
  readonly beside: ReadonlySet<string>;
}

/** `changes` and `contents`: of a rollback, or of a section that is switched off. */
export function takenFrom(
  { changes, contents }: Restored,
  { access, sudoers, beside }: Now,
): readonly Finding[] {
  const { login } = access.now;
  const mine = changes.filter(({ address }) => nameOf(address) === login);
  const what = [
    ...(mine.some(({ kind, action }) => kind === "account" && action === "delete") ? ["account"] : []),
    ...(mine.some((change) => takesKeys(change, contents.get(keysPath(login)), access)) ? ["keys"] : []),
    ...(!beside.has(login) && changes.some((change) => takesSudo(change, contents, { login, sudoers }))
      ? ["sudo"]
      : []),
  ];
  return say(
    "own-login",
    access.via === "ssh" &&
      what.length > 0 &&
      `This would take away the ${what.join(" and the ")} of ${login}, as which this run came in: nobody could prove it, nor come back.`,
    "Come in as another login that stays, or do it on the host's console.",
  );
}

/** Whether a key that this client holds goes, and none stays. */
function takesKeys({ kind, action, diff }: Change, later: Buffer | undefined, { client }: Access): boolean {
  if (kind !== "keys") return false;
  if (action === "delete") return true;
  const held = (line: string) => hasKeyOf(line, client?.keysHeld);
  const goes = (diff ?? "").split("\n").some((line) => line.startsWith("-") && held(line.slice(1)));
  return goes && !(later?.toString("latin1") ?? "").split("\n").some(held);
}

const takesSudo = (
  { address }: Change,
  contents: Restored["contents"],
  { login, sudoers }: { readonly login: string; readonly sudoers: string | undefined },
): boolean =>
  nameOf(address) === sudoersPath &&
  givesSudo(sudoers, login) &&
  !givesSudo(contents.get(sudoersPath)?.toString("utf8"), login);

/** Facts from before the changes. */
interface Before {
  readonly params: AccountsParams;
  readonly facts: Facts;
  readonly access: Access;
}

/** Whether the undo of a plan's changes would be refused to a login, for it would take what that one comes in by. */
export function goesWithUndo(
  changes: readonly Change[],
  login: string,
  { params, facts, access }: Before,
): boolean {
  const { sudo, sudoUnasked, sudoers } = readAll(facts, accountsProbes(params, access.visit));
  const keys = valueOr(readFact(facts, keysProbe(login)), undefined);
  const text = sudoersText(params.users);
  const isAsked = !text.split("\n").some((line) => line.startsWith(`${login} `) && /NOPASSWD/.test(line));
  const isRoot = valueOr(sudo, undefined)?.get(login) === "all";
  const isRootUnasked = isRoot && valueOr(sudoUnasked, undefined)?.ways.get(login) === "/bin/sh";
  const contents = new Map([
    [keysPath(login), keys !== undefined && "content" in keys ? keys.content : Buffer.alloc(0)],
    [sudoersPath, Buffer.from(sudoersOf({ sudoers }) ?? "")],
  ]);
  const undone = changes.filter(({ control }) => control === "accounts").map(inverse);
  const now: Now = {
    access: { ...access, via: "ssh", now: { ...access.now, login } },
    sudoers: text,
    beside: new Set((isAsked ? isRoot : isRootUnasked) ? [login] : []),
  };
  return takenFrom({ changes: undone, contents }, now).length > 0;
}

const inverse = (change: Change): Change => ({
  ...change,
  action: change.action === "create" ? "delete" : change.action,
  ...(change.diff === undefined
    ? {}
    : { diff: change.diff.replace(/^[+-]/gm, (mark) => (mark === "+" ? "-" : "+")) }),
});
