/** docs/controls.md, made of the controls themselves. */
import { z } from "zod";
import type { HostRecord } from "../src/checks/check.ts";
import { reasonOf, sourcesText } from "../src/checks/reads.ts";
import type { Control } from "../src/plan/control.ts";

interface Property {
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Property[];
  readonly items?: Property;
  readonly properties?: Readonly<Record<string, Property>>;
}

function typeText(property: Property): string {
  if (property.title !== undefined) return property.title;
  if (property.enum !== undefined) return property.enum.map((value) => `\`${String(value)}\``).join(", ");
  if (property.anyOf !== undefined) return property.anyOf.map(typeText).join(" or ");
  if (property.const !== undefined) return `\`${String(property.const)}\``;
  if (property.type === "array")
    return `list of ${property.items === undefined ? "values" : typeText(property.items)}`;
  return property.type ?? "value";
}

const cell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;

function parameters(control: Control): readonly string[] {
  const schema = z.toJSONSchema(control.schema, { io: "input", unrepresentable: "any" }) as Property;
  const rowsOf = (within: Property, before: string): readonly string[] =>
    Object.entries(within.properties ?? {}).flatMap(([key, property]) => {
      const name = `${before}${key}`;
      const value = property.default === undefined ? "–" : `\`${JSON.stringify(property.default)}\``;
      const own = row([`\`${name}\``, typeText(property), value, property.description ?? ""]);
      return [own, ...rowsOf(property, `${name}.`)];
    });
  const rows = rowsOf(schema, "");
  return [row(["parameter", "type", "default", "what it is"]), "|---|---|---|---|", ...rows];
}

function checks(control: Control): readonly string[] {
  const rows = control.checks.map(({ id, title, severity, role, references }) =>
    row([
      `\`${id}\``,
      title,
      severity,
      role,
      references.map(({ benchmark, number }) => `${benchmark}: ${number}`).join("; ") || "–",
    ]),
  );
  return [row(["check", "what holds", "severity", "role", "benchmarks"]), "|---|---|---|---|---|", ...rows];
}

const section = (control: Control) =>
  [
    `## ${control.id}: ${control.title}`,
    "",
    control.rationale,
    "",
    ...parameters(control),
    "",
    ...checks(control),
    "",
  ].join("\n");

/** The table of what the verdict of each check goes by. */
function sources(controls: readonly Control[], hostChecks: readonly HostRecord[]): string {
  const rows = [...controls.flatMap(({ checks }) => checks), ...hostChecks].map(({ id, reads }) =>
    row([`\`${id}\``, sourcesText(reads), reasonOf(reads) ?? "–"]),
  );
  return [
    "## What each check reads",
    "",
    "The words are those of [verdicts.md](verdicts.md). A check that asks neither a process nor the kernel says why that is enough.",
    "",
    row(["check", "what it reads", "why nothing that runs is asked"]),
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

export function controlsDoc(controls: readonly Control[], hostChecks: readonly HostRecord[]): string {
  const head = [
    "# Controls",
    "",
    "Made of the controls themselves (`npm run generate`): what a profile can say of each, and what `harden verify` checks.",
    "Every section also takes `enabled`: false gives back the host's original; a section left out isn't managed at all; and",
    "`apply`: false only measures: its checks run in `verify`, all as audits, and no apply changes or gives back anything.",
    "A time is seconds, or as people write it: 10s, 2m, 1h30m, 1d, 1w.",
    "A proof is what an apply brings about, or rolls back for. An audit is what no plan can alter, and what a waiver may speak of;",
    'of a "proof or audit" the host decides: what somebody else brought about there is an audit. Of an "audit or advice" the',
    "profile decides: advice is told, and counts for nothing.",
    "Benchmark numbers are metadata: numbers only, for your own mapping.",
    "",
  ];
  const reversed = [...controls].reverse();
  return [head.join("\n"), ...reversed.map(section), sources(reversed, hostChecks)].join("\n");
}
