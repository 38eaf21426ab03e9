/** Secrets on disk and in real git repositories: each planted weakness turns its own check red and no other, and no value is told. */
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { failing } from "../../src/assess/assess.ts";
import { keeper } from "../../src/command/keep.ts";
import { composeCheck } from "../../src/features/compose/work.ts";
import { nodeFiles } from "../../src/profile/files.ts";
import { composeText } from "../../src/reports/compose.ts";
import { plainPage } from "../../src/reports/page.ts";
import { changed, hardened } from "./hardened.ts";
import { today } from "./world.ts";

const root = mkdtempSync(join(tmpdir(), "harden-kept-"));
afterAll(() => rmSync(root, { recursive: true }));

const value = "hunter2hunter2";
let folder = "";
let count = 0;
/** Days before the day of the tests. */
const dayBefore = (days: number) => Date.parse(today) / 1000 - days * 86_400;

const write = (name: string, text: string, mode = 0o600, days = 3) => {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  utimesSync(path, dayBefore(days), dayBefore(days));
};
const git = (words: readonly string[], days = 3, within = folder) =>
  execFileSync("git", ["-C", within, "-c", "user.name=one", "-c", "user.email=one@example.org", ...words], {
    encoding: "utf8",
    env: {
      PATH: process.env.PATH,
      HOME: root,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_AUTHOR_DATE: `${dayBefore(days)} +0000`,
      GIT_COMMITTER_DATE: `${dayBefore(days)} +0000`,
    },
  });
const commit = (names: readonly string[], days = 3) => {
  if (names.length > 0) git(["add", "--force", "--", ...names], days);
  git(["commit", "--quiet", "--message", "x"], days);
  return git(["rev-parse", "HEAD"]).slice(0, 10);
};

/** The hardened project, its secrets on disk as they should be, and its compose file in git. */
beforeEach(() => {
  folder = join(root, String(count++));
  write("compose.yaml", hardened, 0o644);
  write("secrets/db", value);
  write("secrets/redis.conf", `requirepass ${value}\n`);
  git(["init", "--quiet", "--initial-branch=main"]);
  commit(["compose.yaml"]);
});

async function checked(within = folder) {
  const file = join(within, "compose.yaml");
  const done = await composeCheck([file], { read: nodeFiles.readFile, keep: keeper, today });
  const [first] = done.report;
  if (first === undefined || !first.ok) throw first?.error ?? new Error("no report");
  const told = composeText(done.report, plainPage);
  expect(JSON.stringify(done.report) + told).not.toContain("hunter2");
  return { ...first.value, status: done.status, told };
}
const red = async (within = folder) =>
  failing((await checked(within)).checks).map(({ id, object, verdict }) => `${verdict} ${id} ${object}`);
const found = async (id: string) =>
  failing((await checked()).checks).flatMap((each) => (each.id === id ? [each.found] : []));

const token = `${"gh"}p_${"a1".repeat(18)}`;
const plain = `DB_PASSWORD=${value}\nMODE=production\n`;
const age = `-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24ub3JnL3Yx\n-----END AGE ENCRYPTED FILE-----\n`;
const mac = "ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]";
const sops = `db_password: ${mac}\nsops:\n    lastmodified: "2027-01-01T00:00:00Z"\n    mac: ${mac}\n    version: 3.9.0\n`;

describe("a project whose secrets are kept well", () => {
  it("has nothing that fails, in a repository and in none", async () => {
    write(".env", plain);
    expect(await red()).toEqual([]);
    rmSync(join(folder, ".git"), { recursive: true });
    expect(await red()).toEqual([]);
    const { checks } = await checked();
    expect(checks.filter(({ id }) => id === "secrets.git")).toMatchObject([{ verdict: "not applicable" }]);
  });

  it.each<[string, string, string]>([
    ["age, with armor", "secrets/db", age],
    ["age", "secrets/db", "age-encryption.org/v1\n-> X25519 x\nxx\n--- x\n\u0001\u00ff"],
    ["sops, in YAML", "secrets/db", sops],
    ["sops, in JSON", "secrets/db", `{"data": "${mac}", "sops": {"mac": "${mac}"}}\n`],
    ["sops, in variables", ".env", `DB_PASSWORD=${mac}\nsops_mac=${mac}\n`],
  ])("may have them in git, encrypted by %s", async (_how, name, text) => {
    write(name, text, 0o644);
    commit([name]);
    expect(await red()).toEqual([]);
  });

  it("may have variables in git that are no secrets", async () => {
    write(".env", "MODE=production\nPOSTGRES_PASSWORD_FILE=/run/secrets/db\n", 0o644);
    commit([".env"], 400);
    expect(await red()).toEqual([]);
  });
});

