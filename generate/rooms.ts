/** The rooms of src, lowest first: a file imports only from its own room and from those below it. */
import { room as roomOf } from "./imports.ts";

export interface Room {
  /** A folder of src, or a file there. */
  readonly name: string;
  readonly what: string;
  /** Why it stands there. */
  readonly why: string;
  /** No I/O, no clock, no chance. */
  readonly pure?: true;
}

const room = (name: string, what: string, why: string): Room => ({ name, what, why });
const pure = (name: string, what: string, why = "for everyone"): Room => ({ name, what, why, pure: true });

export const rooms: readonly Room[] = [
  pure("once.ts", "what is derived once"),
  pure("glob.ts", "whether a name or a path fits a glob"),
  pure("path.ts", "which paths lie in a folder"),
  pure("day.ts", "a time as text, and the day of it, as waivers and certificates end by it"),
  pure("text.ts", "text from a host, made fit to be shown"),
  pure("quote.ts", "words for a shell, quoted so that no value is a command"),
  pure("volumes.ts", "which paths of the host a volume of the local driver is"),
  pure("capabilities.ts", "what the kernel calls the rights of a process"),
  pure("platform.ts", "what units, packages and files are called, by distribution and release"),
  pure("host-only.ts", "a value that goes back to its host, and into no output"),
  pure("errors.ts", "the error that users see, and its exit status"),
  room("bounded.ts", "input of any length, up to a bound", "for everyone"),
  room("outlet.ts", "output that may be closed, full, or gone", "says so by an error"),
  pure(
    "secrets",
    "which keys name a secret, which texts are one, and any text without them",
    "whatever shows a text asks it first",
  ),
  room(
    "transports",
    "the ways to a host: ssh, known hosts and keys, this machine",
    "carries bytes, and knows not what they mean",
  ),
  room("targets.ts", "what a user calls a host", "names what a transport reaches"),
  pure("next.ts", "the next command that somebody is told, whole", "names targets"),
  room(
    "profile",
    "YAML to a profile: search, extends, merge, schema, each error with its place",
    "a section is its control's; here none is known",
  ),
  pure(
    "edits",
    "edits in the text of a file: json, yaml, ini, key-value; folded from many controls, let go by key",
    "texts alone: who wants a key is not known here",
  ),
  room(
    "project",
    "`harden.yaml`: its schema, and what is added to it; which hosts words mean, and the profile of each; what an inventory of Ansible's says",
    "gives profiles to targets, and edits its own file",
  ),
  pure(
    "checks",
    "the record of a check, whatever it looks at, and what records share",
    "a record says what is looked at before anything is",
  ),
  pure(
    "facts",
    "probes and parsers; all probes to one script, its answer to facts",
    "says what is, and knows no control",
  ),
  pure(
    "kinds",
    "what a host can have, one primitive each, TypeScript beside its shell: compare, steps, apply, undo",
    "compares with facts, for any control",
  ),
  pure(
    "plan",
    "what a control is, the planner, ownership, undo, checks",
    "plans for whatever controls it is given, and knows none",
  ),
  room(
    "host",
    "the engine's shell, the collectors, scripts, and how they are sent",
    "does what a plan says, for any control",
  ),
  pure(
    "controls",
    "one hardening concern each, and the ordered list of them",
    "the first that knows what hosts should be",
  ),
  pure(
    "assess",
    "checks run, waivers, verdicts and what to do about each; score; an audit against an earlier one",
    "judges by all controls",
  ),
  pure(
    "compose",
    "compose files and Dockerfiles: read with the place of each value, extended, judged, mended",
    "its checks are assessed as those of hosts are",
  ),
  pure(
    "cloud",
    "a cloud's tiers: of the project file, and of what Terraform says; who may talk to whom, judged, drawn, exported",
    "its checks are assessed, too",
  ),
  pure(
    "running",
    "running containers as the services that compose's checks judge, by what is in force; who reaches whom, and what answers from elsewhere",
    "what runs is judged by the checks of files",
  ),
  pure(
    "results",
    "what commands give back of a host or a file, and the verdict and exit status that it stands for",
    "whoever works returns it, and whoever writes takes it",
  ),
  pure("reports", "results as text and as data, a file each format", "writes results, and knows no command"),
  room(
    "run",
    "the path of a plan and of an apply: open, collect, look, run, prove, roll back",
    "the work that commands share; it prints nothing",
  ),
  room(
    "audit",
    "a host, its containers, its ports from here, and files, looked at for an audit, a checklist or a comparison",
    "reads by the path of a plan",
  ),
  room(
    "command",
    "what a command line is made of: words, input, named hosts, formats; what disk and git say of a project's secrets",
    "joins work and reports, for any command",
  ),
  room(
    "features",
    "one folder a command: words and options, work, text; none imports another",
    "each is one command",
  ),
  room("program", "all commands, as a command line; completion and manual pages", "knows all commands"),
  room(
    "process",
    "what the process gives to commands: ways to hosts, a terminal, the log, the webhook",
    "the edge to the machine",
  ),
  room(
    "cli.ts",
    "argv to exit status: the one file with the process's output, environment and exit",
    "begins it all",
  ),
];

/** The rooms that a room may not import: those above it. */
const above = (name: string): readonly Room[] =>
  rooms.slice(rooms.findIndex((room) => room.name === name) + 1);

/** How many folders deep within src files lie, by the room. `files`: paths in src. */
function depthsOf(files: readonly string[], name: string): readonly number[] {
  const depths = files.filter((file) => roomOf(file) === name).map((file) => file.split("/").length - 1);
  return [...new Set(depths)].sort();
}

const isFile = (name: string) => name.endsWith(".ts");

const restricted = (includes: string, patterns: readonly object[]) => ({
  includes: [includes],
  linter: { rules: { style: { noRestrictedImports: { level: "error", options: { patterns } } } } },
});

/** Biome's rules: a room and a depth each, since a pattern is of the specifier, `../../plan/x.ts`. `files`: paths in src. */
export function importRules(files: readonly string[]): string {
  const overrides = rooms.flatMap(({ name }) =>
    depthsOf(files, name).flatMap((depth) => {
      const up = depth === 0 ? "./" : "../".repeat(depth);
      const group = above(name).map((room) => `${up}${room.name}${isFile(room.name) ? "" : "/**"}`);
      const patterns = [
        ...(group.length === 0
          ? []
          : [
              {
                group,
                message: `${name} stands below it: generate/rooms.ts says which room may import which.`,
              },
            ]),
        ...(name === "features"
          ? [
              {
                group: ["../*/*.ts", "!../../**"],
                message: "No feature imports another: what two need is a room's.",
              },
            ]
          : []),
      ];
      const includes = isFile(name)
        ? `src/${name}`
        : `src/${[name, ...Array(depth - 1).fill("*")].join("/")}/*.ts`;
      return patterns.length === 0 ? [] : [restricted(includes, patterns)];
    }),
  );
  return `${JSON.stringify({ overrides }, undefined, 2)}\n`;
}

const head = "| in `src` | what is there | why it stands there | pure |\n|---|---|---|---|\n";

/** docs/explanation/architecture.md with its table, the highest room first. */
export function architecturePage(page: string): string {
  const row = ({ name, what, why, pure }: Room) =>
    `| \`${name}\` | ${what} | ${why} | ${pure ? "yes" : ""} |\n`;
  const start = page.indexOf(head) + head.length;
  const end = page.indexOf("\n\n", start) + 1;
  return page.slice(0, start) + rooms.toReversed().map(row).join("") + page.slice(end);
}
