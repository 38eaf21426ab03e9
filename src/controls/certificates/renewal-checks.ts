/** Whether certificates are renewed by themselves, and as the profile says. */
import { valueOr } from "../../facts/probe.ts";
import { markPath, optionOf, type RenewalFact } from "../../facts/renewal.ts";
import type { NextFact } from "../../facts/renewal-next.ts";
import type { CheckResult } from "../../plan/control.ts";
import { eachOf } from "../each.ts";
import { inapplicable, part, result, verdicts } from "../verdict.ts";
import { hookPaths } from "./hooks.ts";
import type { CertificatesParams } from "./schema.ts";
import { startsOf } from "./starts.ts";
import type { CertificatesInput } from "./view.ts";

type Facts = Pick<CertificatesInput["facts"], "renewal">;

/** Whoever else can fetch certificates; whether it does stands in a configuration that nobody here reads. */
export function keeperText({ facts }: { readonly facts: Facts }): string {
  const keeper = valueOr(facts.renewal, undefined)?.keeper;
  return keeper === undefined ? "" : `${keeper} runs here, which can fetch and renew its own`;
}

/** Why there is nothing of certbot's to judge; the other one is named. */
export function withKeeper(why: string, facts: Facts): string {
  const keeper = keeperText({ facts });
  return keeper === "" ? why : `${why}; ${keeper}`;
}

/** What is judged of certbot: nothing where it isn't. */
export function ofCertbot<T>({ facts }: CertificatesInput, things: (fact: RenewalFact) => T) {
  const fact = facts.renewal;
  if ("why" in fact) return fact;
  return fact.state === "present" && fact.value.certbot !== undefined
    ? things(fact.value)
    : withKeeper("certbot is not installed here", facts);
}

const meant = ({ view, params: { domains } }: CertificatesInput, { confs }: RenewalFact): readonly string[] =>
  domains ?? [
    ...new Set([...(view?.lineages ?? []).map(({ name }) => name), ...confs.map(({ name }) => name)]),
  ];

/** Certificates that are to be renewed, or why there is none. */
export const renewedNames = (input: CertificatesInput, fact: RenewalFact) => {
  const names = meant(input, fact);
  return names.length === 0 ? withKeeper("certbot has no certificate here", input.facts) : names;
};

/** A check of one thing of certbot's. */
const withCertbot =
  (expected: string, test: (fact: RenewalFact, input: CertificatesInput) => CheckResult) =>
  (input: CertificatesInput): CheckResult => {
    const fact = ofCertbot(input, (found) => found);
    if (typeof fact === "string") return inapplicable(fact);
    return "why" in fact ? result("error", expected, fact.why) : test(fact, input);
  };

/** A check that also needs what the next renewal meets. */
const withNext = (
  expected: string,
  test: (next: NextFact, fact: RenewalFact, input: CertificatesInput) => CheckResult,
) =>
  withCertbot(expected, (fact, input) => {
    const { next } = input.facts;
    return "why" in next ? result("error", expected, next.why) : test(valueOr(next, noNext), fact, input);
  });

export const noNext: NextFact = {
  units: new Map(),
  options: [],
  crons: [],
  anacron: false,
  plugins: [],
  held: new Map(),
  holders: [],
  published: [],
  foreign: [],
};

const day = 86_400;
/** certbot renews in the last third of a certificate's time: of runs a fifth apart one or two fall into it. */
const runsWhileValid = 5;

/** Days that may lie between two starts. */
function mostBetween({ view }: CertificatesInput): number {
  const spans = (view?.lineages ?? []).flatMap(({ certificate }) =>
    certificate === undefined ? [] : [(certificate.until - certificate.from) / day],
  );
  return Math.max(1, Math.round(Math.min(90, ...spans) / runsWhileValid));
}

const startsCertbot = "something starts certbot often enough";

export const timer = withNext(startsCertbot, (next, fact, input) => {
  const { pass, fail, error } = verdicts(startsCertbot);
  const names = renewedNames(input, fact);
  if (typeof names === "string") return inapplicable(names);
  const starts = startsOf(next, mostBetween(input));
  const right = starts.filter(({ fault, unknown }) => fault === undefined && unknown === undefined);
  if (right.length > 0) return pass(right.map(({ name }) => name).join(", "));
  const faults = starts.flatMap(({ fault }) => fault ?? []);
  const unknowns = starts.flatMap(({ unknown }) => unknown ?? []);
  if (unknowns.length > 0) return error(`not known: ${[...unknowns, ...faults].join("; ")}`);
  const unit = starts.find(({ name }) => name.endsWith(".timer"))?.name ?? "certbot.timer";
  return {
    ...fail(faults.join("; ") || "no timer, and nothing in cron"),
    remedy: `Mend what is named, or switch its timer on: systemctl enable --now ${unit}.`,
  };
});

function conf(name: string, fact: RenewalFact, { renewal, webroot }: CertificatesParams): string | undefined {
  const found = fact.confs.find((each) => each.name === name);
  if (found === undefined) return "certbot has no renewal/NAME.conf of it";
  const authenticator = optionOf(fact, "authenticator") ?? found.authenticator;
  if (authenticator !== renewal) return `is renewed by ${authenticator || "nothing that is known"}`;
  if (renewal !== "webroot") return undefined;
  const others = [...found.webroots].filter(([, path]) => path !== webroot);
  if (found.webroots.size === 0) return "has no folder";
  return others.length === 0 ? undefined : `uses ${[...new Set(others.map(([, path]) => path))].join(", ")}`;
}

/** certbot from 2.3 on can change it without a new certificate, too. */
const mend = (name: string, { renewal, webroot }: CertificatesParams) =>
  `certbot certonly --force-renewal --cert-name ${name} --${renewal}${renewal === "webroot" ? ` -w ${webroot}` : ""}`;

export const method = eachOf({
  expected: ({ params: { renewal, webroot } }) =>
    renewal === "webroot" ? `webroot, ${webroot}` : (renewal ?? "as the profile says"),
  things: (input: CertificatesInput) =>
    ofCertbot(input, (fact) =>
      input.params.renewal === undefined ? "the profile doesn't say how" : renewedNames(input, fact),
    ),
  wrong: (name, { params, facts }) => {
    const fact = valueOr(facts.renewal, undefined);
    const wrong = fact && conf(name, fact, params);
    return wrong === undefined
      ? undefined
      : { ...part("fail", name, `${name}: ${wrong}`), remedy: `Renew it once with: ${mend(name, params)}.` };
  },
  right: (names) => names.join(", "),
});

export const back = withNext("nothing is left stopped", ({ units }, { stopped }) => {
  const { pass, fail } = verdicts("nothing is left stopped");
  if (stopped === undefined) return pass("nothing");
  const name = stopped.split(" ").slice(1).reverse().join(" of ");
  const isBusy = [...units.values()].some(
    (unit) => unit.has("Renews") && unit.get("ActiveState")?.[0] === "activating",
  );
  if (isBusy) return pass(`${name}, while certbot works`);
  return {
    ...fail(`${name} was stopped for a renewal and not started again`),
    remedy: `Start it; the post-hook does, too: ${hookPaths.start}. Where it is to stay stopped: rm ${markPath}.`,
  };
});
