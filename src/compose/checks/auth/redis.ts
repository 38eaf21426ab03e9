/** redis and what is made of it, by its command and its configuration. Pure. */
import { posix } from "node:path";
import type { Fault } from "../../../checks/object.ts";
import { servers } from "../../engine-table.ts";
import { isEncrypted } from "../../secrets.ts";
import { keyAt } from "../../tree.ts";
import { isUnknown } from "../../unknown.ts";
import { programsIn, scriptIn, wordsIn } from "../../words.ts";
import { type Asked, isBitnami, isOn, isUsual, notTold, setAnew, usualPassword } from "./asked.ts";

const remedy =
  "Have a password (requirepass) in a file of its configuration, mode 0400 and its user's, and name that file in the command.";

/** Of images that make the configuration themselves. */
const variables = ["REDIS_PASSWORD", "VALKEY_PASSWORD", "DFLY_requirepass", "DFLY_PASSWORD"];

const readsVariables = (repository: string) =>
  isBitnami(repository) || /(?:^|\/)(?:sclorg|rhel\d*|ubi\d*)\/|dragonfly/.test(repository);

/** These read no such variable. */
const isOfficial = (repository: string) =>
  /^(?:(?:.*\/)?library\/|(?:amd64|arm\w+|i386|ppc64le|s390x)\/)?redis$|(?:^|\/)valkey\/valkey$|^redis\//.test(
    repository,
  );

export function redis(asked: Asked): readonly Fault[] {
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
  /** Nobody could read all that the server reads. */
  readonly isUnread: boolean;
  /** What the password is missing from. */
  readonly where: string;
}

function settingsOf(asked: Asked): Settings {
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
  const isProgram = file === undefined && programsIn(given).some(isOther);
  return {
    directives: [...(own?.directives ?? []), ...options],
    isUnread: own?.isUnread ?? isProgram,
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

function ofFile(path: string, asked: Asked, depth = 0): Pick<Settings, "directives" | "isUnread"> {
  const text = asked.files.get(path);
  if (text === undefined || isEncrypted(text) || depth > 8) {
    // Nobody makes a secret of a configuration without a password; and where this runs it need not be there.
    const secret: readonly Directive[] = path.startsWith("/run/secrets/") ? [["requirepass", "$"]] : [];
    return { directives: secret, isUnread: secret.length === 0 };
  }
  const read = linesOf(text).map(([name, ...values]) =>
    name === "include"
      ? ofFile(posix.resolve("/data", values[0] ?? ""), asked, depth + 1)
      : { directives: [[name, ...values] as const], isUnread: false },
  );
  return {
    directives: read.flatMap(({ directives }) => directives),
    isUnread: read.some(({ isUnread }) => isUnread),
  };
}

const linesOf = (text: string): readonly Directive[] =>
  text.split(/\r?\n/).flatMap((line): readonly Directive[] => {
    const [name, ...values] = /^\s*#/.test(line) ? [] : wordsIn(line);
    return name === undefined ? [] : [[name.toLowerCase(), ...values]];
  });

/** Why whoever comes over the network gets in; undefined where nobody does. */
function openBy(
  { directives, isUnread, where }: Settings,
  asked: Asked,
): "unread" | "unknown" | string | undefined {
  const last = (name: string) => directives.findLast(([each]) => each === name)?.slice(1);
  const addresses = last("bind");
  if (addresses?.length && addresses.every((each) => /^-?(?:127\.|::1$|localhost$)/.test(each)))
    return undefined;
  const passwords = passwordsOf(directives, asked);
  if (passwords === "unread") return "unread";
  if (passwords.some(isUsual)) return "its password is one that anybody tries first";
  if (passwords.length > 0) return passwords.some(isUnknown) ? "unknown" : undefined;
  if (isUnread) return "unread";
  if (passwords !== anybody) return undefined;
  const isProtected = last("protected-mode")?.[0]?.toLowerCase() === "yes";
  return isProtected ? undefined : `it takes commands of anybody: no password (requirepass) in ${where}`;
}

const anybody: readonly string[] = [];

/** What lets in the user whom every client is at first: each is enough. `anybody` without any; another empty list where nothing does. */
function passwordsOf(directives: readonly Directive[], { files }: Asked): readonly string[] | "unread" {
  const last = (name: string) => directives.findLast(([each]) => each === name)?.[1];
  const list = last("aclfile");
  const text = list ? files.get(list) : undefined;
  if (list && text === undefined) return "unread";
  const users = text === undefined ? directives : linesOf(text);
  const user = users.findLast(([name, who]) => name === "user" && who === "default");
  if (user !== undefined) return byRules(user.slice(2));
  const password = text === undefined ? last("requirepass") : undefined;
  return password ? [password] : anybody;
}

/** https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/ */
function byRules(rules: readonly string[]): readonly string[] {
  let isOn = false;
  let passwords: readonly string[] | undefined = [];
  for (const rule of rules)
    if (rule === "on" || rule === "off") isOn = rule === "on";
    else if (rule === "nopass") passwords = undefined;
    else if (rule === "resetpass" || rule === "reset") passwords = [];
    else if (rule.startsWith(">")) passwords = [...(passwords ?? []), rule.slice(1)];
  if (!isOn) return [];
  return passwords ?? anybody;
}

const unread = (where: string, { at }: Asked): Fault => ({
  ...{
    at: at(),
    unknown: true,
    found: `whether it wants a password is in ${where} that could not be read`,
  },
  remedy: "Run this beside the files that the service mounts, or try redis-cli ping from a neighbour.",
});
