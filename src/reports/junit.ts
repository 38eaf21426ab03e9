/** JUnit's XML, as CI systems read it: a suite a host, a test case an item; what is waived or beside the point is skipped. */
import { stripControl } from "../text.ts";
import { ofItems } from "./format.ts";
import { type HostItems, type Item, itemsOf } from "./items.ts";

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** Characters that XML 1.0 has no way to write. */
const unwritable = /[\ufffe\uffff]|\p{Cs}/gu;

const xml = (text: string) =>
  stripControl(text)
    .replace(unwritable, "\ufffd")
    .replace(/[&<>"']/g, (char) => entities[char]!);

/** A reader would make blanks of them. */
const attribute = (text: string) => xml(text).replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");

const attributes = (values: Readonly<Record<string, string | number>>) =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${attribute(String(value))}"`)
    .join("");

const failures: Readonly<Record<Item["state"], "failure" | "error" | "skipped" | undefined>> = {
  good: undefined,
  told: undefined,
  bad: "failure",
  unmeasured: "error",
  waived: "skipped",
  "beside the point": "skipped",
};

function testCase({ rule, control, object, title, state, word, lines, diff = "" }: Item): string {
  const head = `    <testcase${attributes({ classname: control, name: [rule, object].filter(Boolean).join(" ") })}`;
  const text = [title, ...lines, ...(diff === "" ? [] : [diff])].join("\n");
  const kind = failures[state];
  if (state === "good") return `${head}/>`;
  if (kind === undefined) return `${head}>\n      <system-out>${xml(text)}</system-out>\n    </testcase>`;
  const message = [title, ...lines].join("; ");
  const inside =
    kind === "skipped"
      ? `<skipped>${xml(`${word}: ${message}`)}</skipped>`
      : `<${kind}${attributes({ type: word, message })}>${xml(text)}</${kind}>`;
  return `${head}>\n      ${inside}\n    </testcase>`;
}

const of = (items: readonly Item[], kind: string) =>
  items.filter(({ state }) => failures[state] === kind).length;

const counts = (items: readonly Item[]) => ({
  tests: items.length,
  failures: of(items, "failure"),
  errors: of(items, "error"),
});

const property = (name: string, value: string | number) => `<property${attributes({ name, value })}/>`;

function suite(host: HostItems): string {
  const items = itemsOf(host);
  return [
    `  <testsuite${attributes({ name: host.target, ...counts(items), skipped: of(items, "skipped") })}>`,
    `    <properties>${property("about", host.about)}${host.left === undefined ? "" : property("left out", host.left)}</properties>`,
    ...items.map(testCase),
    "  </testsuite>",
  ].join("\n");
}

export const junit = ofItems((command, hosts) =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: `harden ${command}`, ...counts(hosts.flatMap(itemsOf)) })}>`,
    ...hosts.map(suite),
    "</testsuites>",
    "",
  ].join("\n"),
);
