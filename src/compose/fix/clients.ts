/** Who has to be given a password, and how what can't read one from a file gets it: told, never rewritten. Pure. */
import { keptInText } from "../../secrets/kept.ts";
import { problemText } from "../problem.ts";
import { get, type Node, type Origin, pairsOf } from "../tree.ts";
import { type ProjectSeen, type ServiceView, views } from "../view.ts";
import { mentions } from "./moving.ts";
import { isOpen, optionsOf, programOf, startOf } from "./redis.ts";

interface Place {
  readonly at: Origin;
  readonly message: string;
}

/** `generated`: services that have just got a password. */
export function told(seen: ProjectSeen, generated: readonly string[]): readonly string[] {
  const own = views(seen).filter(({ at }) => at.file === seen.file);
  return [
    ...own.filter((view) => isOpen(view) === true).flatMap(openText),
    ...own.filter(({ name }) => generated.includes(name)).flatMap(givenText),
    ...own.flatMap(shownText),
    ...urlText(own),
  ];
}

const lines = (places: readonly Place[]) => places.map((place) => `  ${problemText(place)}`);

function openText(view: ServiceView): readonly string[] {
  const { name, at } = view;
  const message = `${name} has no password: whoever reaches it reads and changes all that it has.`;
  return [
    `${problemText({ at, message })} --set-passwords gives it one, in a file of its own; these then fail until they are given it, too:`,
    ...failing(view),
  ];
}

function givenText(view: ServiceView): readonly string[] {
  const { name } = view;
  return [
    `${name} has a password now, generated, in its file of secrets/. Nothing else was rewritten: these fail until they are given it, too:`,
    ...failing(view),
  ];
}

const failing = (view: ServiceView) => [
  ...lines(clientsOf(view)),
  "  whatever else is on its networks, or was told its address elsewhere",
];

/** Where other services name one, each once; the order in which services start says nothing where more is said. */
function clientsOf({ name, seen }: ServiceView): readonly Place[] {
  return views(seen)
    .filter((other) => other.name !== name)
    .flatMap((other) => {
      const named = placesIn(other, name);
      const said = named.filter(({ message }) => !/ (depends_on|links)$/.test(message));
      return said.length > 0 ? said : named;
    });
}

const placesIn = ({ name, node }: ServiceView, word: string): readonly Place[] => [
  ...pairsOf(get(node, "environment")).flatMap(({ key, at, written }) =>
    hasHost(written, word) ? [{ at, message: `${name} ${key}` }] : [],
  ),
  ...["command", "entrypoint", "depends_on", "links"].flatMap((key) => {
    const found = get(node, key);
    return found !== undefined && names(found, word) ? [{ at: found.at, message: `${name} ${key}` }] : [];
  }),
];

const names = (node: Node, word: string) =>
  node.kind === "map" ? node.entries.has(word) : mentions(node, word);

/** `redis`, `redis:6379`, `redis://redis:6379/0`, `a:1,redis:2`. */
function hasHost(written: string, word: string): boolean {
  const hosts = written.replace(/[a-z][\w+.-]*:\/\//gi, " ").split(/[\s,;@/]+/);
  return hosts.some((host) => host.replace(/:.*$/, "") === word);
}

/** A variable's value is somebody else's to keep, so that it stays; where it shows is told. */
function shownText(view: ServiceView): readonly string[] {
  const { name, node } = view;
  const command = get(node, "command");
  const program = programOf(view);
  const words = program === undefined ? undefined : startOf(program, command);
  if (command === undefined || words === undefined) return [];
  if (
    !optionsOf(words).options.some(
      ([option, value]) => /^--requirepass$/i.test(option!) && value?.includes("$"),
    )
  )
    return [];
  const message = `${name} has its password in the command: docker inspect shows it, and so does the list of processes while the server starts.`;
  return [
    `${problemText({ at: command.at, message })} In a file below secrets:, of mode 0400 and its user's, nothing does: requirepass PASSWORD, and as the command ${words[0]} /run/secrets/NAME with all other options behind it.`,
  ];
}

function urlText(own: readonly ServiceView[]): readonly string[] {
  const urls = own.flatMap(({ name, node }) =>
    pairsOf(get(node, "environment")).flatMap(({ key, at, written }) =>
      keptInText(written) !== "none" && /:\/\//.test(written) ? [{ at, key, message: `${name} ${key}` }] : [],
    ),
  );
  const [first] = urls;
  if (first === undefined) return [];
  return [
    "A password in a URL shows in docker inspect. No image is known to take a URL from a file, so that these stay:",
    ...lines(urls),
    "Let the program put it together from a file, or a wrapper before it, with the image's own entrypoint and command behind it:",
    `  entrypoint: ["/bin/sh", "-c", 'export ${first.key}="…$$(cat /run/secrets/NAME)…" && exec "$$0" "$$@"', PROGRAM, ARGUMENT]`,
  ];
}
