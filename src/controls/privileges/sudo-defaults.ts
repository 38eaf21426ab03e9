/** Lines of Defaults of sudoers(5) by which a rule grants more than it says: without the user's own password, with its environment, or with files and programs that sudo goes by. Pure. */
import {
  effectsOf,
  type SettingEffect,
  type SudoSettings,
  settingsIn,
  unescaped,
  unquoted,
} from "../../facts/sudo-settings.ts";

interface Line {
  /** As cvtsudoers prints it, with its aliases replaced. */
  readonly text: string;
  /** `:` of users, `>` of those as whom, `@` of hosts, `!` of commands, or nothing. */
  readonly kind: string;
  readonly list: string;
  readonly settings: SudoSettings;
}

export interface Widening {
  readonly text: string;
  readonly effects: readonly SettingEffect[];
  /** Whether it concerns this user or group of a rule, such as `deploy` and `%sudo`. */
  readonly concerns: (subject: string) => boolean;
  /** Whether a rule of ALL gives every account what it names without a password. */
  readonly isForAll: boolean;
}

function lineOf(text: string): Line {
  const plain = unquoted(text);
  const word = String.raw`(?:\\.|[^\s\\])+`;
  const [, kind = "", list = ""] =
    new RegExp(`^Defaults(?:([:>@!])((?:${word}, )*${word}))?`).exec(plain) ?? [];
  // Commands may have arguments, so that where their list ends is not known.
  return {
    text,
    kind,
    list: kind === "!" ? plain : list,
    settings: new Map([...settingsIn(plain), ...keptIn(plain)]),
  };
}

const effectsIn = (settings: SudoSettings) => [...effectsOf(settings), ...effectsOnCommands(settings)];

/** Whether a later line takes such a setting of a line back: one of everybody, or of the same list. */
const takesBack = (later: Line, { kind, list }: Line, setting: string) =>
  later.settings.has(setting) &&
  !effectsIn(later.settings).some((effect) => effect.setting === setting) &&
  ((later.kind === "" && kind !== "!") || (later.kind === kind && later.list === list));

const namesIn = (list: string) => list.split(", ").map(unescaped);

/** Of lines in their order, those that are in effect, for whatever user, host, target or command. */
export const wideningIn = (lines: readonly string[]): readonly Widening[] =>
  lines.map(lineOf).flatMap((line, at, all) => {
    const effects = effectsIn(line.settings).filter(
      ({ setting }) => !all.slice(at + 1).some((later) => takesBack(later, line, setting)),
    );
    if (effects.length === 0) return [];
    const { text, kind, list, settings } = line;
    const asksNobody = effects.some(({ setting }) => setting === "authenticate");
    const ofUsers = kind === ":" ? namesIn(list) : [];
    const isForAll = asksNobody && (kind !== ":" || ofUsers.includes("ALL"));
    const concerns = (subject: string) =>
      (asksNobody && (kind === "" || ofUsers.includes("ALL") || ofUsers.includes(subject))) ||
      (kind === "" &&
        effects.some(({ setting }) => setting === "exempt_group") &&
        subject === `%${settings.get("exempt_group")}`);
    return [{ text, effects, isForAll, concerns }];
  });

/** What a program writes or asks by, and runs no code of: environ(7), locale(7), and what sudoers(5) keeps unasked. */
const harmless =
  /^(LANG|LANGUAGE|LC_\w+|TERM|TZ|COLORS|COLORTERM|LS_COLORS|GREP_COLORS?|DISPLAY|XAUTHORI(TY|ZATION)|SSH_(AUTH_SOCK|AGENT_PID|CLIENT|CONNECTION|TTY)|((https?|ftp|all|no)_proxy)|((HTTPS?|FTP|ALL|NO)_PROXY)|HOSTNAME|KDEDIR|QTDIR|MAIL|PS[12]|USERNAME|DEBIAN_FRONTEND|DEB(FULLNAME|EMAIL)|EMAIL|GIT_(AUTHOR|COMMITTER)_(NAME|EMAIL)|EDITOR|VISUAL|SUDO_EDITOR)$/;

const keeps = "env_keep ";

/** `env_keep NAME` of each variable that a line of Defaults, unquoted, keeps or no longer keeps. */
const keptIn = (text: string): SudoSettings =>
  new Map(
    [...text.matchAll(/(?<=^|[\s,])env_keep([-+]?)=((?:\\.|[^\s,\\])*)/gs)].flatMap(([, sign, names = ""]) =>
      unescaped(names)
        .split(/\s+/)
        .filter((name) => name !== "")
        .map((name) => [`${keeps}${name}`, sign !== "-"] as const),
    ),
  );

/** Settings whose value is a path that sudo goes by as root. */
const byPath: Readonly<Record<string, (path: string) => string>> = {
  env_file: (path) => `commands get the variables of ${path}`,
  restricted_env_file: (path) => `commands get variables of ${path}`,
  mailerpath: (path) => `sudo runs ${path} to send a mail`,
  group_plugin: (path) => `sudo loads ${path} to look up groups`,
  runchroot: (path) => `commands run in ${path} as their root folder`,
};

const effect = (setting: string, text: string): SettingEffect => ({ setting, text, isKnown: true });

/** What these settings let a caller set for a command that it may run as another account, and what sudo itself reads and runs. */
const effectsOnCommands = (settings: SudoSettings): readonly SettingEffect[] =>
  [...settings].flatMap(([setting, value]) => {
    if (setting === "setenv" && value === true)
      return [effect(setting, "callers set any variable of the command, LD_PRELOAD too")];
    if (setting === "env_reset" && value === false)
      return [effect(setting, "commands get the caller's environment, but for variables that sudo knows")];
    if (Object.hasOwn(byPath, setting) && typeof value === "string")
      return [effect(setting, byPath[setting]!(value))];
    if (!setting.startsWith(keeps) || value !== true) return [];
    const name = setting.slice(keeps.length);
    // A value may stand behind the name, which limits what is kept.
    return harmless.test(name.replace(/=.*/s, ""))
      ? []
      : [effect(setting, `commands get the caller's ${name}`)];
  });
