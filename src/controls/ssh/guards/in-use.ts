/** The login of this run, where the profile plans another one: that it gets in no more is no lock-out, but has to be known. */
import { findingsOf } from "../../../checks/finding.ts";
import { hasKeyOf } from "../../../kinds/keys/line.ts";
import { Input } from "../../../plan/control.ts";
import { accountOf } from "../view.ts";
import { lockedGuard, rootGuard } from "./account.ts";
import { allowGuard, methodsGuard } from "./allowed.ts";
import type { Context, Guard } from "./context.ts";
import { provenGuard } from "./keys.ts";

const say = findingsOf("ssh", {
  "login-refused": ["warn", "The login of this run is refused once the plan is applied"],
});

export const findings = say.records;

/** What its id is, for whoever tells how a host is reached afterwards. */
export const [loginRefused] = say.records.map(({ id }) => id);

const guards: readonly Guard[] = [rootGuard, lockedGuard, allowGuard, methodsGuard, provenGuard];

/** As if the profile planned the login in use. */
function inUse({ input, view, effective, ...context }: Context): Context {
  const { access } = input;
  const { login, byPassword } = access.now;
  const visit = { ...access.visit, planned: login };
  const planned = { ...access.planned, login, ...(byPassword && { byPassword }) };
  const account = accountOf(input, login);
  return {
    ...context,
    input: new Input(
      { view: () => view },
      { ...input, access: { ...access, visit, planned, proven: byPassword !== true } },
    ),
    view: { ...view, planned: { spec: { ...view.planned.spec, user: login }, groups: account?.groups } },
    effective: { ...effective, planned: effective.now },
    account,
  };
}

/** The profile lists it, and no key by which this run could come again. */
function keysGo({ access: { now, coming, client } }: Context["input"]): readonly string[] {
  const listed = coming?.get(now.login);
  if (listed?.onlyThese !== true || now.byPassword) return [];
  return listed.keys.some((line) => hasKeyOf(line, client?.keysHeld))
    ? []
    : [`accounts.users leaves it none of the keys that you have here.`];
}

export const inUseGuard: Guard = (context) => {
  const { now, planned, via } = context.input.access;
  if (via !== "ssh" || now.login === planned.login) return [];
  const used = inUse(context);
  const reasons = [
    ...guards.flatMap((each) => each(used).map(({ message }) => message)),
    ...keysGo(context.input),
  ];
  if (reasons.length === 0) return [];
  return say(
    "login-refused",
    `Once this is applied, ${now.login}, as which you came in, is refused: ${reasons.join(" ")}`,
    `From then on come in as ${planned.login}. fail2ban counts one try as ${now.login} as several failed logins (up to four where PermitRootLogin refuses root), and may ban this address at once, unless access.from names it.`,
  );
};
