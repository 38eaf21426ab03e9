/** What the running fail2ban says of its sshd jail, and whether its files would start it again. */
import { linesOf, textsOf } from "./lines.ts";
import { type Pickled, parsePickle } from "./pickle.ts";
import type { Probe } from "./probe.ts";

export interface BanAction {
  readonly name: string;
  /** Undefined for one that closes none, such as one that sends mail. */
  readonly port?: string;
  /** By name what its commands are made of: `actionban`, with `<ip>` for the address, `blocktype`, `iptables?family=inet6`, … */
  readonly properties: Readonly<Record<string, string>>;
  /** The program that it bans by, which isn't there. */
  readonly lacks?: string;
}

export interface Banned {
  /** An address, or a network. */
  readonly address: string;
  /** Whether it is in the set of its family in nftables. */
  readonly inSet: "yes" | "no" | "unknown";
}

/** iptables-save, ip6tables-save, and fail2ban's own table of nftables with no more of its sets than their types. */
export type RulesOf = "save4" | "save6" | "table";

/** The running jail's own values. */
export interface Jail {
  readonly maxRetry: number;
  /** Seconds. */
  readonly findTime: number;
  /** Seconds; -1 is for ever. */
  readonly banTime: number;
  readonly ignoreIp: readonly string[];
  /** A program that decides whom else to spare; empty: none. */
  readonly ignoreCommand: string;
  /** By what an answer to whether an address is spared is remembered, such as `<ip>`; empty: it is not. */
  readonly ignoreCacheKey: string;
  /** Empty unless the jail reads the journal: matches of journalctl(1), any of which will do. */
  readonly journalMatch: readonly (readonly string[])[];
  /** Empty unless the jail reads files. */
  readonly logPaths: readonly string[];
  readonly actions: readonly BanAction[];
  /** What the jail's rules in the kernel close, such as `22,2222`; a family has none before its first ban. */
  readonly closed: readonly { readonly family: 4 | 6; readonly ports: string }[];
  /** Some of whom the jail has banned, and for a while before the rules were read. */
  readonly banned: readonly Banned[];
  /** What the kernel does with these, each as far as it was asked for: the lines of a program's answer. */
  readonly rules: Readonly<Record<RulesOf, readonly string[]>>;
  /** Failed logins in sshd's own words, and whether the running filter counts them. */
  readonly judged: readonly { readonly said: string; readonly counts: "yes" | "no" | "unknown" }[];
  /** Expressions of a filter that counts these, and may pass over other addresses or users. */
  readonly narrow: readonly string[];
  /** Expressions of lines that are not counted, whoever fails. */
  readonly ignores: readonly string[];
  /** Files that were changed since the server started. */
  readonly changed: { readonly filter: readonly string[]; readonly action: readonly string[] };
  /** What keeps it from seeing a failed login though its filter is right, a phrase each. */
  readonly deaf: readonly string[];
  /** What keeps its actions from changing the host's rules, a phrase each. */
  readonly barred: readonly string[];
  /** Of a filter that doesn't count: its files that are not as the package brought them. */
  readonly foreignFilter: readonly string[];
}

export interface RunningFail2ban {
  /** Whether a server answers on the socket. */
  readonly running: boolean;
  readonly jails: readonly string[];
  readonly sshd?: Jail;
}

/** Absent where fail2ban isn't installed. */
export const runningFail2ban: Probe<RunningFail2ban> = {
  collector: "fail2ban",
  args: [],
  parse: parseRunning,
};

/** Whether the filter of the sshd jail waits for its log; absent where the jail isn't there, or polls files. */
export const isWaiting: Probe<boolean> = {
  collector: "fail2ban_waits",
  args: [],
  deep: true,
  parse: (data) => data.toString() === "log",
};

export interface NextStart {
  /** Why it would end by what its files say; undefined where it would go well. */
  readonly ends?: string;
  /** Settings of the sshd jail, and properties of its actions (`nftables timeout`), that the running server has otherwise. */
  readonly differs: readonly string[];
}

/** fail2ban's next start, by its own code and files. */
export const nextStart: Probe<NextStart> = {
  collector: "fail2ban_loads",
  args: [],
  deep: true,
  parse: (data) => {
    const lines = linesOf(data);
    const [ends] = textsOf(lines, "ends");
    return { differs: textsOf(lines, "differs"), ...(ends === undefined ? {} : { ends }) };
  },
};

