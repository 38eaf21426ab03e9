/** Passwords and keys that the file itself has, or that others can read where they go. */
import { type Fault, type ObjectResult, resultOf } from "../../checks/object.ts";
import { searched } from "../../checks/texts.ts";
import { once } from "../../once.ts";
import { isSecretKey } from "../../secrets/index.ts";
import { type Kept, keptInText, keptOf, keptUnder } from "../../secrets/kept.ts";
import { checksOf, eachService, inspect, type PlacedFault } from "../check.ts";
import { commandText, isWritten, namesIn } from "../secrets.ts";
import { hooksOf, mountsOf } from "../service.ts";
import {
  entriesOf,
  get,
  itemsOf,
  keyAt,
  type Node,
  type Origin,
  pairsOf,
  textOf,
  valuesOf,
  writtenOf,
} from "../tree.ts";
import { type ProjectSeen, type ServiceView, views } from "../view.ts";
import { builtSecrets } from "./built.ts";

interface Place {
  readonly at: Origin;
  /** Never with its value. */
  readonly what: string;
  readonly kept: Kept;
  /** Where the usual one is of no use. */
  readonly remedy?: string;
}

const pairPlaces = (node: Node | undefined, where: string): readonly Place[] =>
  pairsOf(node).map(({ key, at, written }) => ({
    at,
    what: `${where}${key}`,
    kept: keptUnder(key, written),
  }));

/** A command in words is one text, for the word behind an option; it is the first word with which it has one. */
function textPlaces(node: Node | undefined, key: string): readonly Place[] {
  const values = valuesOf(node);
  const words = values.map(({ written }) => written);
  const keptUpTo = (count = words.length) => keptInText(commandText(words.slice(0, count)));
  const kept = keptUpTo();
  if (kept === "none") return [];
  const first = values.find((_, at) => keptUpTo(at + 1) !== "none")!;
  return [{ at: first.at, what: key, kept }];
}

/** Its value is the name of a file: mount.cifs(8), mount.ceph(8). */
const isFileOption = /^cred|file$/;

/** `password=…` of the options that a volume is mounted with. */
const optionPlaces = ({ node, tree }: ServiceView): readonly Place[] =>
  mountsOf(node)
    .filter(({ kind }) => kind === "volume")
    .flatMap(({ source }) =>
      pairsOf(get(tree, "volumes", source, "driver_opts")).flatMap(({ key, at, written }) =>
        (key === "o" ? written.split(",") : [`${key}=${written}`]).map((option) => {
          const [name = "", ...value] = option.split("=");
          const kept =
            isSecretKey(name) && !isFileOption.test(name) ? keptOf(value.join("=")) : ("none" as const);
          return { at, what: `volumes.${source} ${name}`, kept, remedy: byMount };
        }),
      ),
    );

const byMount =
  "Mount it on the host, with the secret in a file of root's alone (credentials= of mount.cifs), and give the service that folder; then change the secret, for docker volume inspect shows it.";

/** Texts of `configs` that stand in the file itself. */
const contentPlaces = ({ node, tree }: ServiceView): readonly Place[] =>
  itemsOf(get(node, "configs")).flatMap((item) => {
    const name = textOf(item) ?? textOf(get(item, "source")) ?? "";
    const config = get(tree, "configs", name);
    const at = keyAt(config, "content");
    const [secret] = namesIn(writtenOf(get(config, "content")) ?? "");
    return at === undefined || secret === undefined
      ? []
      : [{ at, what: `configs.${name} ${secret}`, kept: "written", remedy: byContent }];
  });

const byContent =
  "Put it into a file that is in no repository, name that below secrets:, and mount it in the config's place; then change it, for it has been read.";

/** Two checks go by them. */
const placesOf = once((view: ServiceView): readonly Place[] => [
  ...placesIn(view),
  ...optionPlaces(view),
  ...contentPlaces(view),
]);

const placesIn = ({ node }: ServiceView): readonly Place[] => [
  ...pairPlaces(get(node, "environment"), ""),
  ...pairPlaces(get(node, "build", "args"), "build.args "),
  ...["labels", "annotations"].flatMap((key) => pairPlaces(get(node, key), `${key} `)),
  ...["build", "deploy"].flatMap((key) => pairPlaces(get(node, key, "labels"), `${key}.labels `)),
  ...pairPlaces(get(node, "logging", "options"), "logging "),
  ...textPlaces(get(node, "build", "context") ?? get(node, "build"), "build"),
  ...["command", "entrypoint"].flatMap((key) => textPlaces(get(node, key), key)),
  ...textPlaces(get(node, "healthcheck", "test"), "healthcheck"),
  ...hooksOf(node).flatMap(({ key, node: hook }) => [
    ...pairPlaces(get(hook, "environment"), `${key} `),
    ...textPlaces(get(hook, "command"), key),
  ]),
  ...entriesOf(node).flatMap(([key, { value }]) =>
    key === "provider" || isExtension(key) ? extensionPlaces(value, key) : [],
  ),
];

