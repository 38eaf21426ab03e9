/**
 * What a control asks of a host, and what came back.
 *
 * A probe names one fixed shell function of `host/collect.sh` (its collector), the words it gets, and a pure
 * parser. Nothing here runs anything: `facts/collect.ts` turns all probes of a plan into one script.
 */
import { once } from "../once.ts";
import { redactOutput } from "../secrets/index.ts";
import { giveFolder, unheldHint } from "./unheld-hints.ts";

/** A reading of a host. Unreadable is never absent: a check that reads `unknown` can't pass. */
export type Fact<T> =
  | { readonly state: "present"; readonly value: T }
  | {
      readonly state: "absent" /** Of a file: there isn't even the folder for it. */;
      readonly folder?: "missing";
    }
  | {
      readonly state: "unknown";
      readonly why: string;
      /** Nothing was read, for somebody else than root decides which file that is. */
      readonly unheld?: true;
    }
  | { readonly state: "unsupported"; readonly why: string };

export type Unread = Extract<Fact<never>, { readonly why: string }>;

/** Collectors that a kind has in its own shell; the kind adds its name. */
// biome-ignore lint/suspicious/noEmptyInterface: it is filled by declaration merging
export interface KindCollectors {}

/** The fixed shell functions of `host/collect.sh`, each named `collect_NAME` there, and those of the kinds. */
export type Collector =
  | keyof KindCollectors
  | "host"
  | "caller"
  | "file"
  | "folders"
  | "stat"
  | "glob"
  | "package"
  | "installation"
  | "pending"
  | "wanted"
  | "unit"
  | "sysctl"
  | "kernel_values"
  | "net_state"
  | "sysctl_boot"
  | "sshd_effective"
  | "sshd_files"
  | "sshd_start"
  | "host_keys"
  | "pam_accounts"
  | "chroots"
  | "accounts"
  | "authorized_keys"
  | "certificates"
  | "renewal"
  | "renewal_after"
  | "renewal_next"
  | "acme_answers"
  | "world_writable"
  | "sudo"
  | "rules"
  | "next_rules"
  | "boot_files"
  | "routes"
  | "sockets"
  | "sshd_sockets"
  | "port_taken"
  | "fail2ban"
  | "fail2ban_waits"
  | "fail2ban_loads"
  | "bans"
  | "log_rotation"
  | "sshd_heard"
  | "empty_hashes"
  | "open_hashes"
  | "hash_copies"
  | "audit"
  | "audit_log"
  | "apt_config"
  | "apt_policy"
  | "owned"
  | "unsettled"
  | "stray_units"
  | "storage"
  | "runs"
  | "backups"
  | "journal"
  | "exists"
  | "fail2ban_files"
  | "apt_releases"
  | "apt_targets"
  | "journals"
  | "journal_disk"
  | "changed_since"
  | "forwarder"
  | "docker"
  | "engine_authorities"
  | "service_auth"
  | "container_logs"
  | "containers"
  | "inventory"
  | "ssh_servers"
  | "key_sources";

export interface Probe<T> {
  readonly collector: Collector;
  readonly args: readonly string[];
  /**
   * Asked only where checks are run, never for a plan. `settled`: what takes seconds; an apply asks when it is settled, so that
   * no armed host waits for it.
   */
  readonly deep?: true | "settled";
  /** Pure; gets the bytes that the collector printed. A throw becomes `unknown`, never `absent`. */
  readonly parse: (data: Buffer) => T;
}

/** What a collector printed, before any parser saw it; recorded as it is in test fixtures. */
export interface RawFact {
  readonly state: Fact<never>["state"];
  /** The value's bytes when present, else the reason. */
  readonly data: Buffer;
}

/** Raw facts by `probeKey`. */
export type Facts = ReadonlyMap<string, RawFact>;

export type Probes = Readonly<Record<string, Probe<unknown>>>;

/** The facts of a control's own probes, under the names that it gave them. */
export type Read<P extends Probes> = {
  readonly [K in keyof P]: P[K] extends Probe<infer T> ? Fact<T> : never;
};

