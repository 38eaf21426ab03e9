/** SARIF 2.1.0, as code scanning reads it: a run a report; what is waived is a suppressed result. */
import type { Log, ReportingDescriptor, Result } from "sarif";
import { jsonText, stripControl } from "../text.ts";
import { ofItems } from "./format.ts";
import type { HostItems, Item } from "./items.ts";
import { clean } from "./paint.ts";

const schema = "https://json.schemastore.org/sarif-2.1.0.json";
const levels = { high: "error", medium: "warning", low: "note" } as const;

const isResult = ({ state }: Item) => state !== "good" && state !== "beside the point";

function ruleOf({ rule, title, severity, references }: Item): ReportingDescriptor {
  const tags = references.map(({ benchmark, number }) => `${benchmark}: ${number}`);
  return {
    id: rule,
    // Titles of changes and findings speak of one host.
    shortDescription: { text: references.length > 0 ? stripControl(title) : rule },
    defaultConfiguration: { level: levels[severity] },
    ...(tags.length === 0 ? {} : { properties: { tags } }),
  };
}

function resultOf(item: Item, { target, file }: HostItems, rules: readonly string[]): Result {
  const { rule, object, title, word, lines, waived, diff, place, since } = item;
  const said = [clean(`${target}: ${word}: ${title}`), ...lines, ...(diff === undefined ? [] : [diff])].join(
    "\n",
  );
  const name = [target, object].filter(Boolean).join(" ");
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    kind: "fail",
    level: levelOf(item),
    message: { text: stripControl(said) },
    locations: [
      {
        ...physicalOf(place, file),
        logicalLocations: [{ fullyQualifiedName: clean(name), kind: "resource" }],
      },
    ],
    partialFingerprints: { "hardenItem/v1": stripControl([target, rule, object].join(" ")) },
    ...(since === undefined ? {} : { baselineState: since === "new" ? "new" : "unchanged" }),
    ...(waived === undefined
      ? {}
      : {
          suppressions: [
            {
              kind: "external",
              status: "accepted",
              justification: stripControl(
                `${waived.reason} (${[waived.owner, `until ${waived.until}`].filter(Boolean).join(", ")})`,
              ),
            },
          ],
        }),
  };
}

/** What is only told is no error: a gate that fails on errors ends as the command does. */
function levelOf({ state, severity }: Item) {
  if (state === "unmeasured") return "error";
  return state === "told" && severity === "high" ? "warning" : levels[severity];
}

/** A place of its own, else the file that all are from. */
function physicalOf(place: Item["place"], file: string | undefined) {
  if (place === undefined)
    return file === undefined ? {} : { physicalLocation: { artifactLocation: { uri: uriOf(file) } } };
  const region = { startLine: place.line, startColumn: place.column };
  return { physicalLocation: { artifactLocation: { uri: uriOf(place.file) }, region } };
}

const uriOf = (path: string) =>
  path
    .replace(/\p{Cs}/gu, "\ufffd")
    .split("/")
    .map(encodeURIComponent)
    .join("/");

/** By host. */
const leftOut = (hosts: readonly HostItems[]) =>
  Object.fromEntries(hosts.map(({ target, left = 0 }) => [clean(target), left]));

export const sarif = ofItems((command, hosts) => {
  const all = hosts.flatMap((host) => host.items.filter(isResult).map((item) => ({ item, host })));
  const byRule = new Map(all.map(({ item }) => [item.rule, ruleOf(item)]));
  const rules = [...byRule.keys()];
  const errors = hosts.flatMap(({ target, error }) =>
    error === undefined ? [] : [{ level: "error" as const, message: { text: `${target}: ${error}` } }],
  );
  const log: Log = {
    $schema: schema,
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: `harden ${command}`, rules: [...byRule.values()] } },
        invocations: [{ executionSuccessful: errors.length === 0, toolExecutionNotifications: errors }],
        results: all.map(({ item, host }) => resultOf(item, host, rules)),
        ...(hosts.some(({ left }) => left !== undefined) ? { properties: { leftOut: leftOut(hosts) } } : {}),
      },
    ],
  };
  return jsonText(log);
});
