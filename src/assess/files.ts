/** Whether root alone can change the files that harden writes, and those that it has read for root's programs. Pure. */
import { type Finding, findingOf } from "../checks/finding.ts";
import { fileItself } from "../checks/reads.ts";
import { inapplicable, listPart, ofParts, part } from "../controls/verdict.ts";
import { type FileFact, file } from "../facts/files.ts";
import { absent, present, readFact } from "../facts/probe.ts";
import { type SshdFiles, sshdFiles } from "../facts/sshd.ts";
import type { FileResource } from "../kinds/file.ts";
import type { ModeResource } from "../kinds/mode.ts";
import { modeText } from "../kinds/mode-text.ts";
import type { CheckResult, Part } from "../plan/control.ts";
import { inputOf, type KnownFacts } from "../plan/input.ts";
import type { Managed } from "../plan/managed.ts";
import { hostCheck, ofHost } from "./host-check.ts";
import type { CheckReport } from "./report.ts";

/** A control with what it gets of the host. */
export interface GivenControl extends Managed {
  readonly read: ReturnType<typeof inputOf>;
}

type Look = Pick<FileFact, "mode" | "owner" | "group"> & Partial<Pick<FileFact, "acl">>;

/** A proof where an apply brings it about. */
export const filesCheck = hostCheck({
  id: "host.files",
  title: "Only root can change the files that root's programs read",
  severity: "high",
  role: "proof or audit",
  criteria: ["CC6.1", "CC7.1"],
  reads: fileItself,
  why: "Whoever can write to such a file becomes root when sshd, apt, sudo or systemd reads it next.",
  breaks: "A tool that writes such a file without being root.",
  leavesOpen:
    "Files that no control reads by their path aren't looked at, such as those of units and programs.",
  look: "find /etc -type f '(' ! -user root -o -perm /022 ')' -ls",
});

/** Where nobody but root has files of their own by right: homes, logs and projects lie elsewhere. */
const ofRoot = /^\/(?:etc|usr|lib)\//;

const byApply = "See by harden plan what mends it, and apply that.";
const byHand = "Read what it says now; then, on the host: chown root:root and chmod go-w of it.";

const expected = "root's, and for nobody else to write to";

/** One report a file that somebody else can change. */
export function fileReports(
  given: readonly GivenControl[],
  known: Pick<KnownFacts, "facts" | "access">,
): readonly CheckReport[] {
  const { read, mended } = judged(given, known);
  const { parts = [], ...whole } = resultOf(read, mended);
  const each: readonly Partial<Part>[] = parts.length === 0 ? [{}] : parts;
  return each.map((one) => ({
    ...ofHost(filesCheck, { ...whole, object: "", ...one }),
    role: one.object === undefined || mended.has(one.object) ? "proof" : "audit",
  }));
}

/** The same for a plan: what none of its changes mends. */
export function fileFindings(
  managed: readonly Managed[],
  known: Pick<KnownFacts, "facts" | "access" | "host">,
): readonly Finding[] {
  // As on nearly every host: what controls want costs a tenth of a plan.
  if (!readBy(managed, known, new Map()).looks.some(([, look]) => isOthers(look))) return [];
  const given = managed.map((each) => ({ ...each, read: inputOf(each, known) }));
  const { read, mended } = judged(given, known);
  return read.looks
    .flatMap(([path, look]) => (mended.has(path) ? [] : partOf(path, look, mended)))
    .map(({ found, remedy }) =>
      findingOf(
        { id: filesCheck.id, level: "warn" },
        "host",
        `${found}, and this plan leaves it so.`,
        remedy,
      ),
    );
}

function judged(given: readonly GivenControl[], known: Pick<KnownFacts, "facts" | "access">) {
  const wanted = wantedBy(given);
  const read = readBy(given, known, wanted);
  return { read, mended: mendedBy(wanted, read) };
}

function resultOf(read: Read, mended: Mended): CheckResult {
  const { looks } = read;
  const unread = unreadOf(read);
  if (looks.length + unread.length === 0) return inapplicable("no file is read by its path");
  const parts = looks.flatMap(([path, look]) => partOf(path, look, mended));
  return ofParts(expected, [...parts, ...unread], `${looks.length} files, as expected`);
}

