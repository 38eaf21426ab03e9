/** Would this shut us out, or leave a login that is of no use? */
import type { Finding } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import { type Account, isShellClosed } from "../../facts/accounts.ts";
import { valueOr } from "../../facts/probe.ts";
import { fingerprintIn } from "../../kinds/keys/line.ts";
import { keysPath } from "../../kinds/keys.ts";
import { readableSudo } from "../ssh/guards/sudo.ts";
import { keysUsable } from "../ssh/usable.ts";
import { ownGroupOf } from "./shut.ts";
import { asCalled, givesSudo, sudoersInSync, sudoersOf } from "./sudoers.ts";
import type { AccountsInput, Login } from "./view.ts";

const say = findingsOf("accounts", {
  "keys-elsewhere": ["block", "sshd looks for an account's keys where harden writes none"],
  "shared-number": [
    "warn",
    "An account shares its number with others: whoever is one of them is all of them",
  ],
  "no-sudo": ["block", "A login that should become root could not"],
  "keys-left": ["warn", "The file of an account's keys could not be looked at safely, and stays as it is"],
  "no-shell": ["warn", "An account of the profile has a shell that lets nobody in"],
  "password-sudo": ["block", "sudo wants a password of an account that has none"],
  "no-keys": ["warn", "An account of the profile would have no key at all"],
  "no-way-back": ["block", "Nobody could come back as the planned login, so that nothing could be proven"],
  "home-open": ["block", "Others may write to the home of the planned login, and sshd would refuse its keys"],
  "way-in": ["note", "This run came in by a password, and from then on a key is the way in"],
});

export const findings = say.records;

export function guard(input: AccountsInput): readonly Finding[] {
  const { view, access } = input;
  const planned = view.logins.find(({ coming }) => coming.name === access.planned.login);
  return [
    ...view.logins.flatMap((login) => [
      ...elsewhere(login),
      ...shared(login),
      ...uncounted(login, input),
      ...useless(login, input),
    ]),
    ...(planned === undefined ? [] : plannedGuards(planned, input)),
    ...noRoot(planned, input),
    ...wayIn(planned, input),
  ];
}

const elsewhere = ({ elsewhere: where, coming: { name, keys, onlyThese } }: Login) =>
  say(
    "keys-elsewhere",
    where !== undefined &&
      (keys.length > 0 || onlyThese) &&
      `sshd looks for the keys of ${name} in ${where}, and harden writes ~${name}/.ssh/authorized_keys only.`,
    `Put the keys there yourself and leave keys of ${name} out of the profile, or let AuthorizedKeysFile name .ssh/authorized_keys, too.`,
  );

/** To the kernel, to files and to sudo they are one. */
const shared = ({ coming: { name }, account, sharing }: Login) =>
  say(
    "shared-number",
    sharing.length > 0 &&
      `${name} has the number ${account?.uid} together with ${sharing.map((each) => each.name).join(", ")}: whoever gets in by one of these names has all that is the other's${asCalled(account)}.`,
    "Give each a number of its own: usermod -u NUMBER NAME, and chown what was meant for it.",
  );

/** What the profile would give by a name that sudo doesn't know its number by. */
const uncounted = ({ coming: { name, sudo }, account }: Login, { access, facts }: AccountsInput) =>
  say(
    "no-sudo",
    sudo !== false &&
      account?.called !== undefined &&
      readableSudo(facts.sudo, name) !== "all" &&
      (access.coming?.get(account.called)?.sudo ?? false) === false &&
      `${name} could not become root, whatever the profile gives it${asCalled(account)}.`,
    `Give ${name} a number of its own: usermod -u NUMBER ${name}; or name ${account?.called} in its place.`,
  );

/** What makes a login that nobody can use, though it is not ours. */
function useless(
  { coming: { name, sudo, keys, onlyThese }, account, foreseen, keys: fact }: Login,
  { access }: AccountsInput,
) {
  if (name === access.planned.login) return [];
  const there = valueOr(fact, undefined);
  return [
    ...say(
      "keys-left",
      there?.state === "unsafe" && `${keysPath(name)} stays as it is, whatever it opens: ${there.why}.`,
      `Look at it: ls -la ~${name} ~${name}/.ssh. Until then usermod -L -e 1 ${name} shuts the account.`,
    ),
    ...say(
      "no-shell",
      account !== undefined &&
        isShellClosed(account) &&
        `${name} is there with the shell ${account.shell}, which lets nobody in: harden leaves it as it is.`,
      "Is it a service's account? Give the person another name; else: chsh -s /bin/bash.",
    ),
    ...say.at(
      "warn",
      "password-sudo",
      needsPassword({ sudo, foreseen }) && `${noPassword(name)}.`,
      passwordHint(name),
    ),
    ...say(
      "no-keys",
      keys.length === 0 &&
        onlyThese &&
        `${name} would have no key at all: the profile lists none, and otherKeys is remove.`,
    ),
  ];
}

const needsPassword = ({ sudo, foreseen }: Pick<Login["coming"], "sudo"> & Pick<Login, "foreseen">) =>
  sudo === "password" &&
  foreseen.uid !== 0 &&
  foreseen.shadow !== undefined &&
  foreseen.shadow.password !== "set";

const noPassword = (name: string) => `sudo would ask ${name} for a password, and ${name} has none`;
const passwordHint = (name: string) => `sudo: nopasswd, or give it one on the host: passwd ${name}`;

/** The run's own way back: nothing is begun that could not be proven and confirmed. */
const plannedGuards = (planned: Login, input: AccountsInput): readonly Finding[] => [
  ...noWayBack(planned, input),
  ...homeOpen(planned, input),
];