describe("a mount of a compose file", () => {
  it("is what its links lead to, unless that is the project's own", async () => {
    writeFileSync(join(root, "docker.sock"), "");
    symlinkSync(join(root, "docker.sock"), join(folder, "s.sock"));
    symlinkSync("/etc", join(folder, "conf"));
    symlinkSync("secrets", join(folder, "own"));
    const line = "      - ./nginx.conf:/etc/nginx/nginx.conf:ro\n";
    const mounts = ["./s.sock:/s", "./conf/passwd:/p:ro", "./own:/o:ro", "./absent:/a", "./.:/all:ro"];
    write(
      "compose.yaml",
      changed(line, `${line}${mounts.map((mount) => `      - ${mount}\n`).join("")}`),
      0o644,
    );
    expect(await red()).toEqual([
      "fail containers.docker-socket nginx ./s.sock:/s",
      "fail containers.sensitive-mounts nginx ./conf/passwd:/p:ro",
    ]);
    expect(await found("containers.sensitive-mounts")).toEqual([
      "a path of the host: ./conf/passwd:/p:ro, which leads to /etc/passwd",
    ]);
  });

  it("is judged as a file of `secrets`, too", async () => {
    rmSync(join(folder, "secrets/redis.conf"));
    symlinkSync("/etc/hostname", join(folder, "secrets/redis.conf"));
    expect(await red()).toContain("fail containers.sensitive-mounts redis ./secrets/redis.conf:redis.conf");
  });
});

