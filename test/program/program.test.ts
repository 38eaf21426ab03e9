/** From words to what a command gets, and from what it gives to what is shown. */
import { describe, expect, it } from "vitest";
import type { Changes, Command, Line, Outside } from "../../src/command/command.ts";
import { format } from "../../src/command/formats.ts";
import { onHosts } from "../../src/command/on-hosts.ts";
import { reach, targets, whichRun } from "../../src/command/words.ts";
import { HardenError } from "../../src/errors.ts";
import { commands } from "../../src/program/index.ts";
import { program } from "../../src/program/program.ts";
import { plainPage } from "../../src/reports/page.ts";
import type { Event } from "../../src/run/ports.ts";

interface Called {
  readonly words: string;
  readonly given: Readonly<Record<string, unknown>>;
  readonly typed: readonly string[];
}

async function called(...argv: string[]): Promise<Called> {
  const calls: Called[] = [];
  const run = async ({ words }: Command, { given, typed }: Line) =>
    void calls.push({ words, given, typed: [...typed] });
  const quiet = () => {};
  const edges = { version: "0", print: quiet, complain: quiet, run, typed: argv };
  await program(edges).parseAsync(argv, { from: "user" });
  expect(calls).toHaveLength(1);
  return calls[0]!;
}

describe("words", () => {
  it.each(commands.map(({ words }) => words))("name %s, whose help is that of the whole", (words) => {
    const quiet = () => {};
    const edges = { version: "0", print: quiet, complain: quiet, run: async () => {} };
    const help = (typed: readonly string[]) =>
      words
        .split(" ")
        .reduce(
          (above, name) => above.commands.find((each) => each.name() === name)!,
          program({ ...edges, typed }),
        )
        .helpInformation();
    expect(help(words.split(" "))).toBe(help([]));
  });

  it("parse to what the command takes, and tell what was typed", async () => {
    const argv = ["apply", "a", "b", "--only", "ssh,sysctl", "--only", "auditd", "--no-confirm", "-y"];
    const { words, given, typed } = await called(...argv);
    expect(words).toBe("apply");
    expect(given).toMatchObject({
      targets: ["a", "b"],
      profile: "production",
      only: ["ssh", "sysctl", "auditd"],
      skip: [],
      confirm: false,
      confirmTimeout: 120,
      yes: true,
      format: "text",
    });
    expect(typed).toEqual(["only", "yes", "confirm"]);
  });

  it.each([
    ["runs", "prune", "a", "--keep", "3", "--format", "json"],
    ["runs", "--format", "json", "prune", "--keep", "3", "a"],
  ])("below a word that has the same options are heard: %s %s %s", async (...argv) => {
    const { words, given, typed } = await called(...argv);
    expect(words).toBe("runs prune");
    expect(given).toMatchObject({ targets: ["a"], keep: 3, format: "json" });
    expect([...typed].sort()).toEqual(["format", "keep"]);
  });

  it.each([
    ["90", 90],
    ["2m", 120],
    ["1h30m", 5400],
    ["1d", 86_400],
  ])("take a time as people write it: %s", async (typed, seconds) => {
    const { given } = await called("rollback", "--confirm-timeout", typed);
    expect(given).toMatchObject({ confirmTimeout: seconds });
  });

  it.each([
    ["verify", "web1", "-v", "-o", "json", "--failed-only"],
    ["verify", "web1", "--verbose", "--format", "json", "--failed-only"],
  ])("are short where they are typed every day: %s %s %s %s", async (...argv) => {
    const { given } = await called(...argv);
    expect(given).toMatchObject({ verbose: true, format: "json", failedOnly: true });
  });

  it("have initial values where nothing was typed", async () => {
    expect((await called("profile", "show")).given).toEqual({ name: "production", format: "text" });
    expect((await called("profile", "validate")).given).toEqual({ names: [], format: "text" });
  });

  it.each([
    ["apply", "--confirm-timeout", "5"],
    ["apply", "--confirm-timeout", "25h"],
    ["rollback", "--confirm-timeout", "soon"],
    ["runs", "prune", "--keep", "many"],
    ["verify", "--format", "yaml"],
    ["bans", "--unban", "10.0.0.0/8"],
    ["bans", "--unban", "a.example"],
    ["events", "--since", "tomorrow"],
    ["events", "--key", "-x"],
    ["profile", "schema", "--format", "json"],
  ])("are refused: %s %s %s", async (...argv) => {
    await expect(called(...argv)).rejects.toMatchObject({ exitCode: 1 });
  });

  it.each([
    [["20260101-000000-deadbeef", undefined], { run: "20260101-000000-deadbeef" }],
    [["host", undefined], { target: "host" }],
    [["host", "20260101-000000-deadbeef"], { target: "host", run: "20260101-000000-deadbeef" }],
    [[undefined, undefined], {}],
  ] as const)("name a host and a run: %j", ([target, run], which) => {
    expect(whichRun({ target, run })).toEqual(which);
  });
});

