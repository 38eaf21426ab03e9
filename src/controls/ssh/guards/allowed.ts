/** Whom sshd lets in at all: AllowUsers and its siblings, methods, and what it lets them run. */
import { findingsOf } from "../../../checks/finding.ts";
import { type EffectiveFact, wordsIn } from "../../../facts/sshd.ts";
import { refusals } from "../admission.ts";
import { place } from "../config.ts";
import { keyboardName } from "../keywords/keyword.ts";
import { linesOf, normal, winning } from "../simulate.ts";
import { plannedValues } from "../view.ts";
import { advice, type Context, type Guard, shown, value, words } from "./context.ts";

const say = findingsOf("ssh", {
  "not-allowed": ["block", "Lists of sshd's keep the planned login out"],
  "others-no-method": ["warn", "A Match block asks others for a method that would go off"],
  "no-method": ["block", "No way to log in would be left that this run has shown"],
  "no-command": ["block", "sshd keeps the planned login from running commands"],
});

export const findings = say.records;

/** ` (FILE:LINE)` of each line that says so. */
function where({ view }: Context, keyword: string): string {
  const lines = winning(view.layout.directives, keyword, view.planned).map(place);
  return lines.length === 0 ? "" : ` (${[...new Set(lines)].join(", ")})`;
}

export const allowGuard: Guard = (context) => {
  const { input, account } = context;
  const visitor = {
    user: input.access.planned.login,
    groups: account?.groups ?? [],
    address: input.access.visit.address,
  };
  return refusals((keyword) => words(context, keyword), visitor, true).flatMap(({ keyword, text }) =>
    say(
      "not-allowed",
      `${keyword}${where(context, keyword.toLowerCase())} ${text}.`,
      advice(context, "Put the login on the list", "name another one in the profile: access.user"),
    ),
  );
};

/** Whether a method of AuthenticationMethods is on, by what the keywords are. */
const enabledBy =
  ({ view }: Pick<Context, "view">, of: (keyword: string) => string) =>
  (method: string) => {
    const [name] = method.split(":");
    if (name === "publickey") return of("pubkeyauthentication") === "yes";
    if (name === "password") return of("passwordauthentication") === "yes";
    if (name === "keyboard-interactive") return of(keyboardName(view.known).toLowerCase()) === "yes";
    return false;
  };

/** The lists of methods that a Match block asks for: of its connection, and, where an earlier block decides for that one, as text. */
function askedIn({ view }: Context, { file, line, effective }: EffectiveFact["matches"][number]) {
  const written = linesOf(view.layout.directives, "authenticationmethods").flatMap(({ under, words }) => {
    const innermost = under.at(-1);
    return innermost?.file === file && innermost.line === line ? [words] : [];
  });
  const all = [wordsIn(effective.get("authenticationmethods")), ...written].map((each) =>
    each.filter((list) => list !== "any"),
  );
  return [...new Map(all.map((lists) => [lists.join(" "), lists])).values()];
}

/** Whom a Match block asks for more than a key, as a second factor, and the profile switches that off. */
export const othersMethods: Guard = (context) => {
  const { view, effective, accounts, input } = context;
  const own = `match user ${input.access.planned.login}`;
  const shut = effective.matches.flatMap((match) => {
    const { file, line, text, spec, effective: today } = match;
    if (text.toLowerCase() === own) return [];
    const groups = accounts.accounts.find(({ name }) => name === spec.user)?.groups;
    const now = (keyword: string) => normal(today.get(keyword)?.[0] ?? "");
    const then = (keyword: string) => plannedValues(view, today, keyword, { spec, groups })[0] ?? "";
    return askedIn(context, match).flatMap((required) => {
      const opens = (of: (keyword: string) => string) =>
        required.some((list) => list.split(",").every(enabledBy(context, of)));
      return opens(now) && !opens(then) ? [`${text} (${file}:${line}) wants ${required.join(" or ")}`] : [];
    });
  });
  if (shut.length === 0) return [];
  return say(
    "others-no-method",
    `What others need to log in would go off: ${shut.join("; ")}.`,
    advice(
      context,
      "Take AuthenticationMethods out of that block first",
      "leave the method on in the profile, such as ssh.keyboardInteractive: true",
    ),
  );
};

/** Some method must be left that a key alone, or a password where those stay, can pass. */
export const methodsGuard: Guard = (context) => {
  const enabled = enabledBy(context, (keyword) => value(context, keyword));
  const required = words(context, "authenticationmethods").filter((each) => each !== "any");
  if (required.length === 0) {
    if (["publickey", "password", "keyboard-interactive"].some(enabled)) return [];
    return say(
      "no-method",
      "Neither keys nor passwords would be left to log in with.",
      advice(context, "", "set pubkeyAuthentication: true"),
    );
  }
  const left = required.filter((each) => each.split(",").every(enabled));
  const several = (list: string) => list.split(",").filter((each) => /^publickey\b/.test(each)).length > 1;
  if (left.some((each) => !several(each) || shown(context))) return [];
  if (left.length > 0)
    return say(
      "no-method",
      `AuthenticationMethods${where(context, "authenticationmethods")} wants several keys of a login, ${left.join(" or ")}, and no login of this run has shown them.`,
      "Change AuthenticationMethods on the host, or let sshd read it (systemctl reload ssh) and see whether the login still gets in.",
    );
  return say(
    "no-method",
    `AuthenticationMethods${where(context, "authenticationmethods")} wants ${required.join(" or ")}, and what that needs would be off.`,
    advice(context, "Change AuthenticationMethods on the host", "leave the method on in the profile"),
  );
};

/** The login must be able to run a command at all. */
export const commandGuard: Guard = (context) => {
  const user = context.input.access.planned.login;
  const bad = [
    ["forcecommand", "none", "ForceCommand"],
    ["chrootdirectory", "none", "ChrootDirectory"],
  ].filter(([keyword = "", none]) => !["", none].includes(value(context, keyword)));
  const refuse = value(context, "refuseconnection") === "yes" ? ["RefuseConnection"] : [];
  const sessions = value(context, "maxsessions") === "0" ? ["MaxSessions 0"] : [];
  const names = [...bad.map(([, , name]) => name), ...refuse, ...sessions];
  if (names.length === 0) return [];
  return say(
    "no-command",
    `${names.join(" and ")} keeps ${user} from running commands on this host.`,
    advice(context, "", "name another login in the profile: access.user"),
  );
};
