/** What a certificate is good for: how long, for which names, by whose signature, and with which key. */
import { dayOf } from "../../day.ts";
import type { Certificate, Lineage } from "../../facts/certificates.ts";
import { isOutOfReach } from "../../facts/entries.ts";
import { isShared } from "../../facts/files.ts";
import { modeText } from "../../kinds/mode-text.ts";
import { eachOf } from "../each.ts";
import { listPart, part } from "../verdict.ts";
import { covers, domainOf } from "./names.ts";
import { keeperText, withKeeper } from "./renewal-checks.ts";
import type { CertificatesParams } from "./schema.ts";
import { type CertificatesInput, type CertificatesView, isAsWanted } from "./view.ts";

/** What there is of certbot's; a text without any certificate of it, and why where nothing could be read. */
function ofView<T>({ view, facts }: CertificatesInput, things: (view: CertificatesView) => T) {
  if (view !== undefined && view.lineages.length + view.found.left > 0) return things(view);
  const fact = facts.certificates;
  return "why" in fact ? fact : withKeeper("certbot has no certificate here", facts);
}

/** Of those that no run changes: keys that privkey.pem leads to outside of the archive. */
const openElsewhere = ({ view, params }: CertificatesInput) =>
  (view?.lineages ?? []).flatMap(({ name, elsewhere }) => {
    if (elsewhere === undefined || isOutOfReach(elsewhere, ["root", params.group])) return [];
    const [itself] = elsewhere;
    if (itself === undefined) return [part("error", name, `${name}: what privkey.pem leads to is not known`)];
    const found = `${itself.path}, to which live/${name}/privkey.pem leads, is ${modeText(itself)}`;
    return [part("fail", itself.path, `${found}, and no folder above it keeps others out`)];
  });

export const isOpen = eachOf({
  expected: ({ params }) =>
    `folders 0750 and keys 0640, root:${params.group}; keys in keys and accounts 0640 or stricter`,
  things: (input: CertificatesInput) => ofView(input, ({ reached }) => reached),
  wrong: (each) => {
    const { entry, mode, group } = each;
    if (!isAsWanted(each))
      return part("fail", entry.path, `${entry.path} is ${modeText(entry)}, wanted ${mode} root:${group}`);
    return isShared(entry) ? listPart(entry.path, modeText(entry)) : undefined;
  },
  beside: openElsewhere,
  right: (reached) => `${reached.length} as expected`,
  role: (input) =>
    openElsewhere(input).length > 0 || input.view?.reached.some(isListed) ? "audit" : undefined,
});

const isListed = (each: CertificatesView["reached"][number]) => isAsWanted(each) && isShared(each.entry);

/** A verdict for each lineage. */
export const each = (
  expected: (params: CertificatesParams) => string,
  fault: (of: Sound, params: CertificatesParams, now: number) => Fault,
) =>
  eachOf({
    expected: ({ params }) => expected(params),
    things: (input: CertificatesInput) => ofView(input, ({ lineages }) => lineages),
    wrong: (lineage, { params, view, askedAt }) => {
      const { name, certificate } = lineage;
      if (certificate === undefined) return part("error", name, `${name}: fullchain.pem is no certificate`);
      const found = fault({ ...lineage, certificate }, params, laterOf(view?.found.now ?? 0, askedAt));
      return found && part(found.verdict, name, `${name}: ${found.found}`);
    },
    beside: ({ view }) =>
      view?.found.left ? [part("error", "", `${view.found.left} more were not looked at`)] : [],
    right: (lineages) => lineages.map(({ name }) => name).join(", "),
  });

interface Sound extends Lineage {
  readonly certificate: Certificate;
}

type Fault = { readonly verdict: "fail" | "error"; readonly found: string } | undefined;

const day = (seconds: number) => dayOf(seconds * 1000);

/** Clients go by clocks of their own: one here that is behind makes no certificate last longer. */
const laterOf = (host: number, askedAt = 0) => Math.max(host, Math.floor(askedAt / 1000));

/** Of itself and of the certificates behind it, without which no client trusts it. */
export function expiry({ certificate }: Sound, { minValidity }: CertificatesParams, now: number): Fault {
  const links = certificate.links.map((link) => ({ ...link, what: `its chain's ${link.subject} ` }));
  for (const { what, from, until } of [{ ...certificate, what: "" }, ...links]) {
    if (from > now) return { verdict: "fail", found: `${what}not valid before ${day(from)}` };
    if (until <= now) return { verdict: "fail", found: `${what}expired on ${day(until)}` };
    if (until - now < minValidity)
      return { verdict: "fail", found: `${what}expires on ${day(until)}: see \`certbot renew --dry-run\`` };
  }
  return undefined;
}

export function chain({ certificate: { chained, unfit, issuer } }: Sound): Fault {
  if (!chained)
    return { verdict: "fail", found: `fullchain.pem lacks a certificate of ${issuer}, or is out of order` };
  return unfit.length === 0 ? undefined : { verdict: "fail", found: unfit.join("; ") };
}

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
export const there = eachOf({
  expected: ({ params }) => (params.domains ?? []).join(", "),
  things: ({ view, params, facts }: CertificatesInput) => {
    if (view === undefined) return "why" in facts.certificates ? facts.certificates : { why: "" };
    return params.domains === undefined ? withKeeper("the profile names no domains", facts) : view.missing;
  },
  wrong: (name, { facts }) => {
    const keeper = keeperText({ facts });
    const remedy =
      keeper === ""
        ? "Let certbot fetch one, or take the domain from certificates.domains."
        : `${keeper}: where it has this one, take the domain from certificates.domains.`;
    return { ...part("fail", name, `${name}: no certificate in /etc/letsencrypt/live`), remedy };
  },
  right: (_, { view }) => (view?.lineages ?? []).map(({ name }) => name).join(", "),
});
