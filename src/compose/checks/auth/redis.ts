/** redis and what is made of it, by its command and its configuration. Pure. */
import { createHash } from "node:crypto";
import { posix } from "node:path";
import type { Fault } from "../../../checks/object.ts";
import { pathMatcher } from "../../../glob.ts";
import { servers } from "../../engine-table.ts";
import { isEncrypted } from "../../secrets.ts";
import { keyAt } from "../../tree.ts";
import { isUnknown } from "../../unknown.ts";
import { programsIn, scriptIn, wordsIn } from "../../words.ts";
import { type AuthSubject, isBitnami, isOn, isUsual, notTold, setAnew, usualPassword } from "./asked.ts";
import { tried } from "./first-start.ts";

const remedy =
  "Have a password (requirepass, of a user > in its ACL) in a file of its configuration, mode 0400 and its user's, and name that file in the command.";

/** Of images that make the configuration themselves. */
const variables = ["REDIS_PASSWORD", "VALKEY_PASSWORD", "DFLY_requirepass", "DFLY_PASSWORD"];

const readsVariables = (repository: string) =>
  isBitnami(repository) || /(?:^|\/)(?:sclorg|rhel\d*|ubi\d*)\/|dragonfly/.test(repository);

/** These read no such variable. */
const isOfficial = (repository: string) =>
  /^(?:(?:.*\/)?library\/|(?:amd64|arm\w+|i386|ppc64le|s390x)\/)?redis$|(?:^|\/)valkey\/valkey$|^redis\//.test(
    repository,
  );

export function redis(asked: AuthSubject): readonly Fault[] {
  const { named, at, view, repository } = asked;
  const hasVariable = variables.some((each) => named(each) || named(`${each}_FILE`));
  if (readsVariables(repository) && hasVariable) return usualPassword(variables, setAnew)(asked);
  const found = openBy(settingsOf(asked), asked);
  if (found === undefined) return [];
  if (found === "unknown") return [notTold(keyAt(view.node, "command") ?? at(), "command")];
  if (found !== "unread" && hasVariable && !isOfficial(repository) && !isOn(named("ALLOW_EMPTY_PASSWORD")))
    return [unread("a variable, which its image may read or not, or in a file", asked)];
  return found === "unread"
    ? [unread("a program, or a file,", asked)]
    : [{ at: at("ALLOW_EMPTY_PASSWORD"), found, remedy }];
}

/** A directive's name in small letters, and its values. */
type Directive = readonly [name: string, ...values: string[]];

interface Settings {
  /** In the order in which the server takes them: of several with one name the last. */
  readonly directives: readonly Directive[];
  /** A file of its configuration could not be read. */
  readonly isUnread: boolean;
  /** A program starts the server that may give it more. */
  readonly isWrapped: boolean;
  /** What the password is missing from. */
  readonly where: string;
}

function settingsOf(asked: AuthSubject): Settings {
  const { words: given, named } = asked;
  const more = wordsIn(named("REDIS_ARGS", "VALKEY_EXTRA_FLAGS", "REDIS_EXTRA_FLAGS") ?? "");
  // A shell's own words.
  const script = scriptIn(given);
  const words = [...given.flatMap((word) => (word === script ? wordsIn(word) : [word])), ...more];
  const first = words.findIndex((word) => word.startsWith("--"));
  const options: [string, ...string[]][] = [];
  for (const word of first < 0 ? [] : words.slice(first))
    if (word.startsWith("--")) options.push(namedOf(word));
    else options.at(-1)!.push(word);
  const file = words.slice(0, first < 0 ? undefined : first).find((word) => word.endsWith(".conf"));
  const own = file === undefined ? undefined : ofFile(posix.resolve("/data", file), asked);
  return {
    directives: [...(own?.directives ?? []), ...options],
    isUnread: own?.isUnread ?? false,
    isWrapped: file === undefined && programsIn(given).some(isOther),
    where: file ?? "its command, and no file of configuration",
  };
}

/** A program of the service's own, which may do anything before it starts the server. */
const isOther = (program: string) => !program.startsWith("-") && servers[program] !== "redis";

/** `--requirepass`, or `--requirepass=x` of a script that reads it so. */
function namedOf(word: string): [string, ...string[]] {
  const [name = "", ...rest] = word.slice(2).split("=");
  return [name.toLowerCase(), ...(rest.length > 0 ? [rest.join("=")] : [])];
}

