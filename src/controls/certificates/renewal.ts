/** What a renewal needs beforehand, and what is said of it in a plan. */
import type { Finding } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import type { FileFact } from "../../facts/files.ts";
import { type Fact, hintOf, valueOr } from "../../facts/probe.ts";
import type { FileResource } from "../../kinds/file.ts";
import { rootFile } from "../../plan/claim.ts";
import { eachOf } from "../each.ts";
import type { WantRow } from "../row.ts";
import { part } from "../verdict.ts";
import { hookPaths, include, isOurs, readmePath, renewalFiles, serviceText, snippetPath } from "./hooks.ts";
import { keeperText } from "./renewal-checks.ts";
import type { CertificatesParams } from "./schema.ts";
import type { CertificatesInput, CertificatesProbes, CertificatesView } from "./view.ts";

const say = findingsOf("certificates", {
  missing: ["warn", "A domain of the profile has no certificate"],
  project: ["block", "Somebody else than root decides what root runs at a renewal"],
  keeper: ["note", "Something else than certbot keeps this host's certificates"],
  "renewal-unread": ["warn", "How certbot renews could not be read"],
  "service-alone": ["warn", "certificates.service says nothing without certificates.renewal"],
  interrupts: ["note", "Each renewal stops a service for some seconds"],
  include: ["note", "nginx needs a line for the folder that renewals are proven by"],
  mount: ["note", "A container must serve the folder that renewals are proven by"],
  "other-hooks": ["note", "certbot runs hooks of somebody else's, too"],
});

export const findings = say.records;

const renewalOf = ({ facts }: CertificatesInput) => valueOr(facts.renewal, undefined);

/** Why no file is wanted, or those that are. */
function wanted(input: CertificatesInput): readonly FileResource[] | string {
  const found = renewalOf(input);
  if (input.params.renewal === undefined) return "the profile doesn't say how certificates are renewed";
  if (found?.certbot === undefined) return "certbot is not installed here";
  return renewalFiles(input.params, found);
}

/** All that any way of renewal wants, as they are. */
const filesOf = ({ facts, params }: CertificatesInput): ReadonlyMap<string, Fact<FileFact>> =>
  new Map([
    [hookPaths.stop, facts.stop],
    [hookPaths.start, facts.start],
    [hookPaths.deploy, facts.deploy],
    [snippetPath, facts.snippet],
    [readmePath(params), facts.readme],
  ]);

/** Files of ours that another way of renewal had wanted. */
function stray(input: CertificatesInput, files: readonly FileResource[]): readonly FileResource[] {
  return [...filesOf(input)].flatMap(([path, fact]) => {
    if (fact.state !== "present" || !isOurs(fact.value.content)) return [];
    return files.some((each) => each.path === path) ? [] : [rootFile(path, "absent")];
  });
}

const test = eachOf({
  expected: "certbot's hooks as harden writes them",
  things: (input: CertificatesInput) => {
    const files = wanted(input);
    return typeof files === "string" && "why" in input.facts.renewal ? input.facts.renewal : files;
  },
  wrong: ({ path, content, mode }, input) => {
    const fact = filesOf(input).get(path);
    if (fact === undefined || "why" in fact) return part("error", path, `${path} could not be read`);
    if (fact.state === "absent") return part("fail", path, `${path} is missing`);
    const { value } = fact;
    const isRight = value.mode === mode && value.owner === "root" && value.group === "root";
    if (isRight && Buffer.isBuffer(content) && value.content?.equals(content) === true) return undefined;
    return part("fail", path, `${path} is not as harden writes it`);
  },
  right: (files) => files.map(({ path }) => path).join(", "),
});

export const nothingStops = "`renewal: webroot`, which stops nothing: a web server has to serve the folder.";

export const hooks: WantRow<CertificatesParams, CertificatesProbes, CertificatesView | undefined> = {
  id: "certificates.hooks",
  title: "A renewal finds what it needs",
  severity: "medium",
  why: "Without them a standalone renewal finds port 80 taken, or leaves the service with the old certificate.",
  breaks: "The service is away while certbot proves the domains, for some seconds.",
  by: ["renewal", "service", "webroot"],
  leavesOpen: "Hooks run as root: whoever can write below renewal-hooks is root at the next renewal.",
  stricter: nothingStops,
  look: "ls -l /etc/letsencrypt/renewal-hooks/*/",
  reads: { only: ["file"], because: "certbot runs its hooks as they are at each renewal." },
  reason:
    "A renewal finds port 80 free or its answers served, and leaves the service running with the new key.",
  want: (input) => {
    const files = wanted(input);
    if (typeof files !== "string") return [...files, ...stray(input, files)];
    const left = input.params.renewal === undefined ? stray(input, []) : [];
    return left.length === 0 ? files : left;
  },
  test,
};

export function guard(input: CertificatesInput): readonly Finding[] {
  const { params, view } = input;
  const { renewal, service, webroot } = params;
  const found = renewalOf(input);
  const isHere = found?.certbot !== undefined;
  const keeper = keeperText(input);
  const isIdle = !isHere || (view?.lineages.length ?? 0) === 0;
  const theirs = (found?.hooks ?? []).filter(({ path }) => !/\/harden-[a-z-]+\.sh$/.test(path));
  return [
    ...say(
      "missing",
      (view?.missing ?? []).map((name) => `${name} has no certificate in /etc/letsencrypt/live.`),
      "Take it from certificates.domains, or let certbot fetch one.",
    ),
    ...say(
      "project",
      isHere &&
        renewal !== undefined &&
        typeof service === "object" &&
        "unheld" in input.facts.project &&
        `Root would run compose in ${service.project} at each renewal, but ${input.facts.project.why}.`,
      hintOf(input.facts.project),
    ),
    ...say(
      "keeper",
      keeper !== "" && isIdle && `${keeper}: nothing of certbot's is set up or checked for that.`,
    ),
    ...say(
      "renewal-unread",
      renewal !== undefined &&
        "why" in input.facts.renewal &&
        `How certbot renews could not be read: ${input.facts.renewal.why}.`,
      hintOf(input.facts.renewal),
    ),
    ...say(
      "service-alone",
      renewal === undefined &&
        service !== undefined &&
        "certificates.service says nothing without certificates.renewal.",
      "Say how certificates are renewed: renewal: standalone, or webroot.",
    ),
    ...say(
      "interrupts",
      isHere &&
        renewal === "standalone" &&
        service !== undefined &&
        `Each renewal stops ${serviceText(service)} for some seconds; from certbot 3.2 on each new certificate does, too. renewal: webroot stops nothing.`,
    ),
    ...say(
      "include",
      isHere &&
        renewal === "webroot" &&
        found.nginx &&
        typeof service !== "object" &&
        `nginx serves ${webroot} where a server block on port 80 has the line: include ${include};`,
    ),
    ...say(
      "mount",
      isHere &&
        renewal === "webroot" &&
        typeof service === "object" &&
        `${serviceText(service)} must serve ${webroot}: give it the volume ${webroot}:${webroot}:ro, and its server on port 80: location ^~ /.well-known/acme-challenge/ { root ${webroot}; }`,
    ),
    ...say(
      "other-hooks",
      isHere &&
        renewal === "standalone" &&
        theirs.length > 0 &&
        `certbot runs these hooks, too: ${theirs.map(({ path }) => path).join(", ")}.`,
    ),
  ];
}