describe("a planted weakness of what is kept", () => {
  it("secrets.encrypted: .env in plain in git", async () => {
    write(".env", plain);
    commit([".env"]);
    expect(await red()).toEqual(["fail secrets.encrypted .env"]);
    expect((await checked()).told).toContain("compose.yaml:1:1: .env: git has it in plain");
  });

  it("secrets.encrypted: a file of a secret in plain in git, or with one key that sops left out", async () => {
    write("secrets/db", value);
    commit(["secrets/db"]);
    expect(await red()).toEqual(["fail secrets.encrypted secrets/db"]);
    write("secrets/db", `${sops}token: ${value}\n`);
    commit(["secrets/db"]);
    expect(await red()).toEqual(["fail secrets.encrypted secrets/db"]);
  });

  it.each([0o644, 0o640, 0o404, 0o620])("secrets.encrypted: a mode of %o", async (mode) => {
    write("secrets/db", value, mode);
    expect(await red()).toEqual(["fail secrets.encrypted secrets/db"]);
  });

  it("secrets.git: what was in .env, by commit, line and key", async () => {
    write(".env", `MODE=x\n${plain}`);
    const hash = commit([".env"]);
    git(["rm", "--quiet", "--cached", ".env"]);
    commit([]);
    expect(await red()).toEqual(["fail secrets.git .env DB_PASSWORD"]);
    expect(await found("secrets.git")).toEqual([`commit ${hash} has DB_PASSWORD in plain, ${folder}/.env:2`]);
  });

  it("secrets.git: what was in the compose file, once it is out of it", async () => {
    const weak = changed(
      "      NODE_ENV: production\n",
      `      NODE_ENV: production\n      API_TOKEN: ${value}\n`,
    );
    write("compose.yaml", weak, 0o644);
    commit(["compose.yaml"]);
    expect(await red()).toEqual(["fail secrets.found api API_TOKEN"]);
    write("compose.yaml", hardened, 0o644);
    expect(await red()).toEqual(["fail secrets.git compose.yaml API_TOKEN"]);
  });

  it("secrets.git: a file of a secret that was in plain, though it is encrypted now", async () => {
    write("secrets/db", value);
    commit(["secrets/db"]);
    write("secrets/db", age);
    commit(["secrets/db"]);
    expect(await red()).toEqual(["fail secrets.git secrets/db its content"]);
  });

  it("secrets.git: on a branch that was merged without it, and in the stash", async () => {
    git(["switch", "--quiet", "--create", "side"]);
    write(".env", plain);
    write("client.js", `login("${token}");\n`);
    commit([".env", "client.js"]);
    git(["rm", "--quiet", ".env", "client.js"]);
    commit([]);
    git(["switch", "--quiet", "main"]);
    git(["merge", "--quiet", "--no-ff", "--message", "x", "side"]);
    git(["branch", "--quiet", "--delete", "side"]);
    write("api.env", "TOKEN=\n");
    commit(["api.env"]);
    expect(await red()).toEqual([
      "fail secrets.git .env DB_PASSWORD",
      "fail secrets.git client.js a token of GitHub",
    ]);
    write("api.env", `TOKEN=${value}\n`);
    git(["stash", "--quiet"]);
    write(
      "compose.yaml",
      changed(
        '    secrets: [db]\n    tmpfs:\n      - /tmp:size=64M,mode=1777\n    healthcheck:\n      test: ["CMD", "node"',
        '    env_file: api.env\n    secrets: [db]\n    tmpfs:\n      - /tmp:size=64M,mode=1777\n    healthcheck:\n      test: ["CMD", "node"',
      ),
      0o644,
    );
    expect(await red()).toEqual([
      "fail secrets.git api.env TOKEN",
      "fail secrets.git .env DB_PASSWORD",
      "fail secrets.git client.js a token of GitHub",
    ]);
  });

  it("secrets.git: what a merge brought by itself", async () => {
    git(["switch", "--quiet", "--create", "side"]);
    write("one", "x");
    commit(["one"]);
    git(["switch", "--quiet", "main"]);
    git(["merge", "--quiet", "--no-ff", "--no-commit", "side"]);
    write(".env", plain);
    commit([".env"]);
    git(["rm", "--quiet", "--cached", ".env"]);
    commit([]);
    expect(await red()).toEqual(["fail secrets.git .env DB_PASSWORD"]);
  });

  it("secrets.git: a token in any other file, and a key that begins there, but not what only speaks of one", async () => {
    write("src/parse.js", 'const head = "-----BEGIN PRIVATE KEY-----";\nconst password = "x";\n', 0o644);
    write(".env.example", `DB_PASSWORD=${value}\n`, 0o644);
    commit(["src/parse.js", ".env.example"]);
    expect(await red()).toEqual([]);
    write("key.txt", "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n", 0o644);
    commit(["key.txt"]);
    expect(await red()).toEqual(["fail secrets.git key.txt a private key"]);
    git(["reset", "--quiet", "--hard", "HEAD~1"]);
    write("src/deep/client.js", `const it = "${token}";\n`, 0o644);
    commit(["src/deep/client.js"]);
    expect(await red()).toEqual(["fail secrets.git src/deep/client.js a token of GitHub"]);
  });

  it("secrets.age: a file by its own time, what git has by its commit", async () => {
    write("secrets/db", value, 0o600, 90);
    expect(await red()).toEqual([]);
    write("secrets/db", value, 0o600, 91);
    expect(await red()).toEqual(["fail secrets.age secrets/db"]);
    write("secrets/db", age, 0o600, 1);
    commit(["secrets/db"], 91);
    expect(await red()).toEqual(["fail secrets.age secrets/db"]);
    write("secrets/db", `${age}\n`, 0o600, 400);
    commit(["secrets/db"], 89);
    expect(await red()).toEqual([]);
  });

  it("is waived in the file as others are", async () => {
    const waiver =
      "x-harden:\n  waivers:\n    - {check: secrets.age, object: secrets/db, reason: soon, until: 2027-02-01}\n";
    write("compose.yaml", hardened + waiver, 0o644);
    write("secrets/db", value, 0o600, 91);
    expect(await red()).toEqual([]);
  });
});