/** `read`: files whose text is in already, for one may include itself. */
function ofFile(
  path: string,
  asked: AuthSubject,
  read = new Set<string>(),
): Pick<Settings, "directives" | "isUnread"> {
  const text = asked.files.get(path);
  if (text === undefined || isEncrypted(text) || read.has(path)) {
    // Nobody makes a secret of a configuration without a password; and where this runs it need not be there.
    const secret: readonly Directive[] = path.startsWith("/run/secrets/") ? [["requirepass", "$"]] : [];
    return { directives: secret, isUnread: secret.length === 0 };
  }
  read.add(path);
  const parts = linesOf(text).flatMap(([name, ...values]) =>
    name === "include"
      ? includedBy(posix.resolve("/data", values[0] ?? ""), asked).map((each) => ofFile(each, asked, read))
      : [{ directives: [[name, ...values] as const], isUnread: false }],
  );
  return {
    directives: parts.flatMap(({ directives }) => directives),
    isUnread: parts.some(({ isUnread }) => isUnread),
  };
}

/** Since 7 a name may be a pattern: its files in the order of their names, or itself where none is known. */
function includedBy(pattern: string, { files }: AuthSubject): readonly string[] {
  const found = [...files.keys()].filter(pathMatcher(pattern)).sort();
  return found.length > 0 ? found : [pattern];
}

const linesOf = (text: string): readonly Directive[] =>
  text.split(/\r?\n/).flatMap((line): readonly Directive[] => {
    const [name, ...values] = /^\s*#/.test(line) ? [] : wordsIn(line);
    return name === undefined ? [] : [[name.toLowerCase(), ...values]];
  });

/** Why whoever comes over the network gets in; undefined where nobody does. */
function openBy(
  { directives, isUnread, isWrapped, where }: Settings,
  asked: AuthSubject,
): "unread" | "unknown" | string | undefined {
  const last = (name: string) => directives.findLast(([each]) => each === name)?.slice(1);
  const addresses = last("bind");
  if (addresses?.length && addresses.every((each) => /^-?(?:127\.|::1$|localhost$)/.test(each)))
    return isUnread ? "unread" : undefined;
  const logins = loginsOf(directives, asked);
  if (logins === "unread") return "unread";
  const own = logins.get(firstUser)!;
  if (own === "anybody") {
    if (isUnread || isWrapped) return "unread";
    const isProtected = last("protected-mode")?.[0]?.toLowerCase() === "yes";
    return isProtected ? undefined : `it takes commands of anybody: no password (requirepass) in ${where}`;
  }
  for (const [user, login] of logins) {
    if (login === "anybody") return `its user ${user} needs no password (nopass)`;
    const whose = user === firstUser ? "its password" : `the password of its user ${user}`;
    if (login.some((each) => isUsual(each))) return `${whose} is one that anybody tries first`;
    if (login.some((each) => each.toLowerCase() === user.toLowerCase())) return `${whose} is the user's name`;
  }
  if ([...logins.values()].flat().some(isUnknown)) return "unknown";
  // What is not read may take the password away, or have a user who needs none.
  return isUnread || (isWrapped && own.length === 0) ? "unread" : undefined;
}

/** The user that every client is at first. */
const firstUser = "default";

/** Passwords, of which each is enough; none where the user is off or has none. */
type Login = "anybody" | readonly string[];

/** By the name of the user; the first user is always one of them. */
function loginsOf(
  directives: readonly Directive[],
  { files }: AuthSubject,
): ReadonlyMap<string, Login> | "unread" {
  const last = (name: string) => directives.findLast(([each]) => each === name)?.[1];
  const list = last("aclfile");
  const text = list ? files.get(list) : undefined;
  if (list && text === undefined) return "unread";
  const password = text === undefined ? last("requirepass") : undefined;
  const users = (text === undefined ? directives : linesOf(text)).filter(([name]) => name === "user");
  return new Map<string, Login>([
    [firstUser, password ? [password] : "anybody"],
    ...users.map(([, user = "", ...rules]) => [user, byRules(rules)] as const),
  ]);
}

/** https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
function byRules(rules: readonly string[]): Login {
  let isOn = false;
  let login: Login = [];
  const passwords = () => (login === "anybody" ? [] : login);
  for (const rule of rules) {
    const [word, value] = [rule.toLowerCase(), rule.slice(1)];
    if (word === "on" || word === "off") isOn = word === "on";
    else if (word === "nopass") login = "anybody";
    else if (word === "resetpass") login = [];
    else if (word === "reset") [isOn, login] = [false, []];
    else if (word.startsWith(">")) login = [...passwords(), value];
    else if (word.startsWith("#")) login = [...passwords(), ofSum(value)];
    else if (word.startsWith("<")) login = passwords().filter((each) => each !== value);
    else if (word.startsWith("!")) login = passwords().filter((each) => each !== ofSum(value));
  }
  return isOn ? login : [];
}

/** The password of a SHA-256 sum where anybody tries it, else the sum. */
const ofSum = (sum: string): string =>
  tried.find((word) => createHash("sha256").update(word).digest("hex") === sum.toLowerCase()) ?? sum;

const unread = (where: string, { at }: AuthSubject): Fault => ({
  at: at(),
  unknown: true,
  found: `whether it wants a password is in ${where} that could not be read`,
  remedy: "Run this beside the files that the service mounts, or try redis-cli ping from a neighbour.",
});