/** Lines that will open the planned login, by a key that this client holds. */
function ways({ filesThen, foreseen }: Login, { access, facts }: AccountsInput) {
  const held = new Set(access.client?.keysHeld);
  const now = valueOr(facts.accounts, undefined)?.now ?? 0;
  const mine = filesThen.map((file) => ({
    ...file,
    lines: file.lines.filter((line) => held.has(fingerprintIn(line) ?? "")),
  }));
  const lines = mine.flatMap((file) => file.lines);
  const { reasons } = keysUsable(
    mine.filter((file) => file.lines.length > 0),
    { account: foreseen, address: access.visit.address, now, strictModes: false, algorithms: [], rsaBits: 0 },
  );
  return { lines, reasons };
}

const fingerprintsOf = (lines: readonly string[]) => lines.flatMap((line) => fingerprintIn(line) ?? []);

function noWayBack(planned: Login, input: AccountsInput): readonly Finding[] {
  const { access } = input;
  const { name, keys } = planned.coming;
  // What sshd has shown stays true where nothing that this client holds goes.
  const going = fingerprintsOf(planned.files.flatMap(({ lines }) => lines)).filter(
    (key) => !fingerprintsOf(planned.filesThen.flatMap(({ lines }) => lines)).includes(key),
  );
  if (access.via !== "ssh" || (access.proven && !going.some((key) => access.client?.keysHeld.includes(key))))
    return [];
  const { lines, reasons } = ways(planned, input);
  if (lines.length > 0 && reasons.length === 0) return [];
  const listed = fingerprintsOf(keys).join(", ") || "none";
  const why =
    lines.length === 0
      ? `this client holds no private key of ${name}'s (the profile lists ${listed})`
      : reasons.join("; ");
  return say(
    "no-way-back",
    `You could not come back as ${name}, and so nothing could be proven: ${why}.`,
    `Name its private key: --identity FILE, or ssh-add it; or list your own public key under accounts.users for ${name}.`,
  );
}

/** The run goes on as this login, which has to become root; what an apply has given it before may go with this one. */
function noRoot(planned: Login | undefined, input: AccountsInput): readonly Finding[] {
  const { access, facts, host, params } = input;
  const name = access.planned.login;
  const account =
    planned?.foreseen ?? valueOr(facts.accounts, undefined)?.accounts.find((each) => each.name === name);
  const { sudo = false } = planned?.coming ?? {};
  if (account === undefined || account.uid === 0 || access.via !== "ssh") return [];
  const given = givesSudo(sudoersOf(facts), name);
  const proven = access.now.login === name && host.uid === 0;
  if (sudo !== false)
    return [
      ...say(
        "password-sudo",
        needsPassword({ sudo, foreseen: account }) && `${noPassword(name)}.`,
        passwordHint(name),
      ),
      ...say(
        "no-sudo",
        !proven &&
          account.called === undefined &&
          sudoersInSync(params.users, facts) &&
          valueOr(facts.sudo, undefined)?.get(name) === "limited" &&
          `The planned login ${name} could not become root: another rule of sudo takes away what the profile gives it.`,
        `sudo -l -U ${name} shows the rules, and the last one counts: take that one out of its file below /etc/sudoers.d.`,
      ),
    ];
  const has = !given && (proven || readableSudo(facts.sudo, name) === "all");
  return say(
    "no-sudo",
    !has &&
      (planned !== undefined || given) &&
      `The planned login ${name} could not become root: the profile gives it no sudo.`,
    `accounts.users: sudo: nopasswd for ${name}.`,
  );
}

/** Only the home itself: what is below harden sets right. */
const homeOpen = (login: Login, { facts }: AccountsInput) => {
  const { name } = login.coming;
  const fact = valueOr(login.keys, undefined);
  const home = fact === undefined || fact.state === "unsafe" ? undefined : fact.modes.home;
  const strict = valueOr(facts.effective, undefined)?.planned.get("strictmodes")?.[0] !== "no";
  const shared = hasOwnGroup(login, valueOr(facts.accounts, undefined)?.accounts ?? []) ? 0o002 : 0o022;
  return say(
    "home-open",
    strict &&
      home !== undefined &&
      (Number.parseInt(home, 8) & shared) !== 0 &&
      `sshd (StrictModes) would refuse the keys of ${name}: others may write to its home (${home}).`,
    `chmod go-w ~${name}`,
  );
};

/** Debian's sshd takes a home that a group may write where nobody else is in that group; whose it is comes with a file of keys. */
function hasOwnGroup({ account, files }: Login, accounts: readonly Account[]): boolean {
  const ownGroup = account && ownGroupOf(account, accounts);
  return files.some(({ home, steps }) => steps.some(({ path, gid }) => path === home && gid === ownGroup));
}

/** How this run came, and how the next will. */
function wayIn(planned: Login | undefined, input: AccountsInput): readonly Finding[] {
  const { access } = input;
  if (access.now.byPassword !== true || planned === undefined) return [];
  const [key] = fingerprintsOf(ways(planned, input).lines);
  const { name } = planned.coming;
  const root = access.now.login === name ? "" : ` and becomes root by sudo`;
  return say(
    "way-in",
    key !== undefined &&
      `This run came in as ${access.now.login} by a password. Afterwards ${name} comes in by the key ${key}${root}, which is proven before the run is confirmed.`,
    `The password of ${access.now.login} still opens the console and su; where it is known to others: passwd ${access.now.login}`,
  );
}