const bySecret =
  "Put it into a file that is in no repository, name that below secrets:, and read it by the variable with _FILE where the image knows one; then change it, for it has been read.";

export const found = (view: ServiceView): readonly PlacedFault[] => faultsOf(placesOf(view));

/** Values below a key that is the file's own business, at any depth: compose passes them over, whoever reads the file doesn't. */
function extensionPlaces(node: Node, what: string): readonly Place[] {
  if (node.kind === "value") return [{ at: node.at, what, kept: keptUnder(what, node.written) }];
  if (node.kind === "list") return node.items.flatMap((item) => extensionPlaces(item, what));
  const nested = entriesOf(node).filter(([, { value }]) => value.kind !== "value");
  return [...pairPlaces(node, ""), ...nested.flatMap(([key, { value }]) => extensionPlaces(value, key))];
}

const isExtension = (key: string) => key.startsWith("x-");

/** What a service takes from there stands at the same place, and is told of the service. */
function inExtensions(seen: ProjectSeen): readonly ObjectResult[] {
  const own = entriesOf(seen.tree).flatMap(([key, { value }]) =>
    isExtension(key) ? faultsOf(extensionPlaces(value, key)).map((fault) => ({ key, fault })) : [],
  );
  if (own.length === 0) return [];
  const told = new Set(views(seen).flatMap((view) => found(view).map(({ at }) => placeText(at))));
  return own
    .filter(({ fault }) => !told.has(placeText(fault.at)))
    .map(({ key, fault }) => resultOf(key, fault));
}

const placeText = ({ file, line, column }: Origin) => `${file}:${line}:${column}`;

const faultsOf = (places: readonly Place[]): readonly PlacedFault[] =>
  places
    .filter(({ kept }) => isWritten(kept))
    .map(({ at, what, kept, remedy = bySecret }) => ({
      at,
      what,
      remedy,
      found:
        kept === "default"
          ? `${what} has a secret as the default of a variable`
          : `${what} has a secret in it`,
    }));

const visible = (view: ServiceView): readonly Fault[] =>
  placesOf(view)
    .filter(({ kept }) => kept === "variable")
    .map(({ at, what, remedy = byFile }) => ({
      at,
      what,
      found: `${what} has a secret from a variable`,
      remedy,
    }));

const byFile =
  "Give it as a file: secrets: of the service, and the variable with _FILE where the image knows one.";

export const secretChecks = checksOf({
  found: {
    id: "secrets.found",
    title: "No secret stands in the file",
    severity: "high",
    answers: ["secret.none"],
    decides: ["secret.none"],
    finds: ["secret"],
    guards: ["secret.application"],
    role: "audit",
    expected: "secrets as files, or as variables whose value is elsewhere",
    why: "Whoever reads the repository, a backup of it or a fork has it, for as long as its history lasts. By the name of the key, by the forms that issuers give to tokens and keys, by URLs and commands that have a password, and by words that nobody would choose.",
    leavesOpen:
      "A word that somebody chose isn't found under a name that may mean something else (KEY, SEED), nor one in a file that is copied.",
    stricter: searched,
    look: "grep -niE 'pass|secret|token|key' compose.yaml",
    test: (seen) => [...eachService(found)(seen), ...inExtensions(seen)],
    built: builtSecrets,
  },
  visible: {
    id: "secrets.visible",
    title: "Secrets come as files",
    severity: "medium",
    answers: ["secret.none"],
    finds: ["secret"],
    guards: ["secret.application"],
    role: "advice",
    expected: "a file below /run/secrets, by a variable with _FILE",
    why: "What comes by a variable shows in docker inspect and to every child of the process; what stands on the command line to everybody who may list processes.",
    leavesOpen: "Whatever runs as its user, or as root, in the container reads the file.",
    stricter:
      "Secrets that a vault makes for each start and that end by themselves: the vault has to be up first.",
    look: inspect("{{.Config.Env}} {{.Config.Cmd}}"),
    test: eachService(visible),
  },
});