describe("what a command on hosts gives", () => {
  const said: string[] = [];
  const events: Event[] = [];
  const begun: Changes[] = [];
  const outside: Outside = {
    version: "1.2",
    self: ["/usr/bin/harden"],
    page: plainPage,
    sidePage: plainPage,
    ports: async (_reach, { targets: known }) => {
      events.push({ kind: "say", target: "", level: "info", text: `ports for ${known}` });
      return { emit: (event: Event) => void events.push(event) } as never;
    },
    say: (text) => void said.push(text),
    interrupted: new AbortController().signal,
    begin: (changes) => void begun.push(changes),
    places: () => Promise.reject(new Error("no profile is asked for")),
    project: async () => undefined,
    piped: () => Promise.reject(new Error("nothing is piped in")),
    checkSavable: () => Promise.reject(new Error("nothing is saved")),
    ask: () => Promise.reject(new Error("nobody is asked")),
    askSecret: () => Promise.reject(new Error("no secret is asked for")),
  };
  const command = onHosts({
    words: "try",
    summary: "",
    arguments: targets,
    options: { ...reach, ...format },
    changes: "by a run",
    input: async ({ given }) => given.targets.length,
    act: async () => async (input, ports) => {
      expect(begun).toEqual(["by a run"]);
      const unplanned = new HardenError("connect", "Nobody answers.", { hint: "Look." });
      const early = { target: "c", ok: false, error: unplanned } as const;
      ports.emit({ kind: "plans", report: [early] });
      const error = new HardenError("connect", "No way in.", { cause: "secret" });
      const failed = { target: "b", ok: false, error } as const;
      const done = { target: "a", ok: true, value: input, verdict: "changes", status: 2 } as const;
      return {
        report: [
          done,
          ...[failed, early].map((each) => ({ ...each, verdict: "unreachable", status: 1 }) as const),
        ],
        status: 4,
      };
    },
    text: async () => (report, _page, input) => `${report.length} results of ${input}`,
    plans: async () => (report, page) => `${report.length} ${page.quiet ? "quiet " : ""}plans`,
    file: async (_report, { given, version }) => ({
      path: given.targets.join(),
      what: "plan",
      text: version,
      said: "saved",
    }),
  });
  const run = (as: string, more: object = {}) => {
    begun.length = 0;
    const given = { targets: ["a", "b"], identity: [], format: as, ...more };
    return command.run({ given, typed: new Set() }, outside);
  };

  it("is a text, failures beside it, and a file", async () => {
    expect(await run("text")).toMatchObject({
      out: "3 results of 2",
      errors: ["harden: b: No way in."],
      status: 4,
      hosts: [
        { target: "a", verdict: "changes" },
        { target: "b", verdict: "unreachable" },
        { target: "c", verdict: "unreachable" },
      ],
      file: { path: "a,b", text: "1.2", said: "saved" },
    });
    // What is told before anybody is asked isn't told again.
    expect(said).toEqual(["1 plans", "harden: c: Nobody answers.\n  next: Look."]);
    expect(events.map(({ kind }) => kind)).toEqual(["say", "plans"]);
  });

  it("is asked about whole, however quiet the rest is", async () => {
    said.length = 0;
    await run("text", { quiet: true });
    await run("text", { quiet: true, yes: true });
    expect(said.filter((text) => text.endsWith("plans"))).toEqual(["1 plans", "1 quiet plans"]);
  });

  it("is all of it in JSON, without what is for developers", async () => {
    const { out, errors } = await run("json");
    expect(errors).toEqual([]);
    expect(JSON.parse(out)).toEqual([
      { target: "a", verdict: "changes", status: 2, value: 2 },
      { target: "b", verdict: "unreachable", status: 1, error: { code: "connect", message: "No way in." } },
      {
        target: "c",
        verdict: "unreachable",
        status: 1,
        error: { code: "connect", message: "Nobody answers.", hint: "Look." },
      },
    ]);
  });
});
