/** What the names in a project file stand for: hosts, groups, lines, profiles. By the tree, so that it is told with all that is wrong elsewhere. Pure. */
import { checklist } from "../checks/lines.ts";
import { identityChecks } from "../cloud/checks/identity.ts";
import { nearest } from "../profile/nearest.ts";
import { type Problem, problem } from "../profile/problem.ts";
import { at, type MapTree, type Path } from "../profile/tree.ts";
import { localTarget } from "../targets.ts";
import { parseTarget } from "../transports/target.ts";

export const nameProblems = (tree: MapTree): readonly Problem[] => [
  ...hostsIn(tree),
  ...everyoneIn(tree),
  ...takenIn(tree),
  ...selectorsIn(tree),
  ...profilesIn(tree),
  ...attestationsIn(tree),
];

/** The keys of a map; none where there is no map. */
function keysAt(tree: MapTree, path: Path): readonly string[] {
  const node = at(tree, path);
  return node?.kind === "map" ? [...node.entries.keys()] : [];
}

/** The texts of a list, each with its path. */
function textsAt(tree: MapTree, path: Path): readonly { readonly text: string; readonly path: Path }[] {
  const node = at(tree, path);
  if (node?.kind !== "list") return [];
  return node.items.flatMap((item, index) =>
    item.kind === "scalar" && typeof item.value === "string"
      ? [{ text: item.value, path: [...path, index] }]
      : [],
  );
}

const textAt = (tree: MapTree, path: Path): string | undefined => {
  const node = at(tree, path);
  return node?.kind === "scalar" && typeof node.value === "string" ? node.value : undefined;
};

const unknown = (
  tree: MapTree,
  { text, path }: { readonly text: string; readonly path: Path },
  { names, what }: { readonly names: readonly string[]; readonly what: string },
): readonly Problem[] =>
  names.includes(text)
    ? []
    : [
        problem(at(tree, path)?.origin ?? tree.origin, path, {
          message: `there is no ${what} \`${text}\``,
          suggestion: nearest(text, names),
        }),
      ];

/** Hosts that no ssh could reach, and groups that aren't there. */
function hostsIn(tree: MapTree): readonly Problem[] {
  const names = keysAt(tree, ["groups"]);
  return keysAt(tree, ["hosts"]).flatMap((host) => [
    ...targetProblem(host, tree),
    ...textsAt(tree, ["hosts", host, "groups"]).flatMap((each) =>
      unknown(tree, each, { names, what: "group" }),
    ),
  ]);
}

/** A name that JavaScript has for something else would be a host that nobody sees. */
const takenIn = (tree: MapTree): readonly Problem[] =>
  ["hosts", "groups", "tiers", "compose"]
    .filter((section) => keysAt(tree, [section]).includes("__proto__"))
    .map((section) =>
      problem(keyOf(tree, [section, "__proto__"]), [section, "__proto__"], { message: "call it otherwise" }),
    );

const everyoneIn = (tree: MapTree): readonly Problem[] =>
  keysAt(tree, ["groups"]).includes("all")
    ? [
        problem(keyOf(tree, ["groups", "all"]), ["groups", "all"], {
          message: "every host is in @all: call it otherwise",
        }),
      ]
    : [];

function selectorsIn(tree: MapTree): readonly Problem[] {
  const groups = keysAt(tree, ["groups"]).map((name) => `@${name}`);
  const names = [...keysAt(tree, ["hosts"]), "@all", ...groups];
  return ["tiers", "compose"].flatMap((section) =>
    keysAt(tree, [section]).flatMap((name) =>
      textsAt(tree, [section, name, "hosts"]).flatMap((each) =>
        unknown(tree, each, { names, what: "host or group" }),
      ),
    ),
  );
}

/** A word that nobody asks for would be believed to count. */
function attestationsIn(tree: MapTree): readonly Problem[] {
  const names: readonly string[] = [
    ...checklist.filter((line) => "attestable" in line).map(({ id }) => id),
    ...identityChecks.map(({ id }) => id),
  ];
  const node = at(tree, ["attestations"]);
  const count = node?.kind === "list" ? node.items.length : 0;
  return Array.from({ length: count }, (_, index): Path => ["attestations", index, "line"]).flatMap(
    (path) => {
      const line = textAt(tree, path);
      if (line === undefined || names.includes(line)) return [];
      return [
        problem(at(tree, path)!.origin, path, {
          message: `nobody may attest \`${line}\`: it is no line of the checklist, or checks answer it`,
          suggestion: nearest(line, names),
        }),
      ];
    },
  );
}

function targetProblem(host: string, tree: MapTree): readonly Problem[] {
  if (host === localTarget) return [];
  try {
    parseTarget(host);
    return [];
  } catch (error) {
    const { message } = error as Error;
    return [problem(keyOf(tree, ["hosts", host]), ["hosts", host], { message: message.replace(/\.$/, "") })];
  }
}

function keyOf(tree: MapTree, path: Path) {
  const parent = at(tree, path.slice(0, -1));
  const entry = parent?.kind === "map" ? parent.entries.get(String(path.at(-1))) : undefined;
  return entry?.keys.at(-1) ?? tree.origin;
}

/** A host of two groups that have a profile each must say which of them it has. */
function profilesIn(tree: MapTree): readonly Problem[] {
  return keysAt(tree, ["hosts"]).flatMap((host) => {
    const own = textsAt(tree, ["hosts", host, "groups"]).map(({ text }) => text);
    const several = [...new Set(own.flatMap((group) => textAt(tree, ["groups", group, "profile"]) ?? []))];
    if (textAt(tree, ["hosts", host, "profile"]) !== undefined || several.length < 2) return [];
    return [
      problem(keyOf(tree, ["hosts", host]), ["hosts", host], {
        message: `its groups have several profiles (${several.join(", ")}): write which one it has as \`profile\``,
      }),
    ];
  });
}
