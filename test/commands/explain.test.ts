/** What `harden explain` knows, of each check there is. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { afterDeploy } from "../../src/assess/after-deploy.ts";
import { catalogue } from "../../src/assess/catalogue.ts";
import { checklist } from "../../src/assess/checklist.ts";
import { renewalFailures } from "../../src/assess/renewal.ts";
import { everyCheck } from "../../src/commands/every-check.ts";
import { type Explanation, explainCommand, explanations } from "../../src/commands/explain.ts";
import { composeChecks } from "../../src/compose/checks/index.ts";
import { controls } from "../../src/controls/index.ts";
import type { HardenError } from "../../src/errors.ts";
import { explainText } from "../../src/reports/explain.ts";
import { runningChecks } from "../../src/running/checks.ts";

/** With both sentences, and the one that stands for no stricter one. */
function tellsWhatIsLeft(report: Explanation): void {
  const { leavesOpen, stricter } = report.check?.passed ?? expect.fail(`nothing is said of ${report.id}`);
  expect(leavesOpen).toMatch(/^\S.{20,140}\.$/);
  expect(leavesOpen).not.toBe(report.why);
  const text = explainText(report);
  expect(text).toContain(`What stays open where it passes:\n  ${leavesOpen}\n`);
  // A measure, a colon, its price.
  if (stricter !== undefined) expect(stricter).toMatch(/^\S.{5,}: .{10,}\.$/);
  expect(text).toContain(`The stricter one, and its price:\n  ${stricter ?? "There is none that is known"}`);
}

describe("explain", () => {
  it.each(everyCheck.map(({ id, references }) => [id, references] as const))(
    "%s: what it leaves open, and the stricter one",
    (id, references) => {
      const { report } = explainCommand(id);
      tellsWhatIsLeft(report);
      for (const { benchmark, number } of references)
        expect(explainText(report)).toContain(`  ${benchmark}: ${number}\n`);
    },
  );

  it("explains each check that there is, and beside these only lines of lists and what a renewal fails by", () => {
    const ids = [...explanations().keys()].filter((id) => id.includes("."));
    const lines = [...checklist, ...afterDeploy].map(({ id }) => id);
    const all = [...everyCheck.map(({ id }) => id), ...lines, ...Object.keys(renewalFailures)];
    expect(ids.sort()).toEqual(all.sort());
  });

  it("says the same of a few checks at most, and that there is nothing stricter of few", () => {
    const said = everyCheck.map(({ id }) => explainCommand(id).report.check?.passed);
    const times = (text: string | undefined, key: "leavesOpen" | "stricter") =>
      said.filter((each) => each?.[key] === text).length;
    for (const each of said) {
      expect(times(each?.leavesOpen, "leavesOpen"), each?.leavesOpen).toBeLessThan(7);
      if (each?.stricter !== undefined)
        expect(times(each.stricter, "stricter"), each.stricter).toBeLessThan(7);
    }
    expect(times(undefined, "stricter")).toBeLessThan(said.length / 10);
  });

  it("says neither of what only a renewal fails by", () => {
    expect(explainText(explainCommand("certbot.port-busy").report)).not.toMatch(/where it passes|stricter/);
  });

  it.each(catalogue.map(({ id }) => id))("%s: why, and how to look by hand", (id) => {
    const { report, status } = explainCommand(id);
    expect(status).toBe(0);
    expect(report.why).toMatch(/\w.*\.$/);
    expect(report.check?.look).not.toBe("");
    expect(explainText(report)).toContain(report.why);
  });

  it.each(composeChecks.map(({ id }) => id))("%s, of files: why, by hand, and how to waive it", (id) => {
    const { report } = explainCommand(id);
    expect(report.why).toMatch(/\w.*\.$/);
    expect(explainText(report)).toContain(`# harden waive ${id} until`);
    expect(explainText(report)).not.toContain("rollback");
  });

  it.each(controls)(
    "$id: says something of each of its checks, and of nothing else; each parameter is there",
    (control) => {
      const names = control.checks.map(({ id }) => id.slice(control.id.length + 1));
      expect(Object.keys(control.about ?? {}).sort()).toEqual(names.sort());
      const parameters = Object.keys(control.schema.shape);
      const named = Object.values(control.about ?? {}).flatMap(({ by = [] }) => by);
      expect(named.filter((name) => !parameters.includes(name))).toEqual([]);
      expect(explainCommand(control.id).report.checks?.length).toBe(control.checks.length);
    },
  );

  it("says which parameters decide it", () => {
    const parameters = (id: string) => explainCommand(id).report.parameters.map(({ name }) => name);
    expect(parameters("ssh.max-auth-tries")).toEqual(["maxAuthTries"]);
    expect(parameters("ssh.gssapi")).toEqual(["gssapiAuthentication"]);
    expect(parameters("sysctl.accept-redirects-v6")).toEqual(["acceptRedirects"]);
    expect(parameters("ssh.running")).toEqual([]);
  });

  it("names the nearest one where there is none of that name", () => {
    const thrown = () => explainCommand("ssh.max-auth-trys");
    expect(thrown).toThrow("Nothing is called ssh.max-auth-trys.");
    expect(explanations().has("ssh.max-auth-tries")).toBe(true);
  });

  it("sends what a plan found, and what is no name at all, to what there is", () => {
    const hint = (id: string) => {
      try {
        return explainCommand(id).report.id;
      } catch (error) {
        return (error as HardenError).details.hint;
      }
    };
    expect(hint("accounts.no-way-back")).toBe(
      "A plan's findings say themselves what to do; `harden explain accounts` lists what is explained of accounts.",
    );
    expect(hint("zzzz")).toMatch(
      /^There are accounts, .*ssh, .*containers, networks, .*, and the checks of each\.$/,
    );
    const groups = [...explanations().keys()].filter((id) => !id.includes("."));
    for (const group of groups) {
      const ids = [...explanations().keys()].filter(
        (id) => id.startsWith(`${group}.`) && !id.startsWith("certbot."),
      );
      expect(explainText(explainCommand(group).report)).toContain(ids[0]);
    }
  });
});

describe("what an audit of containers looks for", () => {
  it.each(runningChecks.map(({ id }) => id))("%s: why, by hand, and in the page on it", (id) => {
    const { report } = explainCommand(id);
    expect(report.why).toMatch(/\w.*\.$/);
    expect(explainText(report)).not.toContain("rollback");
    expect(readFileSync(new URL("../../docs/audit.md", import.meta.url), "utf8")).toContain(`| \`${id}\` |`);
  });
});
