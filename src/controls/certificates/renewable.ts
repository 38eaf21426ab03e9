/** Whether certbot renews each certificate by itself, by what its files say: as certbot's own source reads them. Pure. */
import { letsencrypt } from "../../facts/certificates.ts";
import { valueOr } from "../../facts/probe.ts";
import { optionOf, type RenewalConf, type RenewalFact } from "../../facts/renewal.ts";
import type { NextFact } from "../../facts/renewal-next.ts";
import type { Part } from "../../plan/control.ts";
import { formatDuration } from "../../profile/duration.ts";
import { eachOf } from "../each.ts";
import { part } from "../verdict.ts";
import { intervalOf } from "./interval.ts";
import { proofFaults } from "./proof.ts";
import { noNext, ofCertbot, renewedNames } from "./renewal-checks.ts";
import type { CertificatesParams } from "./schema.ts";
import type { CertificatesInput } from "./view.ts";

const ofTestCa = "asks a test CA, whose certificates no client trusts";
const refuses = "refuses to renew";

/** What certbot does for an option that stands in cli.ini or in its service. */
const harm: Readonly<Record<string, string>> = {
  "dry-run": "tries renewals and keeps none",
  staging: ofTestCa,
  "test-cert": ofTestCa,
  "no-autorenew": "writes `autorenew = False` with the next certificate",
  "no-directory-hooks": "runs no hook of renewal-hooks",
  "force-interactive": refuses,
  csr: refuses,
  "config-dir": "looks for certificates in another folder",
};

const isOff = (value: string) => /^(false|no|off|0)$/i.test(value);

/** Options that concern all certificates. */
function ofOptions(fact: RenewalFact, next: NextFact, { renewal }: CertificatesParams): readonly Part[] {
  const { hooks } = fact;
  return [...fact.options, ...next.options].flatMap(({ file, key, value }) => {
    const isUnknown = key.includes("_");
    const isIdle = key === "no-directory-hooks" && renewal === undefined && hooks.length === 0;
    const why = isUnknown ? "does not know it and does not start" : harm[key];
    if (why === undefined || isIdle || (!isUnknown && isOff(value))) return [];
    const found = part("fail", `${file} ${key}`, `${file} has ${key}, with which certbot ${why}`);
    return [{ ...found, remedy: `Take ${key} out of ${file}.` }];
  });
}

const usualServer = "https://acme-v02.api.letsencrypt.org/directory";
/** certbot takes the usual one in its place, and its accounts for that one. */
const firstServer = "https://acme-v01.api.letsencrypt.org/directory";

const serverOf = ({ server = usualServer }: RenewalConf, fact: RenewalFact): string =>
  optionOf(fact, "server") ?? (server === firstServer ? usualServer : server);

const folderOf = (server: string) => server.replace(/^\w+:\/\//, "").replace(/\/$/, "");

function accountFault(found: RenewalConf, fact: RenewalFact): string | undefined {
  const server = serverOf(found, fact);
  const folders = [server, ...(server === usualServer ? [firstServer] : [])].map(folderOf);
  const account = optionOf(fact, "account") ?? found.account;
  const all = fact.accounts.filter((path) => folders.includes(path.slice(0, path.lastIndexOf("/"))));
  if (account === undefined)
    return all.length === 1 ? undefined : `names no account, and certbot has ${all.length} at ${server}`;
  if (all.some((path) => path.endsWith(`/${account}`))) return undefined;
  return `its account ${account} at ${server} is not in ${letsencrypt}/accounts`;
}

function ofConf(found: RenewalConf, fact: RenewalFact): readonly (string | undefined)[] {
  const { name, authenticator, autorenew, answers, unread, broken } = found;
  const only = optionOf(fact, "cert-name") ?? name;
  const server = serverOf(found, fact);
  return [
    autorenew === undefined || autorenew.toLowerCase() === "true"
      ? undefined
      : `autorenew is ${autorenew}, so certbot skips it`,
    authenticator === "" ? "its file names no authenticator, so certbot skips it" : undefined,
    authenticator === "manual" && !answers
      ? "is renewed by manual without manual_auth_hook, which needs a person"
      : undefined,
    unread === undefined ? undefined : `certbot cannot read line ${unread} of its file, and skips it`,
    broken.length > 0 ? `${broken.join(", ")}: no link to a file, so certbot skips it` : undefined,
    only === name ? undefined : `cert-name is ${only}, so certbot renews that one alone`,
    server.includes("acme-staging")
      ? `${server} is a test CA, whose certificates no client trusts`
      : undefined,
    accountFault(found, fact),
  ];
}

/** Of certbot's versions 4.0 alone renews sooner than this says. */
function lateness({ name, renewBefore }: RenewalConf, { minValidity }: CertificatesParams): readonly Part[] {
  if (renewBefore === undefined) return [];
  const seconds = intervalOf(renewBefore);
  if (seconds !== undefined && seconds >= minValidity) return [];
  const said = `${name}: renew_before_expiry is ${renewBefore}`;
  return seconds === undefined
    ? [part("error", name, `${said}, which may be no time to certbot`)]
    : [part("fail", name, `${said}, later than ${formatDuration(minValidity)} (minValidity)`)];
}

export const renewable = eachOf({
  expected: "certbot renews each by itself",
  things: (input: CertificatesInput) =>
    ofCertbot(input, (fact) => ("why" in input.facts.next ? input.facts.next : renewedNames(input, fact))),
  wrong: (name, { params, facts }) => {
    const fact = valueOr(facts.renewal, undefined);
    const found = fact?.confs.find((each) => each.name === name);
    if (fact === undefined || found === undefined)
      return part("fail", name, `${name}: certbot has no renewal/${name}.conf of it`);
    const faults = ofConf(found, fact).flatMap((why) =>
      why === undefined ? [] : [part("fail", name, `${name}: ${why}`)],
    );
    const proof = proofFaults(found, { fact, next: valueOr(facts.next, noNext), params });
    return [...faults, ...proof, ...lateness(found, params)];
  },
  beside: ({ params, facts }) => {
    const fact = valueOr(facts.renewal, undefined);
    return fact === undefined ? [] : ofOptions(fact, valueOr(facts.next, noNext), params);
  },
  right: (names) => names.join(", "),
  remedy: `Mend cli.ini, or the certificate's file in ${letsencrypt}/renewal; then try: certbot renew --dry-run.`,
});
