/** Settings of sudoers(5) by which a command gets what its caller set in the environment. Pure. */
import { type Effect, type Settings, unescaped } from "../../facts/sudo-settings.ts";

/** What a program writes or asks by, and runs no code of: environ(7), locale(7), and what sudoers(5) keeps unasked. */
const harmless =
  /^(LANG|LANGUAGE|LC_\w+|TERM|TZ|COLORS|COLORTERM|LS_COLORS|GREP_COLORS?|DISPLAY|XAUTHORI(TY|ZATION)|SSH_(AUTH_SOCK|AGENT_PID|CLIENT|CONNECTION|TTY)|((https?|ftp|all|no)_proxy)|((HTTPS?|FTP|ALL|NO)_PROXY)|HOSTNAME|KDEDIR|QTDIR|MAIL|PS[12]|USERNAME|DEBIAN_FRONTEND|DEB(FULLNAME|EMAIL)|EMAIL|GIT_(AUTHOR|COMMITTER)_(NAME|EMAIL)|EDITOR|VISUAL|SUDO_EDITOR)$/;

const keeps = "env_keep ";

/** `env_keep NAME` of each variable that a line of Defaults, unquoted, keeps or no longer keeps. */
export const keptIn = (text: string): Settings =>
  new Map(
    [...text.matchAll(/(?<=^|[\s,])env_keep([-+]?)=((?:\\.|[^\s,\\])*)/gs)].flatMap(([, sign, names = ""]) =>
      unescaped(names)
        .split(/\s+/)
        .filter((name) => name !== "")
        .map((name) => [`${keeps}${name}`, sign !== "-"] as const),
    ),
  );

const effect = (setting: string, text: string): Effect => ({ setting, text, isKnown: true });

/** What these settings let a caller set for a command that it may run as another account. */
export const environmentEffects = (settings: Settings): readonly Effect[] =>
  [...settings].flatMap(([setting, value]) => {
    if (setting === "setenv" && value === true)
      return [effect(setting, "callers set any variable of the command, LD_PRELOAD too")];
    if (setting === "env_reset" && value === false)
      return [effect(setting, "commands get the caller's environment, but for variables that sudo knows")];
    if (!setting.startsWith(keeps) || value !== true) return [];
    const name = setting.slice(keeps.length);
    // A value may stand behind the name, which limits what is kept.
    return harmless.test(name.replace(/=.*/s, ""))
      ? []
      : [effect(setting, `commands get the caller's ${name}`)];
  });
