/** The next command that a person is told works as it is pasted, with what the last one was given. */
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Command, Line } from "../../src/command/command.ts";
import { againWith, nextOf } from "../../src/command/next.ts";
import { program } from "../../src/program/program.ts";
import { appliedText } from "../../src/reports/applied.ts";
import { fold, plainPage } from "../../src/reports/page.ts";
import { clean } from "../../src/reports/paint.ts";
import { reachedBy } from "../../src/targets.ts";

/** What a command line parses to. */
async function called(...argv: readonly string[]): Promise<{ command: Command; line: Line }> {
  let found: { command: Command; line: Line } | undefined;
  await program({
    version: "0",
    print: () => {},
    complain: () => {},
    run: async (command, line) => {
      found = { command, line };
    },
  }).parseAsync(["node", "harden", ...argv]);
  return found!;
}

/** The words that a shell makes of a command. */
const pasted = (command: string) =>
  execFileSync("sh", ["-c", `harden() { printf '%s\\0' "$@"; }; ${command}`])
    .toString()
    .split("\0")
    .slice(0, -1);

const run = "20261126-140007-dc57cfcf";

describe("the next command", () => {
  it("has what reaches the host, and nothing that was not typed", async () => {
    const { line } = await called(
      ...["apply", "deploy@[2001:db8::7]:2222", "-F", "my hosts.conf", "-i", "a", "-i", "b", "--log", "l"],
      ...["--accept-new-host-key", "--profile", "strict.yaml", "--only", "ssh,sysctl", "--yes", "--diff"],
      ...["--sudo-password-file", "/run/secrets/sudo"],
    );
    const there = `'deploy@[2001:db8::7]:2222'`;
    const reach =
      "--identity a --identity b --sudo-password-file /run/secrets/sudo --ssh-config 'my hosts.conf' --log l";
    const next = nextOf(line);
    const target = "deploy@[2001:db8::7]:2222";
    expect(next("rollback", target, run)).toBe(`harden rollback ${there} ${run} ${reach}`);
    expect(next("verify", target)).toBe(
      `harden verify ${there} ${reach} --profile strict.yaml --only ssh --only sysctl`,
    );
    expect(next("runs prune", "this machine")).toBe(`harden runs prune ${reach}`);
    expect(nextOf((await called("apply", "web1")).line)("runs", "web1")).toBe("harden runs web1");
  });

  it("has a login's password for that login alone", async () => {
    const next = nextOf((await called("apply", "root@web1", "web2", "--password-file", "pw")).line);
    expect(next("runs", "root@web1")).toBe("harden runs root@web1 --password-file pw");
    expect(next("runs", "web2")).toBe("harden runs web2 --password-file pw");
    for (const target of ["root@web1", "web2"])
      expect(next("runs", reachedBy(target, { user: "deploy" }))).toBe(
        `harden runs ${reachedBy(target, { user: "deploy" })}`,
      );
    const settled = { outcome: "confirmed", run, notes: [], checks: [], open: [] } as const;
    const value = { ...settled, reachedAs: reachedBy("root@web1:2222", { user: "deploy" }) };
    expect(appliedText("root@web1:2222", value)).toContain(
      `To undo it: harden rollback deploy@web1:2222 ${run}`,
    );
  });

  it("has a time only where it counts, and asks for a password again", async () => {
    const next = nextOf((await called("apply", "web1", "-K", "--confirm-timeout", "10m")).line);
    expect(next("rollback", "web1")).toBe("harden rollback web1 --ask-sudo-password --confirm-timeout 600");
    expect(next("runs", "web1")).toBe("harden runs web1 --ask-sudo-password");
  });

  it.each([
    [
      ["apply", "web1", "db 1", "--no-confirm", "-p", "a b"],
      ["apply", "web1", "db 1", "--profile", "a b", "--no-confirm", "--yes"],
    ],
    [
      ["rollback", "web1", run, "--to", run],
      ["rollback", "web1", run, "--to", run, "--yes"],
    ],
    [["uninstall"], ["uninstall", "--yes"]],
  ])("is the very same with what it lacked: %j", async (argv, words) => {
    const { command, line } = await called(...argv);
    expect(pasted(againWith("--yes", command, line))).toEqual(words);
    expect((await called(...words)).line.typed).toEqual(new Set([...line.typed, "yes"]));
  });

  const word = fc
    .oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 12 }),
      fc
        .array(
          fc.constantFrom(
            "'",
            '"',
            "\\",
            "$(id)",
            "`id`",
            "!",
            "*",
            "~",
            " ",
            ". A",
            "; ",
            ": harden ",
            "\u202e",
            "\t",
            "\n-",
          ),
          { minLength: 1, maxLength: 6 },
        )
        .map((parts) => parts.join("")),
    )
    // No argument has a NUL or half a character, no substitution keeps the newline at its end, and an empty name is none.
    .filter((text) => !/[\0\p{Surrogate}]|\n$/u.test(text) && text !== "-");

  it("gives a shell every word as it was, as it is shown on a page", () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 4 }), word, (files, config) => {
        const given = { identity: files, sshConfig: config, targets: [] };
        const next = nextOf({ given, typed: new Set(["identity", "sshConfig"]) });
        const words = [
          "rollback",
          "web1",
          run,
          ...files.flatMap((file) => ["--identity", file]),
          "--ssh-config",
          config,
        ];
        expect(pasted(clean(next("rollback", "web1", run)))).toEqual(words);
      }),
      { numRuns: 60, seed: 20261127 },
    );
  });

  it("stands in one line of a narrow terminal", async () => {
    const { line } = await called(
      "apply",
      "web1",
      "-F",
      "/home/deploy/team/hosts of the team.conf",
      "-i",
      "/home/deploy/.ssh/team",
    );
    const next = nextOf(line);
    const value = {
      outcome: "confirmed",
      run,
      notes: [],
      checks: [],
      open: [],
      plan: undefined as never,
    } as const;
    const text = appliedText("web1", value, { ...plainPage, width: 40, next });
    expect(text.split("\n")).toContainEqual(
      expect.stringMatching(/^ *(To undo it: )?harden rollback web1 .* team.conf'$/),
    );
    const both = `  Keep it: ${next("confirm", "web1", run)}. Or undo it now: ${next("rollback", "web1", run)}`;
    const lines = fold(both, { width: 40 }).split("\n");
    for (const verb of ["confirm", "rollback"])
      expect(lines.some((each) => each.includes(next(verb, "web1", run)))).toBe(true);
    expect(lines.join(" ").replace(/ +/g, " ")).toBe(both.replace(/ +/g, " "));
  });
});
