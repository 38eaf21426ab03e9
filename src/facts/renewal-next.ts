/** What the next renewal meets: what starts certbot, as systemd and the files of cron say, its plugins and its port. Pure. */
import { letsencrypt } from "./certificates.ts";
import type { Probe } from "./probe.ts";
import type { RenewalOption } from "./renewal.ts";
import { type Holder, holderOf } from "./renewal-after.ts";
import { rowsOf } from "./rows.ts";

/** What systemd says of one unit, by its property; a timer may have several of one. */
export type Properties = ReadonlyMap<string, readonly string[]>;

interface CronEntry {
  /** Empty where the line names none. */
  readonly user: string;
  readonly isKnown: boolean;
  /** It calls certbot, or runs what lies in /etc/cron.daily. */
  readonly does: "renew" | "daily" | "other";
  /** Its five fields, or one such as `@daily`. */
  readonly when: readonly string[];
}

/** A file of cron, or in cron.daily. */
export interface CronFile {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly links: number;
  /** Who owns the link, where it is one. */
  readonly linkUid: number;
  /** By a line break, without which cron reads none of it. */
  readonly isEnded: boolean;
  readonly entries: readonly CronEntry[];
}

export interface NextFact {
  readonly units: ReadonlyMap<string, Properties>;
  /** Words of certbot's service that decide whether it renews. */
  readonly options: readonly RenewalOption[];
  readonly crons: readonly CronFile[];
  /** It runs what lies in cron.daily, in place of cron. */
  readonly anacron: boolean;
  readonly plugins: readonly string[];
  /** Whether somebody listens on port 80, and on others that standalone is to use; others have nobody. */
  readonly held: ReadonlyMap<string, "yes" | "unread">;
  /** Who does, as far as they were found. */
  readonly holders: readonly (Holder & { readonly port: string })[];
  /** Containers that publish port 80: the folder and the name of a service of compose, or two empty texts. */
  readonly published: readonly { readonly project: string; readonly name: string }[];
  /** Addresses of standalone's that this host has not. */
  readonly foreign: readonly string[];
}

export const renewalNext: Probe<NextFact> = {
  collector: "renewal_next",
  args: [letsencrypt],
  deep: true,
  parse: parseNext,
};

function parseNext(data: Buffer): NextFact {
  const all = rowsOf(data);
  const units = new Map<string, Map<string, string[]>>();
  for (const [id = "", key = "", value = ""] of all("unit")) {
    const unit = units.get(id) ?? new Map<string, string[]>();
    units.set(id, unit.set(key, [...(unit.get(key) ?? []), value]));
  }
  return {
    units,
    options: all("option").map(([file = "", key = "", value = ""]) => ({ file, key, value })),
    crons: all("cron").map(([path = "", mode = "", uid, links, linkUid, ended]) => ({
      path,
      mode: Number.parseInt(mode, 8),
      uid: Number(uid),
      links: Number(links),
      linkUid: Number(linkUid),
      isEnded: ended === "yes",
      entries: all("entry").flatMap(([of, user = "", known, does, ...when]) =>
        of === path
          ? [{ user: user === "-" ? "" : user, isKnown: known === "yes", does: doesOf(does), when }]
          : [],
      ),
    })),
    anacron: all("anacron").length > 0,
    plugins: all("plugin").map(([name = ""]) => name),
    held: new Map(all("held").map(([port = "", how]) => [port, how === "yes" ? "yes" : "unread"])),
    holders: all("holder").map(([port = "", ...holder]) => ({ port, ...holderOf(holder) })),
    published: all("published").map(([project = "", name = ""]) => ({ project, name })),
    foreign: all("foreign").map(([address = ""]) => address),
  };
}

const doesOf = (word: string | undefined): CronEntry["does"] =>
  word === "renew" || word === "daily" ? word : "other";
