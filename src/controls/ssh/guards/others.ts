/** Logins beside the planned one that UsePAM keeps out once it is on, or off. */
import { findingsOf } from "../../../checks/finding.ts";
import { type Account, isShellClosed } from "../../../facts/accounts.ts";
import { valueOr, whyUnknown } from "../../../facts/probe.ts";
import { endingsOf } from "../../accounts/endings.ts";
import { isLockedToSshd } from "../locked.ts";
import { ownAccountLines } from "../pam.ts";
import { normal } from "../simulate.ts";
import { advice, type Context, type Guard, value } from "./context.ts";

const say = findingsOf("ssh", {
  "others-ended": ["warn", "UsePAM yes lets in nobody whose account or password has ended"],
  "others-pam": ["warn", "UsePAM yes makes lines of PAM count that may shut logins out"],
  "others-locked": ["warn", "UsePAM no lets in no locked account, keys or not"],
});

export const findings = say.records;

const usePamNow = ({ effective }: Context) => normal(effective.global.get("usepam")?.[0] ?? "");

/** Those that a key opens. */
function withKeys({ input, accounts }: Context): readonly Account[] {
  const holders = new Set(
    valueOr(input.facts.keys, []).flatMap(({ user, lines }) => (lines.length > 0 ? [user] : [])),
  );
  for (const { name, keys } of input.access.listed?.values() ?? []) if (keys.length > 0) holders.add(name);
  return accounts.accounts.filter(
    (account) =>
      holders.has(account.name) && account.name !== input.access.planned.login && !isShellClosed(account),
  );
}

/** sshd heeds the days of shadow(5) only where it asks PAM. */
export const othersEndings: Guard = (context) => {
  const { accounts } = context;
  if (usePamNow(context) === "yes" || value(context, "usepam") !== "yes") return [];
  const over = withKeys(context).flatMap((account) =>
    endingsOf(account, accounts.now).filter((each) => each.over && !each.byOwner),
  );
  if (over.length === 0) return [];
  return say(
    "others-ended",
    `UsePAM yes will let others in no more who get in today: ${over.map(({ text }) => text).join("; ")}.`,
    advice(
      context,
      `Where they are to come in: ${over.map(({ remedy }) => remedy).join("; ")}`,
      "ssh.usePam: false",
    ),
  );
};

/** What lay unused in PAM: who is let in by it, its modules alone can tell. */
export const othersPam: Guard = (context) => {
  const fact = context.input.facts.pamAccounts;
  if (usePamNow(context) !== "no" || value(context, "usepam") !== "yes" || fact.state === "absent") return [];
  const lines = ownAccountLines(valueOr(fact, new Map()));
  const why = whyUnknown(fact);
  if (lines.length === 0 && why === undefined) return [];
  return say(
    "others-pam",
    why === undefined
      ? `UsePAM yes makes account lines of PAM count that sshd has not asked so far, and that may shut logins out: ${lines.join("; ")}.`
      : `UsePAM yes makes account lines of PAM count that sshd has not asked so far, and which they are is not known: ${why}.`,
    advice(
      context,
      "Look what they say of each login (/etc/pam.d/sshd, /etc/security/access.conf), and take out what is not meant",
      "ssh.usePam: false",
    ),
  );
};

/** A login that the profile lists and that would get in no more is a lock-out; of others it is to be known. */
export const othersLocked: Guard = (context) => {
  const goesOff = usePamNow(context) === "yes";
  const shut = withKeys(context).filter((account) => isLockedToSshd(account, value(context, "usepam")));
  const isListed = ({ name }: Account) => context.input.access.listed?.has(name) === true;
  const isOpen = ({ uid }: Account) => uid !== 0 || value(context, "permitrootlogin") !== "no";
  return [
    ...locked(context, { shut: shut.filter(isListed), level: goesOff ? "block" : "warn" }),
    ...(goesOff
      ? locked(context, { shut: shut.filter((each) => !isListed(each) && isOpen(each)), level: "warn" })
      : []),
  ];
};

interface Shut {
  readonly shut: readonly Account[];
  readonly level: "block" | "warn";
}

function locked(context: Context, { shut, level }: Shut) {
  if (shut.length === 0) return [];
  const names = shut.map(({ name }) => name);
  const who = names.map((name) =>
    context.input.access.listed?.has(name) ? `${name} (accounts.users)` : name,
  );
  return say.at(
    level,
    "others-locked",
    `The passwords of ${who.join(", ")} are locked (! in shadow), and sshd refuses a locked account, keys or not, when UsePAM is no.`,
    advice(
      context,
      `${names.map((name) => `usermod -p '*' ${name}`).join("; ")} leaves them without a password but not locked`,
      "set ssh.usePam: true",
    ),
  );
}
