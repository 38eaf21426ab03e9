/** TAB in real shells, on a terminal: the same words as the help, and no name is ever a command. */
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listen } from "./faults.ts";
import { cli } from "./harden.ts";

/** What a file's name would do if a shell took it for more than a name. */
const hostile = ["$(touch hacked).yaml", "`touch hacked`.yaml", "a b;touch hacked;.yaml"];

interface Shell {
  readonly name: string;
  /** How it is started, with what it is to read first. */
  readonly command: string;
  readonly files: Readonly<Record<string, string>>;
}

const shells: readonly Shell[] = [
  {
    name: "bash",
    command: "bash --noprofile --rcfile HOME/rc -i",
    files: { rc: "PS1='ready> '\nsource <(harden completion bash)\n" },
  },
  {
    name: "zsh",
    command: "zsh -i",
    files: {
      ".zshrc":
        "PS1='ready> '\nunset zle_bracketed_paste\nunsetopt prompt_sp\nautoload -Uz compinit && compinit -u\nsource <(harden completion zsh)\n",
    },
  },
  {
    name: "fish",
    command: "fish --no-config --init-command 'source HOME/init.fish' -i",
    files: {
      "init.fish":
        "function fish_prompt; printf 'ready> '; end\nset -g fish_greeting\nset -g fish_autosuggestion_enabled 0\nharden completion fish | source\n",
    },
  },
];

describe.each(shells)("in $name", ({ command, files }) => {
  let home: string;
  let work: string;
  const env = () => ({
    PATH: `${home}/bin:${process.env.PATH}`,
    HOME: home,
    TERM: "dumb",
    LC_ALL: "C.UTF-8",
  });
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "harden-tab-"));
    work = join(home, "work");
    for (const folder of ["bin", "work/profiles", ".ssh"]) mkdirSync(join(home, folder), { recursive: true });
    writeFileSync(join(home, "bin/harden"), `#!/bin/sh\nexec '${process.execPath}' '${cli}' "$@"\n`, {
      mode: 0o755,
    });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text);
    for (const name of [...hostile, "mine.yaml"]) {
      writeFileSync(join(work, "profiles", name), "ssh: {}\n");
      writeFileSync(join(work, name), "services: {}\n");
    }
    writeFileSync(join(home, ".ssh/config"), "Host web1 web-*\nHost $(touch hacked)\n");
  });
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  const out = () => join(home, "out");
  // To the line's beginning: the line becomes the words of another command.
  const printed = (keys: string) => `${keys}\x01printf '%s\\n' \x05 >'${out()}'; exit\r`;

  async function press(keys: string): Promise<void> {
    const shell = command.replaceAll("HOME", home);
    const child = spawn("script", ["--quiet", "--return", "--command", shell, "/dev/null"], {
      stdio: "pipe",
      env: env(),
      cwd: work,
    });
    const running = listen(child);
    await running.until(/ready> /);
    child.stdin.write(keys);
    await running.ended;
  }

  /** What stands on the line once these keys were typed, as the shell itself reads it: a word a line. */
  async function typed(keys: string): Promise<readonly string[]> {
    rmSync(out(), { force: true });
    await press(printed(keys));
    return readFileSync(out(), "utf8").trimEnd().split("\n");
  }
  const isUnharmed = () => {
    expect(existsSync(join(work, "hacked"))).toBe(false);
    expect(readdirSync(work).sort()).toEqual([...hostile, "mine.yaml", "profiles"].sort());
  };

  it("commands, options and values are completed, also behind = and commas", async () => {
    expect(await typed("harden ver\t web\t --form\tju\t")).toEqual([
      "harden",
      "verify",
      "web1",
      "--format",
      "junit",
    ]);
    expect(await typed("harden plan --format=mark\t")).toEqual(["harden", "plan", "--format=markdown"]);
    expect(await typed("harden plan --only ssh,sysc\t")).toEqual(["harden", "plan", "--only", "ssh,sysctl"]);
    expect(await typed("harden explain ssh.idle-sh\t")).toEqual(["harden", "explain", "ssh.idle-shells"]);
    expect(await typed("harden profile val\tstag\t")).toEqual(["harden", "profile", "validate", "staging"]);
  });

  it("a file stands there as it is called, and its name is no command", async () => {
    expect(await typed("harden compose check mi\t")).toEqual(["harden", "compose", "check", "mine.yaml"]);
    expect(await typed("harden compose check a\t")).toEqual(["harden", "compose", "check", hostile[2]]);
    isUnharmed();
  });

  it("a hostile name of a profile or of a host is not proposed, and what is typed is not evaluated", async () => {
    for (const line of [
      "--profile ",
      "",
      "--profile '$(touch hack",
      "$(touch hacked) --form",
      "`touch hacked` --form",
    ])
      await press(`harden plan ${line}\t\t\x15exit\r`);
    isUnharmed();
    expect(await typed("harden plan '$(touch hacked)' --form\t")).toEqual([
      ...["harden", "plan", "$(touch hacked)", "--format"],
    ]);
    isUnharmed();
  });
});