describe("what can't be told", () => {
  it("is no pass: a shallow clone", async () => {
    write("secrets/db", age);
    commit(["secrets/db"], 30);
    write("README", "x");
    commit(["README"], 20);
    const clone = join(root, "shallow");
    git(["clone", "--quiet", "--depth=1", `file://${folder}`, clone]);
    for (const name of ["db", "redis.conf"]) {
      mkdirSync(join(clone, "secrets"), { recursive: true });
      if (name !== "db")
        writeFileSync(join(clone, "secrets", name), `requirepass ${value}\n`, { mode: 0o600 });
    }
    utimesSync(join(clone, "secrets/redis.conf"), dayBefore(1), dayBefore(1));
    expect(await red(clone)).toEqual(["error secrets.git history", "error secrets.age secrets/db"]);
  });

  it("is no pass: a repository that git doesn't read", async () => {
    writeFileSync(join(folder, ".git/HEAD"), "nonsense");
    const all = await red();
    expect(all).toContain("error secrets.encrypted secrets/db");
    expect(all).toContain("error secrets.age secrets/db");
  });

  it("is no pass: a folder in a file's place, a time to come", async () => {
    rmSync(join(folder, "secrets/db"));
    mkdirSync(join(folder, "secrets/db"));
    write("secrets/redis.conf", `requirepass ${value}\n`, 0o600, -2);
    expect(await red()).toEqual([
      ...["error secrets.encrypted secrets/db", "error secrets.age secrets/db"],
      "error secrets.age secrets/redis.conf",
    ]);
  });

  /** With programs of its own before all others, or alone. */
  const withPath = async (path: string, look: () => Promise<void>) => {
    const { PATH } = process.env;
    process.env.PATH = path;
    try {
      await look();
    } finally {
      process.env.PATH = PATH;
    }
  };
  const where = (program: string) =>
    execFileSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).trim();

  it("is no pass: a history without an end; it is read to a bound", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const script = `#!/bin/sh\ncase " $* " in *" --full-history "*) exec yes "$(printf %0200d 0)" ;; esac\nexec ${where("git")} "$@"\n`;
    writeFileSync(join(bin, "git"), script, { mode: 0o755 });
    await withPath(`${bin}:${process.env.PATH}`, async () => {
      expect(await red()).toEqual(["error secrets.git history"]);
      expect(await found("secrets.git")).toEqual([
        "not all of it was read: it is longer than 32 MiB or 20 s of reading",
      ]);
    });
  });

  it("is told as a warning of files that are not the project's own", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    const script = `#!/bin/sh\ncase " $* " in *" --diff-merges=off "*) exec yes "$(printf %0200d 0)" ;; esac\nexec ${where("git")} "$@"\n`;
    writeFileSync(join(bin, "git"), script, { mode: 0o755 });
    await withPath(`${bin}:${process.env.PATH}`, async () => {
      const { findings, status } = await checked();
      expect(findings.map(({ id, level }) => `${level} ${id}`)).toEqual(["warn secrets.not-all-read"]);
      expect(status).toBe(0);
    });
  });

  it("is no pass where git has a file perhaps, and not about a history that nobody can read: no program git", async () => {
    const bin = join(folder, "bin");
    mkdirSync(bin);
    symlinkSync(where("env"), join(bin, "env"));
    await withPath(bin, async () => {
      expect(await red()).toEqual([
        ...["error secrets.encrypted secrets/db", "error secrets.encrypted secrets/redis.conf"],
        ...["error secrets.age secrets/db", "error secrets.age secrets/redis.conf"],
      ]);
    });
  });

  it("is not about a file that isn't here, nor a link in git", async () => {
    rmSync(join(folder, "secrets/db"));
    expect(await red()).toEqual([]);
    writeFileSync(join(folder, "elsewhere"), value, { mode: 0o600 });
    utimesSync(join(folder, "elsewhere"), dayBefore(1), dayBefore(1));
    symlinkSync("../elsewhere", join(folder, "secrets/db"));
    commit(["secrets/db"]);
    expect(await red()).toEqual([]);
  });
});

