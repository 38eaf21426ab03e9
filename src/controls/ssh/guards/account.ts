/** The planned login's account: there, open, with a shell, and able to become root. */

import { type Account, isShellClosed } from "../../../facts/accounts.ts";
import { valueOr } from "../../../facts/probe.ts";
import { type Ending, endingsOf, keysEnding, sudoEnding } from "../../accounts/endings.ts";
import { foreseenFiles } from "../../accounts/foreseen.ts";
import type { IdOf } from "../../findings.ts";
import { block, type Context, finding, type Guard, value } from "./context.ts";
import { readableSudo } from "./sudo.ts";

const choose = "Name a login that works in the profile: access.user.";

export const accountGuard: Guard = (context) => {
  const { account, input, accounts } = context;
  const name = input.access.planned.login;
  if (account === undefined)
    return [
      block("no-account", {
        message: `The planned login ${name} has no account on this host.`,
        hint: choose,
      }),
    ];
  const about = (id: IdOf<"ssh">, message: string, hint: string) => [block(id, { message, hint })];
  const { shadow, shell } = account;
  const usePam = value(context, "usepam");
  return [
    ...(shadow?.password === "locked" && usePam === "no"
      ? about(
          "account-locked",
          `The password of ${name} is locked (! in shadow), and sshd refuses a locked account, keys or not, when UsePAM is no.`,
          `usermod -p '*' ${name} leaves it without a password but not locked, or set usePam: true.`,
        )
      : []),
    ...endings(context, account).flatMap(ending),
    ...(isShellClosed(account)
      ? about(
          "no-shell",
          `The shell of ${name}, ${shell || "/bin/sh"}, runs no commands.`,
          `chsh -s /bin/sh ${name}`,
        )
      : []),
    ...(accounts.nologin && account.uid !== 0
      ? about(
          "nologin",
          `/etc/nologin or /run/nologin is there: only root can log in now.`,
          "Remove it, or wait.",
        )
      : []),
  ];
};

function endings({ input, accounts: { now } }: Context, account: Account): readonly Ending[] {
  const { name } = account;
  const coming = input.access.coming?.get(name);
  const own = valueOr(input.facts.keys, []).filter(({ user }) => user === name);
  const lines = foreseenFiles(own, account, coming).flatMap((file) => file.lines);
  return [
    ...endingsOf(account, now),
    ...keysEnding(name, lines, now),
    ...((coming?.sudo ?? false) === false ? sudoEnding(name, valueOr(input.facts.sudoEnds, undefined)) : []),
  ];
}

const afterwards = {
  account: { id: "account-expired", after: "no login as it is let in" },
  password: { id: "password-change", after: "a login that only runs a command is refused" },
  key: { id: "keys-expire", after: "no key opens it" },
  sudo: { id: "sudo-expires", after: "no run of harden can become root by it" },
} as const satisfies Record<Ending["of"], { readonly id: IdOf<"ssh">; readonly after: string }>;

/** Of a day that lies ahead it is a warning: until then that login can mend it. */
function ending({ of, over, byOwner, text, remedy }: Ending) {
  if (!over && byOwner) return [];
  const { id, after } = afterwards[of];
  return [
    finding(over ? "block" : "warn", id, {
      message: `The planned login: ${text}. From then on ${after}.`,
      hint: `On the host: ${remedy}${byOwner ? "; or log in once, and change it" : ""}.`,
    }),
  ];
}

export const rootGuard: Guard = (context) => {
  const { account, input } = context;
  if (account?.uid !== 0) return [];
  const how = value(context, "permitrootlogin");
  if (how !== "no" && how !== "forced-commands-only") return [];
  return [
    block("root-login", {
      message: `The planned login ${input.access.planned.login} is root (number 0), and PermitRootLogin ${how} will shut it out.`,
      hint: "Name a login with sudo in the profile: access.user; or permitRootLogin: prohibit-password.",
    }),
  ];
};

export const sudoGuard: Guard = ({ account, input }) => {
  if (account === undefined || account.uid === 0) return [];
  const { now, planned, coming } = input.access;
  // Of a login of the profile's own the accounts control says what it may.
  if (coming?.has(planned.login)) return [];
  // The facts were read as root by this very login.
  if (now.login === planned.login && input.host.uid === 0 && input.access.via === "ssh") return [];
  const sudo = readableSudo(input.facts.sudo, planned.login);
  if (sudo === "all") return [];
  const why = {
    none: "sudo allows it nothing",
    limited: "sudo does not allow it every command as root",
    absent: "sudo is not installed",
  }[sudo];
  return [
    block("no-sudo", {
      message: `The planned login ${planned.login} could not become root: ${why}.`,
      hint: `usermod -aG sudo ${planned.login}, or name another login in the profile: access.user.`,
    }),
  ];
};
