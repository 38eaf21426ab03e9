/** Whether a stack of PAM lets in without a right password, as pam.conf(5) has it. Pure. */

/** A line of type auth; `(` and `)` as its control are the begin and end of a substack. */
export interface AuthLine {
  readonly control: string;
  readonly module: string;
  readonly rest: string;
}

type Item = AuthLine | readonly Item[];

/** What the stack comes to so far. */
type State = "none" | "good" | "bad";

const keywords: ReadonlyMap<string, string> = new Map([
  ["required", "success=ok new_authtok_reqd=ok ignore=ignore default=bad"],
  ["requisite", "success=ok new_authtok_reqd=ok ignore=ignore default=die"],
  ["sufficient", "success=done new_authtok_reqd=done default=ignore"],
  ["optional", "success=ok new_authtok_reqd=ok default=ignore"],
]);

/** By result of the module. */
const actionsOf = (control: string) =>
  new Map(
    [...(keywords.get(control) ?? control).matchAll(/([a-z_]+)\s*=\s*([a-z]+|\d+)/g)].map(
      ([, result = "", action = ""]) => [result, action] as const,
    ),
  );

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

/** They let in by a secret or a token, or not at all; any other module can succeed without one. */
const asking = words(
  "authd barada ccreds deny duo fprintd glome google_authenticator heimdal himmelblau krb5 ldap mysql oath otpw p11 pgsql pkcs11 poldi pwdfile radius_auth shishi ssh ssh_agent_auth sss sss_gss systemd_home tacplus timestamp u2f unix userdb winbind x2go yubico",
);
const ignoring = words("env faildelay issue motd warn");
/** By themselves enough, they are entries of their own. */
const lenient = words("access debug exec listfile localuser permit rhosts succeed_if userdb");
/** Programs that PAM asks about as who has started them. */
const asCaller = words("chfn chpasswd chsh newusers runuser runuser-l su su-l");

/** What the module can return to whoever has no right password. */
function resultsOf({ control, module, rest }: AuthLine, service: string): readonly string[] {
  const name = /(?:^|\/)pam_(\w+)\.so$/.exec(module)?.[1] ?? "";
  const actions = actionsOf(control);
  const failures = [
    "auth_err",
    ...[...actions.keys()].filter((key) => !/^(success|new_authtok_reqd|ignore|default)$/.test(key)),
  ];
  const success = actions.get("success") ?? actions.get("default") ?? "bad";
  if (lenient.has(name) && /^(done|\d+)$/.test(success)) return failures;
  if (name === "debug") return [/\bauth=(\w+)/.exec(rest)?.[1] ?? "success"];
  if (name === "rootok" && asCaller.has(service)) return failures;
  if (name === "permit" || name === "rootok") return ["success"];
  if (ignoring.has(name)) return ["ignore"];
  const isFailure = name === "faillock" && /\bauthfail\b/.test(rest);
  const needsNone = name !== "unix" && /\b(nullok|nouserok)\b/.test(rest);
  return isFailure || (asking.has(name) && !needsNone) ? failures : ["success", "ignore", ...failures];
}

/** Substacks in their places. */
function itemsOf(lines: readonly AuthLine[]): readonly Item[] {
  const open: Item[][] = [[]];
  for (const line of lines) {
    if (line.control === "(") open.push([]);
    else if (line.control !== ")") open.at(-1)!.push(line);
    else if (open.length > 1) {
      const inner = open.pop()!;
      open.at(-1)!.push(inner);
    }
  }
  return open.flat();
}

/** All that the items can come to from this state on: each place is gone through once for each state. */
function endsOf(items: readonly Item[], start: State, service: string): ReadonlySet<State> {
  const ends = new Set<State>();
  const seen = new Set<string>();
  const left: (readonly [number, State])[] = [[0, start]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [at, state] = next;
    if (seen.has(next.join(" "))) continue;
    seen.add(next.join(" "));
    const item = items[at];
    if (item === undefined) ends.add(state);
    else if (!("control" in item)) for (const end of endsOf(item, state, service)) left.push([at + 1, end]);
    else
      for (const result of resultsOf(item, service)) {
        const actions = actionsOf(item.control);
        const action = actions.get(result) ?? actions.get("default") ?? "bad";
        const [to, then] = stepOf(action, result, state, start);
        if (to === "end") ends.add(then);
        else left.push(at + to > items.length ? [items.length, "bad"] : [at + to, then]);
      }
  }
  return ends;
}

/** How many items on, or to the end, and in which state. */
function stepOf(
  action: string,
  result: string,
  state: State,
  start: State,
): readonly [number | "end", State] {
  if (/^\d+$/.test(action)) return [Number(action) + 1, state];
  if (action === "ignore") return [1, state];
  if (action === "reset") return [1, start];
  if (action !== "ok" && action !== "done") return [action === "die" ? "end" : 1, "bad"];
  const then = state === "bad" || result !== "success" ? "bad" : "good";
  return [action === "done" && state !== "bad" ? "end" : 1, then];
}

/** `service`: the name of its file. */
export const isOpenStack = (lines: readonly AuthLine[], service: string): boolean =>
  endsOf(itemsOf(lines), "none", service).has("good");
