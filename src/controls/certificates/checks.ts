/** What a certificate is good for: how long, for which names, by whose signature, and with which key. */
import { dayOf } from "../../day.ts";
import type { Certificate, Lineage } from "../../facts/certificates.ts";
import { isShared } from "../../facts/files.ts";
import { modeText } from "../../kinds/mode-text.ts";
import { formatDuration } from "../../profile/duration.ts";
import type { Check, CheckResult, Part } from "../control.ts";
import { byOthers, listPart, ofParts, part, result } from "../verdict.ts";
import { covers, domainOf } from "./names.ts";
import { back, keeperText, method, served, timer, without } from "./renewal-checks.ts";
import type { Params } from "./schema.ts";
import { type CertificatesInput, type CertificatesProbes, isAsWanted, type View } from "./view.ts";

type CertificateCheck = Check<Params, CertificatesProbes, View | undefined>;

/** Not there without a certificate of certbot's; unknown where nothing could be read. */
const withView =
  (
    expected: (params: Params) => string,
    test: (view: View, params: Params) => CheckResult,
  ): CertificateCheck["test"] =>
  (input: CertificatesInput) => {
    const { view, params, facts } = input;
    if (view !== undefined && view.lineages.length + view.found.left > 0) return test(view, params);
    const fact = facts.certificates;
    return "why" in fact
      ? result("error", expected(params), fact.why)
      : without("certbot has no certificate here", input);
  };

const isOpen: CertificateCheck["test"] = withView(
  ({ group }) => `root:${group}`,
  ({ reached }, params) => {
    const wrong = reached.filter((each) => !isAsWanted(each, params));
    const shared = reached.filter((each) => isAsWanted(each, params) && isShared(each.entry));
    const parts = [
      ...wrong.map(({ entry, mode }) =>
        part("fail", entry.path, `${entry.path} is ${modeText(entry)}, wanted ${mode}`),
      ),
      ...shared.map(({ entry }) => listPart(entry.path, modeText(entry))),
    ];
    const result = ofParts(
      `folders 0750 and keys 0640, root:${params.group}`,
      parts,
      `${reached.length} as expected`,
    );
    return shared.length > 0 ? byOthers(result) : result;
  },
);

/** A verdict for each lineage, and one for each domain that has none. */
const each = (
  expected: (params: Params) => string,
  fault: (of: Sound, params: Params, now: number) => Fault,
) =>
  withView(expected, (view, params) => {
    const parts = view.lineages.flatMap((lineage): readonly Part[] => {
      const { name, certificate } = lineage;
      if (certificate === undefined) return [part("error", name, `${name}: fullchain.pem is no certificate`)];
      const found = fault({ ...lineage, certificate }, params, view.found.now);
      return found === undefined ? [] : [part(found.verdict, name, `${name}: ${found.found}`)];
    });
    const left =
      view.found.left === 0 ? [] : [part("error", "", `${view.found.left} more were not looked at`)];
    return ofParts(expected(params), [...parts, ...left], view.lineages.map(({ name }) => name).join(", "));
  });

interface Sound extends Lineage {
  readonly certificate: Certificate;
}

type Fault = { readonly verdict: "fail" | "error"; readonly found: string } | undefined;

const day = (seconds: number) => dayOf(seconds * 1000);

function expiry({ certificate: { from, until } }: Sound, { minValidity }: Params, now: number): Fault {
  if (from > now) return { verdict: "fail", found: `not valid before ${day(from)}` };
  if (until <= now) return { verdict: "fail", found: `expired on ${day(until)}` };
  if (until - now >= minValidity) return undefined;
  return { verdict: "fail", found: `expires on ${day(until)}: see \`certbot renew --dry-run\`` };
}

const chain = ({ certificate: { chained, issuer } }: Sound): Fault =>
  chained
    ? undefined
    : { verdict: "fail", found: `fullchain.pem lacks a certificate of ${issuer}, or is out of order` };

function key({ certificate, publicKey, unread }: Sound): Fault {
  if (publicKey === undefined) return { verdict: "error", found: unread ?? "privkey.pem could not be read" };
  return publicKey === certificate.publicKey
    ? undefined
    : { verdict: "fail", found: "privkey.pem is not the key of fullchain.pem" };
}

function names({ name, certificate }: Sound): Fault {
  const domain = domainOf(name);
  return certificate.names.some((pattern) => covers(pattern, domain))
    ? undefined
    : { verdict: "fail", found: `it is for ${certificate.names.join(", ") || "no name"}` };
}

/** What the profile names is missing whoever else fetches some: any user's process can have the other's name. */
const there: CertificateCheck["test"] = (input) => {
  const { view, params, facts } = input;
  const expected = (params.domains ?? []).join(", ");
  const fact = facts.certificates;
  if (view === undefined) return result("error", expected, "why" in fact ? fact.why : "");
  if (params.domains === undefined) return without("the profile names no domains", input);
  const keeper = keeperText(input);
  const parts = view.missing.map((name) => ({
    ...part("fail", name, `${name}: no certificate in /etc/letsencrypt/live`),
    remedy:
      keeper === ""
        ? "Let certbot fetch one, or take the domain from certificates.domains."
        : `${keeper}: where it has this one, take the domain from certificates.domains.`,
  }));
  return ofParts(expected, parts, view.lineages.map(({ name }) => name).join(", "));
};

const check = (
  [name, severity, title]: readonly [string, CertificateCheck["severity"], string],
  test: CertificateCheck["test"],
  role: CertificateCheck["role"] = "audit",
): CertificateCheck => ({
  ...{ id: `certificates.${name}`, title, severity, role, references: [], needs: [], test },
});

export const checks: readonly CertificateCheck[] = [
  check(["modes", "high", "Only root and the group reach private keys"], isOpen, "proof or audit"),
  check(["there", "medium", "Each domain of the profile has a certificate"], there),
  check(
    ["expiry", "high", "No certificate expires soon"],
    each(({ minValidity }) => `at least ${formatDuration(minValidity)}`, expiry),
  ),
  check(
    ["chain", "medium", "Whoever comes can follow the signatures"],
    each(() => "the whole chain", chain),
  ),
  check(
    ["key", "high", "Each private key is that of its certificate"],
    each(() => "the same key", key),
  ),
  check(
    ["names", "medium", "Each certificate is for the domain that it is named after"],
    each(() => "its domain", names),
  ),
  check(["timer", "high", "Certificates are renewed by themselves"], timer),
  check(["renewal", "medium", "Each certificate is renewed as the profile says"], method),
  check(["webroot", "medium", "What certbot answers is served"], served),
  check(["service-back", "high", "What a renewal has stopped runs again"], back),
];
