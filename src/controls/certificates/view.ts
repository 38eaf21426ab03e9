/** Which certificates are meant, and what of their files isn't as wanted. Pure. */
import { acmeAnswers } from "../../facts/acme.ts";
import { type CertificatesFact, certificates, type Lineage, letsencrypt } from "../../facts/certificates.ts";
import type { StatEntry } from "../../facts/entries.ts";
import { file, stat } from "../../facts/files.ts";
import { renewal } from "../../facts/renewal.ts";
import { renewalNext } from "../../facts/renewal-next.ts";
import { groupProbe } from "../../kinds/group.ts";
import type { Input, Seen } from "../../plan/control.ts";
import { hookPaths, question, readmePath, snippetPath } from "./hooks.ts";
import type { CertificatesParams } from "./schema.ts";

/** Root runs compose there while it renews. */
const projectOf = ({ service }: CertificatesParams) =>
  typeof service === "object" ? service.project : letsencrypt;

export const probes = (params: CertificatesParams) => ({
  certificates,
  group: groupProbe(params.group, params.gid),
  renewal: renewal(letsencrypt),
  next: renewalNext,
  acme: acmeAnswers(...question),
  stop: file(hookPaths.stop),
  start: file(hookPaths.start),
  deploy: file(hookPaths.deploy),
  snippet: file(snippetPath),
  readme: file(readmePath(params)),
  project: stat(`${projectOf(params)}/.`),
});

export type CertificatesProbes = ReturnType<typeof probes>;
export type CertificatesSeen = Seen<CertificatesParams, CertificatesProbes>;
export type CertificatesInput = Input<CertificatesParams, CertificatesProbes, CertificatesView | undefined>;

export interface CertificatesView {
  readonly found: CertificatesFact;
  readonly lineages: readonly Lineage[];
  /** Domains of the profile that have no certificate here. */
  readonly missing: readonly string[];
  /** Folders and keys of the lineages, and certbot's other keys, with what they are to have. */
  readonly reached: readonly Reached[];
}

interface Reached {
  readonly entry: StatEntry;
  readonly mode: string;
  readonly group: string;
}

const nothing: CertificatesFact = { now: 0, entries: [], lineages: [], left: 0 };

/** Undefined where it could not be read what certbot has left here. */
export function viewOf({ params, facts }: CertificatesSeen): CertificatesView | undefined {
  const fact = facts.certificates;
  if (fact.state === "unknown" || fact.state === "unsupported") return undefined;
  const found = fact.state === "present" ? fact.value : nothing;
  const { domains } = params;
  const isMeant = (name: string) => domains === undefined || domains.includes(name);
  const lineages = found.lineages.filter(({ name }) => isMeant(name));
  const names = new Set(lineages.map(({ name }) => name));
  return {
    found,
    lineages,
    missing: (domains ?? []).filter((name) => !names.has(name)),
    reached: names.size === 0 ? [] : found.entries.flatMap((entry) => reachedBy(entry, names, params.group)),
  };
}

/** The two folders themselves, each lineage's folder in both, its private keys, and keys that are no lineage's; never anything else. */
function reachedBy(entry: StatEntry, names: ReadonlySet<string>, group: string): readonly Reached[] {
  const [kind = "", name, file, ...more] = entry.path.slice(letsencrypt.length + 1).split("/");
  const isFolder =
    entry.type === "directory" && (kind === "live" || kind === "archive") && file === undefined;
  if (isFolder && (name === undefined || names.has(name))) return [{ entry, mode: "0750", group }];
  if (entry.type !== "file") return [];
  const isOther = kind === "accounts" || (kind === "keys" && file === undefined);
  if (isOther) return [{ entry, ...strictest(entry, group) }];
  const isKey = kind === "archive" && more.length === 0;
  return isKey && names.has(name ?? "") && /^privkey\d*\.pem$/.test(file ?? "")
    ? [{ entry, mode: "0640", group }]
    : [];
}

/** Of a key that no service reads: no right for others than root and the group, and what is stricter stays. */
function strictest(entry: StatEntry, group: string): Pick<Reached, "mode" | "group"> {
  const bits = Number.parseInt(entry.mode, 8);
  const isFine = (bits & 0o070) === 0 || entry.group === "root" || entry.group === group;
  const mode = (bits & (isFine ? 0o640 : 0o600)).toString(8).padStart(4, "0");
  return { mode, group: isFine ? entry.group : "root" };
}

export const isAsWanted = ({ entry, mode, group }: Reached) =>
  entry.mode === mode && entry.owner === "root" && entry.group === group;
