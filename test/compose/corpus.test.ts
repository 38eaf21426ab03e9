/** Twenty projects in as many styles: what is found in each stays what it is, and a fix changes nothing but what it adds. */
import { diffLines } from "diff";
import { beforeAll, describe, expect, it } from "vitest";
import { failing, isAdvised } from "../../src/assess/assess.ts";
import type { Composed } from "../../src/compose/composed.ts";
import { type ComposeProject, loadProject } from "../../src/compose/project.ts";
import { readYaml } from "../../src/compose/read.ts";
import { keyAt, type Node } from "../../src/compose/tree.ts";
import { composeFix } from "../../src/features/compose/fix.ts";
import { composeCheck } from "../../src/features/compose/work.ts";
import type { Profile } from "../../src/profile/profile.ts";
import type { Fixed } from "../../src/results/compose.ts";
import { type Example, examples, imagesIn } from "./corpus.ts";
import { keep, today } from "./world.ts";

/** With the main file's text in its place. */
const readerOf =
  ({ files, main }: Example, text = files[main]!) =>
  async (path: string) =>
    path === main ? text : files[path];

/** An example, with or without a profile that knows all its images. */
interface Case {
  readonly name: string;
  readonly example: Example;
  readonly images?: Profile["images"];
}

const cases: readonly Case[] = examples.flatMap((example) => [
  { name: example.name, example },
  { name: `${example.name}, with a profile of its images`, example, images: imagesIn(example) },
]);

async function checked({ example, images = {} }: Case, text?: string): Promise<Composed> {
  const options = { read: readerOf(example, text), keep, today, images, together: true };
  const { report } = await composeCheck([example.main, ...example.over], options);
  const [first] = report;
  if (!first?.ok) throw first?.error ?? new Error("no report");
  return first.value;
}

const fixed = ({ example, images = {} }: Case, text?: string) =>
  composeFix(example.main, { read: readerOf(example, text), keep, today, images });

const loaded = (example: Example, text?: string) => loadProject(example.main, readerOf(example, text));

/** By service or network: the ids that don't hold, advice among them. */
function idsOf({ checks }: Composed) {
  const byOwner: Record<string, string> = {};
  for (const { id, object } of [...failing(checks), ...checks.filter(isAdvised)]) {
    const [owner = ""] = object.split(" ");
    const ids = new Set(byOwner[owner]?.split(" ")).add(id);
    byOwner[owner] = [...ids].sort().join(" ");
  }
  return byOwner;
}

const commentsOf = (text: string) => readYaml(text, "f").comments.map((comment) => comment.text);

/** Each value behind its path, services extended and merge keys followed; of a list the place doesn't count. */
function leavesOf(node: Node, path: string): readonly string[] {
  if (node.kind === "value") return [`${path} = ${JSON.stringify(node.value)}`];
  if (node.kind === "list") return node.items.flatMap((item) => leavesOf(item, path));
  return [...node.entries].flatMap(([key, { value }]) => leavesOf(value, `${path}.${key}`));
}

const allLeaves = ({ services, tree }: ComposeProject) => [
  ...services.flatMap(({ name, node }) => leavesOf(node, `services.${name}`)),
  ...[...tree.entries].flatMap(([key, { value }]) => (key === "services" ? [] : leavesOf(value, key))),
];

/** What of one isn't in the other, each as often as it is there. */
function without(all: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return all.filter((each) => {
    const at = left.indexOf(each);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

/** Whether all characters of one stand in the other, in their order. */
function isWidened(line: string, into: string): boolean {
  let at = 0;
  for (const char of into) if (char === line[at]) at += 1;
  return at === line.length;
}

/** The lines that are gone, without those that only got more in them; counted from 1. */
function goneLines(before: string, after: string): readonly number[] {
  const changes = diffLines(before, after);
  let line = 1;
  return changes.flatMap(({ removed, added, value, count = 0 }, index) => {
    const first = line;
    if (!added) line += count;
    const next = changes[index + 1];
    if (!removed || (next?.added && isWidened(value.trimEnd(), next.value))) return [];
    return Array.from({ length: count }, (_, at) => first + at);
  });
}

/** The services whose ports are to be closed: databases, caches and queues. */
const closedBy = ({ checks }: Composed) =>
  failing(checks).flatMap(({ id, object, found }) =>
    id === "networks.database" && found.startsWith("it publishes") ? [object.split(" ")[0]!] : [],
  );

/** The lines of `ports` of these services; by indentation, as a person sees them. */
function portLines(text: string, { services }: ComposeProject, names: readonly string[]): readonly number[] {
  const lines = text.split("\n");
  return services.flatMap(({ name, node }) => {
    const at = keyAt(node, "ports");
    if (at === undefined || !names.includes(name)) return [];
    const isInside = (line: string) => /^( *)(- )?/.exec(line)![0].length > at.column - 1;
    const length = lines.slice(at.line).findIndex((line) => !isInside(line));
    return Array.from({ length: length + 1 }, (_, index) => at.line + index);
  });
}

it("are twenty", () => expect(examples).toHaveLength(20));

describe.each(cases)("$name", (each) => {
  const { example, images } = each;
  const text = example.files[example.main]!;
  let was: Composed;
  let once: Fixed;
  beforeAll(async () => {
    was = await checked(each);
    once = await fixed(each);
  });

  if (images)
    it("has nobody cut off who must call out", () => {
      expect(failing(once.left.checks).filter(({ id }) => id === "networks.egress")).toEqual([]);
    });
  else
    it("has what is found in it, what a fix leaves, and what is to be done by hand", () => {
      const told = was.findings.map(({ message }) => message);
      const byHand = once.byHand.map(({ key, why }) => `${key}: ${why}`);
      expect({ found: idsOf(was), told, left: idsOf(once.left), byHand }).toMatchSnapshot();
    });

  it("keeps every comment, every line end, and every line but the ports of databases", async () => {
    expect(commentsOf(once.text)).toEqual(commentsOf(text));
    expect(/(?<!\r)\n/.test(once.text)).toBe(/(?<!\r)\n/.test(text) || !text.includes("\n"));
    const closed = portLines(text, await loaded(example), closedBy(was));
    expect(goneLines(text, once.text).filter((line) => !closed.includes(line))).toEqual([]);
  });

  it("is fixed to the same services, by the same schema, with every value that they had", async () => {
    const [before, after] = [await loaded(example), await loaded(example, once.text)];
    expect(after.problems).toEqual([]);
    expect(after.services.map(({ name }) => name)).toEqual(before.services.map(({ name }) => name));
    const lost = without(allLeaves(before), allLeaves(after));
    const closed = closedBy(was).map((name) => `services.${name}.ports`);
    expect(lost.filter((leaf) => !closed.some((path) => leaf.startsWith(path)))).toEqual([]);
    expect((await checked(each, once.text)).services).toEqual(was.services);
  });

  it("is as it was when it is fixed again", async () => {
    const twice = await fixed(each, once.text);
    expect([twice.diff, twice.text, twice.byHand]).toEqual(["", once.text, once.byHand]);
  });
});
