/** The planned login's account: there, open, with a shell, and able to become root. */
import { findingsOf } from "../../../checks/finding.ts";
import { type Account, isShellClosed, keysHere } from "../../../facts/accounts.ts";
import { valueOr } from "../../../facts/probe.ts";
import { type Ending, endingsOf, keysEnding, sudoEnding } from "../../accounts/endings.ts";
import { foreseenFiles } from "../../accounts/foreseen.ts";
import { isLockedToSshd } from "../locked.ts";
import { advice, type Context, type Guard, value } from "./context.ts";
import { readableSudo } from "./sudo.ts";

const say = findingsOf("ssh", {
  "no-account": ["block", "The planned login has no account on the host"],
  "root-login": ["block", "The planned login is root, which sshd would shut out"],
  "no-sudo": ["block", "The planned login could not become root"],
  "account-locked": ["block", "The planned login is locked in a way that sshd heeds"],
  "no-shell": ["block", "The planned login has a shell that runs no commands"],
  nologin: ["block", "The host lets only root log in for now"],
  "account-expired": ["block", "The account of the planned login has ended, or will"],
  "password-change": ["block", "The planned login must change its password first, or will have to and can't"],
  "keys-expire": ["block", "Each key of the planned login ends on a day that its line names"],
  "sudo-expires": ["block", "sudo makes the planned login root until a day that its rule names"],
});

export const findings = say.records;

const choose = "Name a login that works in the profile: access.user.";

export const lockedGuard: Guard = (context) => {
  const { account } = context;
  if (account === undefined || !isLockedToSshd(account, value(context, "usepam"))) return [];
  const { name } = account;
  return say(
    "account-locked",
    `The password of ${name} is locked (! in shadow), and sshd refuses a locked account, keys or not, when UsePAM is no.`,
    advice(context, `usermod -p '*' ${name} leaves it without a password but not locked`, "set usePam: true"),
  );
};

export const accountGuard: Guard = (context) => {
  const { account, input, accounts } = context;
  const name = input.access.planned.login;
  if (account === undefined)
    return say("no-account", `The planned login ${name} has no account on this host.`, choose);
  const { shell } = account;
  return [
    ...lockedGuard(context),
    ...endings(context, account).flatMap(ending),
    ...(isShellClosed(account)
      ? say(
          "no-shell",
          `The shell of ${name}, ${shell || "/bin/sh"}, runs no commands.`,
          `chsh -s /bin/sh ${name}`,
        )
      : []),
    ...(accounts.nologin && account.uid !== 0
      ? say(
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
  const own = keysHere(valueOr(input.facts.keys, []), name);
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
} as const satisfies Record<Ending["of"], { readonly id: string; readonly after: string }>;

/** Of a day that lies ahead it is a warning: until then that login can mend it. */
function ending({ of, over, byOwner, text, remedy }: Ending) {
  if (!over && byOwner) return [];
  const { id, after } = afterwards[of];
  return say.at(
    over ? "block" : "warn",
    id,
    `The planned login: ${text}. From then on ${after}.`,
    `On the host: ${remedy}${byOwner ? "; or log in once, and change it" : ""}.`,
  );
}

export const rootGuard: Guard = (context) => {
  const { account, input } = context;
  if (account?.uid !== 0) return [];
  const how = value(context, "permitrootlogin");
  if (how !== "no" && how !== "forced-commands-only") return [];
  return say(
    "root-login",
    `PermitRootLogin ${how} will shut out ${input.access.planned.login}, whose number is 0.`,
    advice(
      context,
      "",
      "name a login with sudo in the profile: access.user; or permitRootLogin: prohibit-password",
    ),
  );
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
  return say(
    "no-sudo",
    `The planned login ${planned.login} could not become root: ${why}.`,
    `usermod -aG sudo ${planned.login}, or name another login in the profile: access.user.`,
  );
};