describe("a hostile repository", () => {
  it("starts no program, whatever its configuration and attributes say", async () => {
    write(".env", plain);
    commit([".env"]);
    const trap = join(folder, "trap");
    const mark = join(folder, "sprung");
    writeFileSync(trap, `#!/bin/sh\ntouch ${mark}\ncat\n`, { mode: 0o755 });
    const hooks = join(folder, "hooks");
    mkdirSync(hooks);
    for (const name of ["post-index-change", "reference-transaction", "post-checkout"])
      writeFileSync(join(hooks, name), readFileSync(trap), { mode: 0o755 });
    for (const [key, to] of [
      ...[
        ["core.fsmonitor", trap],
        ["core.pager", trap],
        ["core.hooksPath", hooks],
        ["core.sshCommand", trap],
      ],
      ...[
        ["diff.external", trap],
        ["diff.x.textconv", trap],
        ["diff.x.command", trap],
        ["filter.x.clean", trap],
      ],
      ...[
        ["filter.x.smudge", trap],
        ["filter.x.process", trap],
        ["log.showSignature", "true"],
        ["gpg.program", trap],
      ],
      ...[
        ["pager.log", trap],
        ["core.editor", trap],
        ["core.askPass", trap],
        ["alias.log", `!${trap}`],
      ],
      ...[
        ["protocol.ext.allow", "always"],
        ["remote.origin.url", `ext::${trap}`],
        ["remote.origin.promisor", "true"],
      ],
      ...[
        ["extensions.partialClone", "origin"],
        ["log.showRoot", "false"],
        ["diff.orderFile", "/dev/zero"],
      ],
      ...[
        ["color.ui", "always"],
        ["diff.noprefix", "true"],
        ["core.abbrev", "4"],
      ],
    ])
      git(["config", key!, to!]);
    writeFileSync(join(folder, ".git/info/attributes"), "* diff=x filter=x -text\n.env binary\n");
    git(["config", "core.repositoryFormatVersion", "1"]);
    expect(await red()).toEqual(["fail secrets.encrypted .env"]);
    // A partial clone that lacks what is asked for.
    const object = execFileSync("git", ["-C", folder, "rev-parse", "HEAD:.env"], { encoding: "utf8" }).trim();
    rmSync(join(folder, ".git/objects", object.slice(0, 2), object.slice(2)));
    expect(await red()).toContain("error secrets.encrypted .env");
    expect(existsSync(mark)).toBe(false);
  });

  it("hides nothing by attributes, replaced objects, grafts or the environment of a hook", async () => {
    write(".env", plain);
    const dirty = commit([".env"]);
    git(["rm", "--quiet", "--cached", ".env"]);
    const clean = commit([]);
    writeFileSync(join(folder, ".git/info/attributes"), "* binary\n");
    git(["replace", git(["rev-parse", dirty]).trim(), git(["rev-parse", clean]).trim()]);
    writeFileSync(join(folder, ".git/info/grafts"), git(["rev-parse", clean]));
    process.env.GIT_DIR = "/nowhere";
    try {
      expect(await red()).toEqual(["fail secrets.git .env DB_PASSWORD"]);
    } finally {
      delete process.env.GIT_DIR;
    }
  });

  it("can't pass its text off as a file or a commit", async () => {
    write(".env", `x=1\n++ b/compose.yaml\ncommit 0123456789\n@@ -0,0 +1,9 @@\n${plain}`);
    const hash = commit([".env"]);
    git(["rm", "--quiet", "--cached", ".env"]);
    commit([]);
    expect(await found("secrets.git")).toEqual([`commit ${hash} has DB_PASSWORD in plain, ${folder}/.env:5`]);
  });
});