function partOf(path: string, look: Look, mended: Mended): readonly Part[] {
  if (!isOthers(look)) return [];
  const byMode = { ...part("fail", path, `${path} is ${modeText(look)}`), remedy: byHand };
  const failed = isOthers({ ...look, acl: false }) ? byMode : listPart(path, modeText(look));
  return [mended.has(path) ? { ...failed, remedy: byApply } : failed];
}

type Mended = ReadonlySet<string>;

/** The paths of which an apply makes root's alone; it leaves a file's access list, whose most is the mode's group bits. */
const mendedBy = (wanted: Wanted, { looks }: Read): Mended =>
  new Set(
    looks.flatMap(([path, { acl = false }]) => {
      const then = wanted.get(path);
      return then === undefined || isOthers({ ...then, acl }) ? [] : [path];
    }),
  );

/** Another than root can write to it: its owner, or whom its mode or access list lets. */
function isOthers({ mode, owner, group, acl }: Look): boolean {
  const bits = Number.parseInt(mode, 8);
  return (
    owner !== "root" || (bits & 0o002) !== 0 || ((bits & 0o020) !== 0 && (group !== "root" || acl === true))
  );
}

interface Read {
  readonly looks: readonly (readonly [path: string, Look])[];
  readonly unread: readonly { readonly path: string; readonly why: string }[];
}

/** What controls read by its path below root's folders, what they write, and all that sshd reads. */
function readBy(
  given: readonly Managed[],
  { facts, access }: Pick<KnownFacts, "facts" | "access">,
  wanted: Wanted,
): Read {
  const probes = given.flatMap(({ control, params }) => Object.values(control.probes(params, access.visit)));
  const probed = probes.flatMap(({ collector, args: [path = ""] }) =>
    collector === "file" && ofRoot.test(path) ? [path] : [],
  );
  const written = [...wanted.values()].flatMap((each) => (each.kind === "file" ? [each] : []));
  const found = new Map(
    written.flatMap((each) => (each.found === undefined ? [] : [[each.path, each.found]])),
  );
  const factOf = (path: string) => {
    const known = found.get(path);
    return known === undefined ? readFact(facts, file(path)) : present(known);
  };
  const paths = new Set([...probed, ...written.map(({ path }) => path)]);
  const read = [...paths].map((path) => ({ path, fact: factOf(path) }));
  const ofSshd = probes.some(({ collector }) => collector === "sshd_files")
    ? readFact(facts, sshdFiles())
    : absent;
  const looks = new Map<string, Look>([
    ...(ofSshd.state === "present" ? includedBy(ofSshd.value) : []),
    ...read.flatMap(({ path, fact }) =>
      fact.state === "present" && fact.value.type === "file" ? [[path, fact.value] as const] : [],
    ),
  ]);
  const all = [...read, { path: "what sshd reads", fact: ofSshd }];
  return {
    looks: [...looks],
    unread: all.flatMap(({ path, fact }) => (fact.state === "unknown" ? [{ path, why: fact.why }] : [])),
  };
}

const includedBy = ({ files, stats }: SshdFiles) =>
  files.flatMap(({ path, acl = false }) =>
    stats.flatMap((look) => (path === look.path ? [[path, { ...look, acl }] as const] : [])),
  );

const unreadOf = ({ unread: [first, ...more] }: Read): readonly Part[] => {
  if (first === undefined) return [];
  const others = more.length === 0 ? "" : `, and ${more.length} more`;
  return [part("error", "", `could not be read: ${first.path} (${first.why})${others}`)];
};

type Wanted = ReadonlyMap<string, FileResource | ModeResource>;

/** By path: what an apply makes of it. */
function wantedBy(given: readonly GivenControl[]): Wanted {
  const claims = given
    .filter(({ mode }) => mode === "apply")
    .flatMap(({ control, read }) => control.desired(read));
  return new Map(
    claims.flatMap(({ resource }) =>
      resource.kind === "mode" || (resource.kind === "file" && resource.content !== "absent")
        ? [[resource.path, resource]]
        : [],
    ),
  );
}
