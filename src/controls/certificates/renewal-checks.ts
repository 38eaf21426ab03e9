/** Whether certificates are renewed by themselves, and as the profile says. */

import { valueOr } from "../../facts/probe.ts";
import type { RenewalConf, RenewalFact } from "../../facts/renewal.ts";
import type { CheckResult, Part } from "../control.ts";
import { inapplicable, ofParts, part, result, verdicts } from "../verdict.ts";
import { serviceText } from "./hooks.ts";
import { domainOf } from "./names.ts";
import type { Params } from "./schema.ts";
import { notServed } from "./served.ts";
import type { CertificatesInput } from "./view.ts";

type Test = (input: CertificatesInput) => CheckResult;

/** Whoever else can fetch certificates; whether it does stands in a configuration that nobody here reads. */
export function keeperText({ facts }: Pick<CertificatesInput, "facts">): string {
  const keeper = valueOr(facts.renewal, undefined)?.keeper;
  return keeper === undefined ? "" : `${keeper} runs here, which can fetch and renew its own`;
}

/** Nothing of certbot's to judge; the other one is named. */
export function without(why: string, input: Pick<CertificatesInput, "facts">): CheckResult {
  const keeper = keeperText(input);
  return inapplicable(keeper === "" ? why : `${why}; ${keeper}`);
}

/** Nothing to say where certbot isn't. */
const withCertbot =
  (expected: string, test: (fact: RenewalFact, input: CertificatesInput) => CheckResult): Test =>
  (input) => {
    const fact = input.facts.renewal;
    if (fact.state === "unknown" || fact.state === "unsupported") return result("error", expected, fact.why);
    return fact.state === "present" && fact.value.certbot !== undefined
      ? test(fact.value, input)
      : without("certbot is not installed here", input);
  };

const meant = ({ view, params: { domains } }: CertificatesInput, { confs }: RenewalFact): readonly string[] =>
  domains ?? [
    ...new Set([...(view?.lineages ?? []).map(({ name }) => name), ...confs.map(({ name }) => name)]),
  ];

export const timer: Test = withCertbot("something starts certbot every day", (fact, input) => {
  const { pass, fail } = verdicts("something starts certbot every day");
  if (meant(input, fact).length === 0) return without("certbot has no certificate here", input);
  const on = fact.timers.filter(({ active, enabled }) => active === "active" && enabled !== "disabled");
  const starts = [...on.map(({ unit }) => unit), ...fact.crons];
  if (starts.length > 0) return pass(starts.join(", "));
  const off = fact.timers.map(({ unit, active, enabled }) => `${unit} is ${active}, ${enabled}`);
  const [{ unit = "certbot.timer" } = {}] = fact.timers;
  return {
    ...fail(off.join("; ") || "no timer, and nothing in cron"),
    remedy: `Switch it on: systemctl enable --now ${unit}.`,
  };
});

function conf(found: RenewalConf | undefined, { renewal, webroot }: Params): string | undefined {
  if (found === undefined) return "certbot has no renewal/NAME.conf of it";
  if (found.authenticator !== renewal)
    return `is renewed by ${found.authenticator || "nothing that is known"}`;
  if (renewal !== "webroot") return undefined;
  const others = [...found.webroots].filter(([, path]) => path !== webroot);
  if (found.webroots.size === 0) return "has no folder";
  return others.length === 0 ? undefined : `uses ${[...new Set(others.map(([, path]) => path))].join(", ")}`;
}

/** certbot from 2.3 on can change it without a new certificate, too. */
const mend = (name: string, { renewal, webroot }: Params) =>
  `certbot certonly --force-renewal --cert-name ${name} --${renewal}${renewal === "webroot" ? ` -w ${webroot}` : ""}`;

export const method: Test = withCertbot("as the profile says", (fact, input) => {
  const { params } = input;
  const { renewal, webroot } = params;
  if (renewal === undefined) return inapplicable("the profile doesn't say how");
  const names = meant(input, fact);
  if (names.length === 0) return without("certbot has no certificate here", input);
  const parts = names.flatMap((name): readonly Part[] => {
    const wrong = conf(
      fact.confs.find((each) => each.name === name),
      params,
    );
    if (wrong === undefined) return [];
    return [
      { ...part("fail", name, `${name}: ${wrong}`), remedy: `Renew it once with: ${mend(name, params)}.` },
    ];
  });
  return ofParts(renewal === "webroot" ? `webroot, ${webroot}` : renewal, parts, names.join(", "));
});

export const served: Test = withCertbot("nginx serves the folder", (fact, input) => {
  const { params, facts } = input;
  const { renewal, webroot, service } = params;
  if (renewal !== "webroot") return inapplicable("the profile doesn't renew by webroot");
  if (typeof service === "object")
    return inapplicable(
      `${serviceText(service)} serves it: a dry run shows whether it does (harden renew HOST --dry-run)`,
    );
  const names = meant(input, fact);
  if (names.length === 0) return without("certbot has no certificate here", input);
  if (facts.nginx.state === "absent") return inapplicable("nginx is not installed here");
  const expected = `port 80 serves ${webroot}`;
  if (facts.nginx.state !== "present") return result("error", expected, facts.nginx.why);
  const config = facts.nginx.value;
  const parts = names.flatMap((name): readonly Part[] => {
    const why = notServed(config, domainOf(name), webroot);
    if (why === undefined) return [];
    const remedy = "Include snippets/harden-acme.conf in its server block on port 80, and reload nginx.";
    return [{ ...part("fail", name, `${name}: ${why}`), remedy }];
  });
  return ofParts(expected, parts, names.join(", "));
});

export const back: Test = withCertbot("nothing is left stopped", ({ stopped, busy }) => {
  const { pass, fail } = verdicts("nothing is left stopped");
  if (stopped === undefined) return pass("nothing");
  const name = stopped.split(" ").slice(1).reverse().join(" of ");
  if (busy) return pass(`${name}, while certbot works`);
  return {
    ...fail(`${name} was stopped for a renewal and not started again`),
    remedy: "Start it; the post-hook does, too: /etc/letsencrypt/renewal-hooks/post/harden-start-service.sh.",
  };
});
