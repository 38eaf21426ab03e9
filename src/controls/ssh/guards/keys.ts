/** A key login must be left for the planned user before passwords go off. */
import { findingsOf } from "../../../checks/finding.ts";
import { type Account, keysHere } from "../../../facts/accounts.ts";
import { valueOr } from "../../../facts/probe.ts";
import { hasEnded } from "../../accounts/endings.ts";
import { foreseenFiles } from "../../accounts/foreseen.ts";
import { doubtOf } from "../running.ts";
import { keysUsable } from "../usable.ts";
import type { SshInput } from "../view.ts";
import { advice, type Context, type Guard, passwordsStay, shown, value } from "./context.ts";
import { readableSudo } from "./sudo.ts";

const say = findingsOf("ssh", {
  "no-usable-key": ["block", "No key is known by which the planned login could come in"],
  "not-proven": ["block", "Nobody has shown yet that the planned login can come in from here"],
  "password-users": ["warn", "Accounts without a usable key can't log in any more"],
});

export const findings = say.records;

/** Whether sshd would take a key that lies on the host for an account. */
function usable(context: Context, account: Account) {
  const { input, accounts } = context;
  const files = keysHere(valueOr(input.facts.keys, []), account.name);
  return keysUsable(foreseenFiles(files, account, input.access.coming?.get(account.name)), {
    account,
    address: input.access.visit.address,
    now: accounts.now,
    strictModes: value(context, "strictmodes") !== "no",
    algorithms: value(context, "pubkeyacceptedalgorithms")
      .split(",")
      .filter((name) => name !== ""),
    rsaBits: Number(value(context, "requiredrsasize") || "0"),
  });
}

/** Keys that come from elsewhere: only a login can show that there is one. */
function elsewhere(context: Context): string | undefined {
  const named = (["authorizedkeyscommand", "trustedusercakeys"] as const).find(
    (keyword) => !["", "none"].includes(value(context, keyword)),
  );
  if (named === undefined) return undefined;
  return named === "trustedusercakeys" ? "a certificate (TrustedUserCAKeys)" : "AuthorizedKeysCommand";
}

export const keyGuard: Guard = (context) => {
  const { account, input } = context;
  const { access } = input;
  if (account === undefined || shown(context) || passwordsStay(context)) return [];
  const { usable: ok, reasons } = usable(context, account);
  const revoked = value(context, "revokedkeys");
  const doubt = ["", "none"].includes(revoked) ? undefined : revoked;
  if (access.proven) {
    const more = ok && doubt !== undefined ? [`RevokedKeys (${doubt}) may refuse it`] : [];
    return ok && doubt === undefined ? [] : unread(input, [...reasons, ...more]);
  }
  if (ok && doubt !== undefined)
    return say(
      "no-usable-key",
      `Whether a key of ${account.name} is among those that RevokedKeys (${doubt}) refuses, only a login can show.`,
      `Run harden over ssh as ${account.name}.`,
    );
  if (ok) return [];
  const other = elsewhere(context);
  const name = account.name;
  const base = `No key would let ${name} in once passwords are off: ${reasons.join("; ") || "sshd looks for none"}.`;
  if (other !== undefined)
    return say(
      "no-usable-key",
      `${base} A key may come from ${other}, which only a login can show.`,
      `Run harden over ssh as ${name}.`,
    );
  const rescue = access.via === "local" ? rescuers(context) : [];
  if (rescue.length > 0)
    return say.at(
      "warn",
      "no-usable-key",
      `${base} ${rescue.join(" and ")} can still log in with a key and become root.`,
      `Name that login in the profile: access.user: ${rescue[0]}.`,
    );
  return say(
    "no-usable-key",
    base,
    advice(
      context,
      `ssh-copy-id ${name}@HOST first`,
      "name a login with a key and sudo in the profile: access.user",
    ),
  );
};

/** The login of this run would be its last: any reload makes count what sshd has not read, that of a rollback, too. */
function unread(input: SshInput, reasons: readonly string[]) {
  const name = input.access.planned.login;
  return say(
    "no-usable-key",
    `${doubtOf(input)}, and its next reload, also that of a rollback, would leave ${name} no key to log in with: ${reasons.join("; ") || "sshd looks for none"}.`,
    `Take that out of sshd's files, or let sshd read them first (systemctl reload ssh) and see whether ${name} still gets in.`,
  );
}

/** Other accounts with a key that sudo lets become root. */
function rescuers(context: Context): readonly string[] {
  const { input, accounts, account } = context;
  return accounts.accounts
    .filter(
      (each) =>
        each.name !== account?.name && each.uid !== 0 && each.shellRuns && !hasEnded(each, accounts.now),
    )
    .filter((each) => readableSudo(input.facts.sudo, each.name) === "all" && usable(context, each).usable)
    .map(({ name }) => name);
}

/** The profile's login is another one than this run's: its keys may be somebody else's. Or a password opened this one. */
export const provenGuard: Guard = (context) => {
  const { access } = context.input;
  if (access.via !== "ssh" || access.proven) return [];
  // Of a login of the profile's own the accounts control says which key will open it.
  if (access.coming?.has(access.planned.login)) return [];
  if (access.now.byPassword && access.now.login === access.planned.login) return byPassword(context);
  return say(
    "not-proven",
    `The profile plans the login ${access.planned.login}, and this run came in as ${access.now.login}: nobody has shown yet that ${access.planned.login} can log in from here.`,
    `Run harden as ${access.planned.login}, or take access.user out of the profile.`,
  );
};

/** The password that opened this login would have to open the next one. */
function byPassword(context: Context) {
  const { access } = context.input;
  const isRoot = context.account?.uid === 0;
  const stays = passwordsStay(context) && (!isRoot || value(context, "permitrootlogin") === "yes");
  if (access.planned.byPassword && stays) return [];
  const { login } = access.planned;
  return say(
    "not-proven",
    `This run came in as ${login} by a password, which will open it no more: nobody has shown a key that opens ${login} from here.`,
    advice(
      context,
      "",
      "let the profile make a login with your key, accounts.users with sudo: nopasswd, and name it in access.user; or list your key for this one there",
    ),
  );
}

/** People who will lose their way in; not ours to decide, but to be known. */
export const othersNote: Guard = (context) => {
  const { accounts, input } = context;
  if (passwordsStay(context) || input.facts.keys.state !== "present") return [];
  if (context.effective.global.get("passwordauthentication")?.[0] !== "yes") return [];
  const lost = accounts.accounts.filter(
    (each) =>
      each.shadow?.password === "set" &&
      each.uid !== 0 &&
      each.name !== input.access.planned.login &&
      !usable(context, each).usable,
  );
  if (lost.length === 0) return [];
  const unread = (name: string) =>
    valueOr(input.facts.keys, []).find(({ user, unread: why }) => user === name && why !== undefined)?.unread;
  const names = lost.map(({ name }) => {
    const why = unread(name);
    return why === undefined ? name : `${name} (whose keys could not be read: ${why})`;
  });
  return say(
    "password-users",
    `Accounts with a password and without a usable key can't log in over ssh any more: ${names.join(", ")}.`,
    "Install their keys first.",
  );
};
