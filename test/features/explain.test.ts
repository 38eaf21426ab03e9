/** What `harden explain` knows, of each check there is. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { catalogue } from "../../src/assess/catalogue.ts";
import { renewalFailures } from "../../src/assess/renewal.ts";
import { everyCheck } from "../../src/audit/every-check.ts";
import { everyFinding } from "../../src/audit/every-finding.ts";
import { afterDeploy, checklist } from "../../src/checks/lines.ts";
import { reasonOf, sourcesText } from "../../src/checks/reads.ts";
import { composeChecks } from "../../src/compose/checks/index.ts";
import { controls } from "../../src/controls/index.ts";
import type { HardenError } from "../../src/errors.ts";
import { explainText } from "../../src/features/explain/text.ts";
import { codesExplained, findingsExplained } from "../../src/features/explain/told.ts";
import type { Explanation } from "../../src/features/explain/work.ts";
import { explainCommand, explanations } from "../../src/features/explain/work.ts";
import { notes, refusals } from "../../src/host/codes.ts";
import { runningChecks } from "../../src/running/checks.ts";

const src = new URL("../../src/", import.meta.url).pathname;
const textsOf = (ending: string) =>
  (readdirSync(src, { recursive: true }) as string[])
    .filter((name) => name.endsWith(ending) && !name.endsWith("told.ts"))
    .map((name) => readFileSync(join(src, name), "utf8"))
    .join("\n");
const _sources = textsOf(".ts");
const shell = textsOf(".sh").replace(/^\s*#.*$/gm, "");

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

  it("explains each check that there is, and beside these lines of lists, what a renewal fails by, and findings", () => {
    const ids = [...explanations().keys()].filter((id) => id.includes("."));
    const lines = [...checklist, ...afterDeploy].map(({ id }) => id);
    const findings = findingsExplained.map(([id]) => id);
    const all = [...everyCheck.map(({ id }) => id), ...lines, ...Object.keys(renewalFailures), ...findings];
    expect(ids.sort()).toEqual(all.sort());
  });

  it("has one explanation for each id, and a finding that is a check as well has the check's", () => {
    const ids = everyCheck.map(({ id }) => id);
    const others = [...findingsExplained, ...codesExplained].map(([id]) => id);
    expect(new Set([...ids, ...others]).size).toBe(new Set(ids).size + others.length);
    const alsoChecks = everyFinding.filter(({ about }) => about === undefined);
    expect(alsoChecks.filter(({ id }) => !ids.includes(id))).toEqual([]);
    const groups = controls.map(({ id }) => id);
    expect(codesExplained.map(([id]) => id).filter((id) => groups.includes(id))).toEqual([]);
  });

  it.each(findingsExplained.map(([id]) => id))("%s, a finding: told as what it is", (id) => {
    const text = explainText(explainCommand(id).report);
    expect(text).toMatch(new RegExp(`^${id.replaceAll(".", "\\.")} {2}[A-Za-z].{20,110}[a-z]\n`));
    expect(text).toContain("a finding and no check");
    expect(text).not.toMatch(/To take it back|rollback HOST|waive /);
  });

  it.each([
    ["refuse", refusals],
    ["note", notes],
  ] as const)("knows each code that the host's shell gives with %s, and no other", (verb, known) => {
    const said = [...shell.matchAll(new RegExp(`(?<![\\w-]|emit )${verb} ([a-z]+(?:-[a-z]+)*) \\S`, "g"))];
    expect([...new Set(said.map(([, code]) => code))].sort()).toEqual(Object.keys(known).sort());
    for (const code of Object.keys(known))
      expect(explainText(explainCommand(code).report)).toContain("The host itself says so of a run.");
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

  it.each(catalogue.map(({ id, reads }) => [id, reads] as const))("%s: what it reads", (id, reads) => {
    const because = reasonOf(reads);
    const line = because === undefined ? "" : `, and nothing that runs. ${because}`;
    const text = explainText(explainCommand(id).report);
    expect(text).toContain(`What it reads:\n  ${sourcesText(reads)}${line}\n`);
  });

  it.each(composeChecks.map(({ id }) => id))("%s, of files: why, by hand, and how to waive it", (id) => {
    const { report } = explainCommand(id);
    expect(report.why).toMatch(/\w.*\.$/);
    expect(explainText(report)).toContain(`# harden waive ${id} until`);
    expect(explainText(report)).not.toContain("rollback");
  });

  it.each(controls)("$id: each parameter that a check names is there", (control) => {
    const parameters = Object.keys(control.schema.shape);
    const named = control.checks.flatMap(({ by = [] }) => by);
    expect(named.filter((name) => !parameters.includes(name))).toEqual([]);
    expect(explainCommand(control.id).report.checks?.length).toBe(control.checks.length);
  });

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
    expect(hint("accounts.no-way-back")).toBe("accounts.no-way-back");
    expect(hint("accounts.zzzzzzzzzzzz")).toBe(
      "`harden explain accounts` lists what is looked for of accounts.",
    );
    expect(hint("zzzz")).toMatch(/^There are .*\bssh, .*containers, networks, .*, and the checks of each\.$/);
    const codes = codesExplained.map(([id]) => id);
    const groups = [...explanations().keys()].filter((id) => !id.includes(".") && !codes.includes(id));
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
