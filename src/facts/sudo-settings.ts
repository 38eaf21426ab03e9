/** Settings of sudoers(5) by which sudo doesn't ask a user for its own password. Pure. */

/** The value of each setting, the last one of several: true or false of a flag, false of one that is negated. */
export type SudoSettings = ReadonlyMap<string, string | boolean>;

/** With a backslash before each character of a quoted text that is none of a word, instead of the quotes. */
export const unquoted = (text: string) =>
  text.replace(/"((?:\\.|[^"\\])*)"/gs, (_, quoted: string) =>
    quoted.replace(/\\?(.)/gs, (_, character: string) =>
      /\w/.test(character) ? character : `\\${character}`,
    ),
  );

export const unescaped = (text: string) => text.replace(/\\(.)/gs, "$1");

/** Of a text that is unquoted; words that are no settings do no harm. */
export const settingsIn = (text: string): SudoSettings =>
  new Map(
    [...text.matchAll(/(?<=^|[\s,])(!?)(\w+)(?:[-+]?=((?:\\.|[^\s,\\])*))?/gs)].map(
      ([, not, name = "", value]) => {
        const is = not === "!" ? false : value === undefined || unescaped(value);
        // The older name of the same setting.
        return name === "tty_tickets" ? ["timestamp_type", is === false ? "global" : "tty"] : [name, is];
      },
    ),
  );

type Value = string | boolean;

const pamService = (value: Value) =>
  typeof value === "string" && !/^sudo(-i)?$/.test(value)
    ? `PAM asks as its service ${value} has it`
    : undefined;

/** What each setting does with such a value; undefined where the user types its own password, once in each session. */
const effects: Readonly<Record<string, (value: Value) => string | undefined>> = {
  authenticate: (value) => (value === false ? "sudo asks for no password" : undefined),
  exempt_group: (value) =>
    typeof value === "string" ? `sudo asks members of ${value} for no password` : undefined,
  rootpw: (value) => (value === true ? "sudo asks for root's password" : undefined),
  targetpw: (value) =>
    value === true ? "sudo asks for the password of the account that the command runs as" : undefined,
  runaspw: (value) => (value === true ? "sudo asks for the password of runas_default" : undefined),
  timestamp_type: (value) =>
    value === "global" ? "a password that was typed in one session counts in all others" : undefined,
  timestampowner: (value) =>
    typeof value === "string" && !/^(root|#0)$/.test(value)
      ? `${value} may write that a password was typed`
      : undefined,
  pam_service: pamService,
  pam_login_service: pamService,
  pam_askpass_service: pamService,
};

/** Whether such a setting lets a user do without its own password is decided elsewhere. */
const undecided = /^(pam_\w+|timestampowner)$/;

export interface SettingEffect {
  readonly setting: string;
  readonly text: string;
  readonly isKnown: boolean;
}

export function effectsOf(settings: SudoSettings): readonly SettingEffect[] {
  const isAlwaysAsked = Number(settings.get("timestamp_timeout")) === 0;
  return [...settings].flatMap(([setting, value]) => {
    const text = Object.hasOwn(effects, setting) ? effects[setting]!(value) : undefined;
    if (text === undefined || (setting === "timestamp_type" && isAlwaysAsked)) return [];
    return [{ setting, text, isKnown: !undecided.test(setting) }];
  });
}
