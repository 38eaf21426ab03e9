/** What a certificate is good for: how long, for which names, by whose signature, and with which key. */
import { dayOf } from "../../day.ts";
import type { Certificate, Lineage } from "../../facts/certificates.ts";
import { isShared } from "../../facts/files.ts";
import { modeText } from "../../kinds/mode-text.ts";
import type { CheckResult, Part } from "../control.ts";
import type { TestRow } from "../row.ts";
import { byOthers, listPart, ofParts, part, result } from "../verdict.ts";
import { covers, domainOf } from "./names.ts";
import { keeperText, without } from "./renewal-checks.ts";
import type { Params } from "./schema.ts";
import { type CertificatesInput, type CertificatesProbes, isAsWanted, type View } from "./view.ts";

type CertificateCheck = TestRow<Params, CertificatesProbes, View | undefined>;

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

export const isOpen: CertificateCheck["test"] = withView(
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
export const each = (
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

export function expiry({ certificate: { from, until } }: Sound, { minValidity }: Params, now: number): Fault {
  if (from > now) return { verdict: "fail", found: `not valid before ${day(from)}` };
  if (until <= now) return { verdict: "fail", found: `expired on ${day(until)}` };
  if (until - now >= minValidity) return undefined;
  return { verdict: "fail", found: `expires on ${day(until)}: see \`certbot renew --dry-run\`` };
}

export const chain = ({ certificate: { chained, issuer } }: Sound): Fault =>
  chained
    ? undefined
    : { verdict: "fail", found: `fullchain.pem lacks a certificate of ${issuer}, or is out of order` };

export function key({ certificate, publicKey, unread }: Sound): Fault {
  if (publicKey === undefined) return { verdict: "error", found: unread ?? "privkey.pem could not be read" };
  return publicKey === certificate.publicKey
    ? undefined
    : { verdict: "fail", found: "privkey.pem is not the key of fullchain.pem" };
}

export function names({ name, certificate }: Sound): Fault {
  const domain = domainOf(name);
  return certificate.names.some((pattern) => covers(pattern, domain))
    ? undefined
    : { verdict: "fail", found: `it is for ${certificate.names.join(", ") || "no name"}` };
}

/** What the profile names is missing whoever else fetches some: any user's process can have the other's name. */
export const there: CertificateCheck["test"] = (input) => {
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