export const present = <T>(value: T): Fact<T> => ({ state: "present", value });
/** The data of a file that is absent with its folder. */
export const noFolder = "no folder";
/** Begins the reason of what is unheld. */
export const unheld = "unheld ";

export const absent: Extract<Fact<never>, { state: "absent" }> = { state: "absent" };
export const unknown = (why: string): Fact<never> => ({ state: "unknown", why });
export const unsupported = (why: string): Fact<never> => ({ state: "unsupported", why });

/** What to do where something could not be read; of a login without root's rights it is said once for all of it. */
export const asRoot = "Run as root, or as a login that may use sudo.";

/** What to do about a fact that could not be read. */
export const hintOf = (fact: Fact<unknown>): string =>
  "unheld" in fact ? (unheldHint(fact.why) ?? giveFolder) : asRoot;

/** The same by the reason alone, where there is one. */
export const hintOfWhy = (why = ""): string => unheldHint(why) ?? asRoot;

/** The value of a present fact, else the given one: for reasoning where unreadable and absent are alike. */
export function valueOr<T, U>(fact: Fact<T>, other: U): T | U {
  return fact.state === "present" ? fact.value : other;
}

/** Why the first unreadable one of these is so; undefined where there is none. */
export const whyUnknown = (...facts: readonly Fact<unknown>[]) =>
  facts.find((fact) => fact.state === "unknown")?.why;

/** Why a deep probe has no answer in a plan. */
export const notLooked = "a plan doesn't look; verify and apply do";

/** Equal for probes that are the same call; the key of `Facts`. */
export const probeKey = once((probe: Pick<Probe<unknown>, "collector" | "args">): string => {
  let key: string = probe.collector;
  for (const arg of probe.args) key += `\u0000${arg}`;
  return key;
});

/** Whether the host said the same both times. */
export function isSameFact(probe: Probe<unknown>, before: Facts, after: Facts): boolean {
  const [first, second] = [before, after].map((facts) => facts.get(probeKey(probe)));
  return first !== undefined && first.state === second?.state && first.data.equals(second.data);
}

/** Reads one probe's fact. A fact that nobody collected is `unknown`. */
export function readFact<T>(facts: Facts, probe: Probe<T>): Fact<T> {
  const raw = facts.get(probeKey(probe));
  if (raw === undefined)
    return unknown(probe.deep ? notLooked : `${probe.collector} ${probe.args.join(" ")} was not collected`);
  switch (raw.state) {
    case "absent":
      return raw.data.toString("latin1") === noFolder ? { ...absent, folder: "missing" } : absent;
    case "unknown":
      return unread(reasonOf(raw));
    case "unsupported":
      return { state: raw.state, why: reasonOf(raw) };
    case "present":
      return parsed(raw, probe);
  }
}

/** Some reasons are a program's words. */
const reasonOf = once((raw: RawFact) => redactOutput(raw.data.toString("utf8").trim()));

const unread = (why: string): Fact<never> =>
  why.startsWith(unheld) ? { state: "unknown", why: why.slice(unheld.length), unheld: true } : unknown(why);

/** Several controls ask for the same fact, and each plan is followed by its checks. */
const known = new WeakMap<RawFact, Map<Probe<unknown>["parse"], Fact<unknown>>>();

function parsed<T>(raw: RawFact, { parse, collector }: Probe<T>): Fact<T> {
  const facts = known.get(raw) ?? new Map<Probe<unknown>["parse"], Fact<unknown>>();
  known.set(raw, facts);
  const found = facts.get(parse) as Fact<T> | undefined;
  if (found !== undefined) return found;
  let fact: Fact<T>;
  try {
    fact = present(parse(raw.data));
  } catch (error) {
    // JSON.parse, too, quotes what it can't read.
    const why = redactOutput(error instanceof Error ? error.message : String(error));
    fact = unknown(`${collector}: ${why}`);
  }
  facts.set(parse, fact);
  return fact;
}

/** Reads all of a control's probes at once. */
export function readAll<P extends Probes>(facts: Facts, probes: P): Read<P> {
  return Object.fromEntries(
    Object.entries(probes).map(([name, probe]) => [name, readFact(facts, probe)]),
  ) as Read<P>;
}
