/** Whether the CA would be given certbot's answers: by asking port 80 for a file in their folder. Pure. */
import type { AcmeAnswer, AcmeFact } from "../../facts/acme.ts";
import { valueOr } from "../../facts/probe.ts";
import type { Part } from "../../plan/control.ts";
import { eachOf } from "../each.ts";
import { part } from "../verdict.ts";
import { include } from "./hooks.ts";
import { ofCertbot, renewedNames } from "./renewal-checks.ts";
import type { CertificatesInput } from "./view.ts";

/** What is wrong with an answer; `unknown`: that may not be so for the CA. */
function faultOf({ address, result, detail }: AcmeAnswer): { why: string; unknown?: true } | undefined {
  if (result === "right" || result === "refused") return undefined;
  if (result === "wildcard") return { why: "no webroot proves a wildcard" };
  if (result === "status") return { why: `${address} answers ${detail}` };
  if (result === "away") return { why: `${address} leads to ${detail}, which was not asked`, unknown: true };
  if (result === "dead") return { why: `${address} leads to ${detail}, where nobody answers` };
  if (result === "late") return { why: `${address} did not answer in time`, unknown: true };
  return { why: `${address} answers with something else` };
}

/** A family without any listener is no fault: the CA tries the other one. */
function faultsOf(name: string, answers: readonly AcmeAnswer[]) {
  return answers.every(({ result }) => result === "refused")
    ? [{ name, why: "nobody answers on port 80" }]
    : answers.flatMap((each) => {
        const fault = faultOf(each);
        return fault === undefined ? [] : [{ name, ...fault }];
      });
}

const nothing: AcmeFact = { answers: [], unread: [], left: 0 };

function asked(input: CertificatesInput) {
  const { params, facts } = input;
  if (params.renewal !== "webroot") return "the profile doesn't renew by webroot";
  return ofCertbot(input, (fact) => {
    const names = renewedNames(input, fact);
    if (typeof names === "string") return names;
    if ("why" in facts.acme) return facts.acme;
    const { answers } = valueOr(facts.acme, nothing);
    return names.map((of) => ({ of, own: answers.filter((each) => each.of === of) }));
  });
}

export const served = eachOf({
  expected: ({ params }) => `port 80 serves ${params.webroot}`,
  things: asked,
  wrong: ({ of, own }): readonly Part[] => {
    if (own.length === 0) return [part("error", of, `${of}: its names could not be read`)];
    const names = [...new Set(own.map(({ name }) => name))];
    const faults = names.flatMap((name) =>
      faultsOf(
        name,
        own.filter((each) => each.name === name),
      ),
    );
    return faults.map(({ name, why, ...more }) =>
      part("unknown" in more ? "error" : "fail", of, `${name}: ${why}`),
    );
  },
  beside: ({ facts }) => {
    const { left } = valueOr(facts.acme, nothing);
    return left === 0 ? [] : [part("error", "", `${left} more questions were not put`)];
  },
  right: (all) => all.map(({ of }) => of).join(", "),
  remedy: ({ params }) =>
    `Let its server on port 80 serve ${params.webroot}; in nginx, include ${include} in its server block, and reload nginx.`,
});
