/** How certbot renews here: how it proves each domain, and its hooks. Pure. */
import type { Probe } from "./probe.ts";
import { type Rows, rowsOf } from "./rows.ts";

/** What harden's pre-hook writes before it stops a service, and its post-hook removes when that runs again; it outlives a reset. */
export const markPath = "/etc/letsencrypt/harden-stopped-for-renewal";

/** What certbot remembers of a certificate, by renewal/NAME.conf. */
export interface RenewalConf {
  readonly name: string;
  /** `standalone`, `webroot`, `dns-…`; empty where the file doesn't say. */
  readonly authenticator: string;
  /** Whether the authenticator `manual` has a program that answers. */
  readonly answers: boolean;
  /** `False` switches renewals of this certificate off; undefined where the file doesn't say. */
  readonly autorenew?: string;
  /** Such as `30 days`. */
  readonly renewBefore?: string;
  /** The account's folder, and the URL of the CA. */
  readonly account?: string;
  readonly server?: string;
  /** Challenges that certbot takes alone, such as `dns-01,`. */
  readonly preferred?: string;
  /** Where standalone answers, if not on port 80 of every address. */
  readonly http01Port?: string;
  readonly http01Address?: string;
  /** The first line of its file that certbot can't read. */
  readonly unread?: number;
  /** Paths in live that are to be links to files, and are not. */
  readonly broken: readonly string[];
  /** By domain; under the empty one what counts for the others. */
  readonly webroots: ReadonlyMap<string, string>;
  /** Hooks of this certificate alone, commands for a shell. */
  readonly hooks: readonly { readonly when: "pre" | "post"; readonly command: string }[];
}

/** One of certbot's options: as cli.ini gives it, or as a word of a unit. */
export interface RenewalOption {
  readonly file: string;
  /** As it is spelled there, without dashes before it. */
  readonly key: string;
  readonly value: string;
}

export interface RenewalHook {
  readonly when: "pre" | "post" | "deploy";
  readonly path: string;
}

export interface RenewalFact {
  /** Where certbot is; undefined where it isn't. */
  readonly certbot?: string;
  /** The host has an nginx of its own. */
  readonly nginx: boolean;
  readonly confs: readonly RenewalConf[];
  /** Those that decide whether it renews. */
  readonly options: readonly RenewalOption[];
  /** Accounts with all their files: SERVER/HASH, below accounts. */
  readonly accounts: readonly string[];
  /** Those of the folders that certbot would run, in its order. */
  readonly hooks: readonly RenewalHook[];
  /** What a pre-hook of harden's has stopped and does not run: `unit NAME` or `compose FOLDER NAME`. */
  readonly stopped?: string;
  /** Another program that fetches certificates by itself. */
  readonly keeper?: string;
}

/** All that certbot runs then, by path or command; `of`: the one certificate for which it does. */
export const hooksAt = (
  { hooks, confs }: Pick<RenewalFact, "hooks" | "confs">,
  at: "pre" | "post",
): readonly { readonly what: string; readonly of?: string }[] => [
  ...hooks.flatMap(({ when, path }) => (when === at ? [{ what: path }] : [])),
  ...confs.flatMap(({ name, hooks }) =>
    hooks.flatMap(({ when, command }) => (when === at ? [{ what: command, of: name }] : [])),
  ),
];

/** The value of one of certbot's options that a file gives for all certificates: it counts more than a certificate's own. */
export const optionOf = ({ options }: Pick<RenewalFact, "options">, key: string): string | undefined =>
  options.findLast((each) => each.key === key)?.value;

/** Absent where there is neither certbot's folder nor another keeper. */
export const renewal = (root: string): Probe<RenewalFact> => ({
  collector: "renewal",
  args: [root, markPath],
  parse: parseRenewal,
});

function parseRenewal(data: Buffer): RenewalFact {
  const all = rowsOf(data);
  const one = (word: string) => all(word)[0]?.[0];
  const optional = (key: "certbot" | "stopped" | "keeper") => {
    const value = one(key);
    return value === undefined ? {} : { [key]: value };
  };
  return {
    ...optional("certbot"),
    ...optional("stopped"),
    ...optional("keeper"),
    nginx: one("nginx") !== undefined,
    confs: all("conf").map(([name = ""]) => confOf(name, all)),
    options: all("option").map(([file = "", key = "", value = ""]) => ({ file, key, value: bare(value) })),
    accounts: all("account").map(([path = ""]) => path),
    hooks: all("hook").flatMap(([when, path = ""]) => (isWhen(when) ? [{ when, path }] : [])),
  };
}

const isWhen = (word: string | undefined): word is RenewalHook["when"] =>
  word === "pre" || word === "post" || word === "deploy";

/** A value without its quotes and a comment behind it, as configobj and configargparse read it. */
const bare = (value: string): string =>
  /^(["'])(.*?)\1/.exec(value)?.[2] ?? value.replace(/(^|\s+)[#;].*/, "").trim();

function confOf(name: string, all: Rows): RenewalConf {
  const mine = (word: string) => all(word).flatMap(([of, ...more]) => (of === name ? [more] : []));
  const values = mine("set").map(([key = "", value = ""]) => [key, value] as const);
  const value = (key: string) => values.find(([each]) => each === key)?.[1] ?? "";
  // certbot writes a list with one path as `/var/www/acme,`.
  const [path = ""] = value("webroot_path").split(",");
  const [[unread] = []] = mine("unread");
  const mapped = mine("map").map(([domain = "", path = ""]) => [domain, path] as const);
  const optional = (key: keyof RenewalConf, word: string = key) => {
    const text = bare(value(word));
    return text === "" || text === "None" ? {} : { [key]: text };
  };
  const hook = (when: "pre" | "post") => {
    const command = value(`${when}_hook`);
    return command === "" || command === "None" ? [] : [{ when, command }];
  };
  return {
    name,
    authenticator: bare(value("authenticator")),
    answers: value("manual_auth_hook") !== "",
    ...optional("autorenew"),
    ...optional("renewBefore", "renew_before_expiry"),
    ...optional("account"),
    ...optional("server"),
    ...optional("preferred", "pref_challs"),
    ...optional("http01Port", "http01_port"),
    ...optional("http01Address", "http01_address"),
    ...(unread === undefined ? {} : { unread: Number(unread) }),
    broken: mine("broken").map(([path = ""]) => path),
    webroots: new Map([...(path.trim() === "" ? [] : [["", path.trim()] as const]), ...mapped]),
    hooks: [...hook("pre"), ...hook("post")],
  };
}