function parseRunning(data: Buffer): RunningFail2ban {
  const lines = data.toString("latin1").split("\n");
  const own = {
    closed: lines.filter(isRule).map(closedPorts),
    banned: textsOf(lines, "banned").map((address) => ({ address, inSet: inSet(lines, address) })),
    rules: {
      save4: textsOf(lines, "save4"),
      save6: textsOf(lines, "save6"),
      table: textsOf(lines, "table"),
    },
    judged: lines.flatMap(judgement),
    narrow: textsOf(lines, "narrow"),
    ignores: textsOf(lines, "ignores"),
    changed: {
      filter: textsOf(lines, "newer").filter((path) => path.includes("/filter.d/")),
      action: textsOf(lines, "newer").filter((path) => path.includes("/action.d/")),
    },
    foreignFilter: textsOf(lines, "foreign"),
    deaf: textsOf(lines, "deaf").map(deafText),
    barred: textsOf(lines, "barred").map((word) => bars[word] ?? word),
  };
  const answers = new Map(
    lines
      .filter((line) => /^(status|get) /.test(line))
      .map((line) => {
        const at = line.lastIndexOf(" ");
        return [line.slice(0, at), answerOf(Buffer.from(line.slice(at + 1), "hex"))] as const;
      }),
  );
  const status = answers.get("status");
  if (status === undefined) return { running: false, jails: [] };
  const names = pairs(status).get("Jail list");
  const jails = typeof names === "string" ? names.split(", ").filter((name) => name !== "") : [];
  return jails.includes("sshd")
    ? { running: true, jails, sshd: { ...parseJail(answers, textsOf(lines, "lacks")), ...own } }
    : { running: true, jails };
}

/** The answer of fail2ban's server is a pair: 0 and the value, or 1 and the exception. */
function answerOf(data: Buffer): Pickled {
  const [code, value] = array(parsePickle(data));
  if (code !== 0 || value === undefined) throw new Error("fail2ban refused a question");
  return value;
}

function array(value: Pickled | undefined): readonly Pickled[] {
  if (!Array.isArray(value)) throw new Error("fail2ban's answer is not understood");
  return value;
}

const pairs = (value: Pickled) =>
  new Map(array(value).map((pair) => [String(array(pair)[0]), array(pair)[1]] as const));

function integer(value: Pickled | undefined): number {
  if (typeof value !== "number" || !Number.isInteger(value))
    throw new Error("fail2ban's answer is not understood");
  return value;
}

const strings = (value: Pickled | undefined) => array(value).map(String);

function parseJail(
  answers: ReadonlyMap<string, Pickled>,
  lacking: readonly string[],
): Omit<
  Jail,
  | "closed"
  | "banned"
  | "rules"
  | "judged"
  | "narrow"
  | "ignores"
  | "changed"
  | "foreignFilter"
  | "deaf"
  | "barred"
> {
  const get = (name: string) => answers.get(`get sshd ${name}`);
  return {
    maxRetry: integer(get("maxretry")),
    findTime: integer(get("findtime")),
    banTime: integer(get("bantime")),
    ignoreIp: strings(get("ignoreip")),
    ignoreCommand: String(get("ignorecommand") ?? ""),
    ignoreCacheKey: String(array(get("ignorecache") ?? [""])[0]),
    journalMatch: array(get("journalmatch")).map(strings),
    logPaths: strings(get("logpath")),
    actions: strings(get("actions")).map((name): BanAction => {
      const own = `get sshd action ${name} `;
      const { port, ...properties } = Object.fromEntries(
        [...answers].flatMap(([question, value]) =>
          question.startsWith(own) ? [[question.slice(own.length), String(value)] as const] : [],
        ),
      );
      const lacks = lacking.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1);
      return {
        name,
        ...(lacks === undefined ? {} : { lacks }),
        ...(port === undefined ? {} : { port }),
        properties,
      };
    }),
  };
}

const inSet = (lines: readonly string[], address: string): Banned["inSet"] =>
  lines.includes(`held ${address}`) ? "yes" : lines.includes(`unsure ${address}`) ? "unknown" : "no";

function judgement(line: string): Jail["judged"] {
  const [, counts, said] = /^judged (yes|no|unknown) (.+)$/.exec(line) ?? [];
  return counts === undefined || said === undefined ? [] : [{ said, counts: counts as "yes" }];
}

const bars: Readonly<Record<string, string>> = {
  network: "fail2ban runs in a network of its own (PrivateNetwork=yes), and changes the rules of that alone",
  capability: "fail2ban may not change rules: its unit leaves it no CAP_NET_ADMIN",
  netlink: "fail2ban may not change rules: RestrictAddressFamilies of its unit lacks AF_NETLINK",
};

function deafText(line: string): string {
  const [word = "", ...rest] = line.split(" ");
  if (word === "encoding") return `the log is read as ${rest.join(" ")}`;
  if (word === "dates") return "a datepattern of somebody's decides which lines have a time";
  if (word === "unwritten")
    return `what sshd said of failed logins within the hour isn't in the log that the jail reads (${rest.join(" ")}): see rsyslog's rules`;
  if (word === "thrown")
    return `rsyslog throws away what sshd says of a failed login: ${rest[0]} (${rest.slice(1).join(" ")})`;
  return `what sshd has said of this login isn't in ${rest.join(", ")}: see SyslogFacility and LogLevel of sshd, rsyslog's rules, and journald's ForwardToSyslog`;
}

const isRule = (line: string) => /^rule[46] /.test(line);

/** Of a rule as iptables-save or nft prints it; one without ports closes all of them. */
function closedPorts(rule: string): Jail["closed"][number] {
  const [, set, single] = / (?:--dports?|dport) (?:\{ ([^}]*) \}|(\S+))/.exec(rule) ?? [];
  const ports = (set ?? single ?? "0:65535").replaceAll(" ", "").replaceAll("-", ":");
  return { family: rule.startsWith("rule6") ? 6 : 4, ports };
}
