/** Every option that takes a file, with what is no such file: one sentence, its status, and no host. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { cli } from "./harden.ts";
import { runProgram } from "./process.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-bad-files-"));
  mkdirSync(join(folder, "dir"));
  const files = {
    empty: "",
    "blank-line": "\n",
    "two-lines": "a\nb\n",
    "good.yaml": "sysctl: {}\n",
    password: "x\n",
    "plan.json": '{"format": "harden plan 2", "tool": "0", "digest": "", "saved": []}\n',
    "other.json": '{"identity": {}, "facts": {}}\n',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const junk = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7919) % 256));
  writeFileSync(join(folder, "junk"), junk);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In the folder, with an empty HOME: HARDEN is the tool, PLAN a plan of a host that nobody has. */
function inFolder(script: string) {
  const text = script
    .replace("PLAN", "HARDEN plan nobody@192.0.2.1 --profile ./good.yaml")
    .replaceAll("HARDEN", `'${process.execPath}' '${cli}'`);
  const env = { PATH: process.env.PATH, HOME: join(folder, "dir"), HARDEN_DEBUG: "1" };
  return runProgram("bash", ["-c", `cd '${folder}' && ${text}`], { env });
}

type Row = readonly [script: string, status: number, says: RegExp];

const noFile = /can't be read: no such file or directory\.$/m;
const aFolder = /can't be read: it is a folder/m;
const noText = /can't be read: it is not text in UTF-8/m;
const notInput = /It must be a file, and can't be standard input or output\.$/m;

const rows: readonly Row[] = [
  ["PLAN --sudo-password-file ./none", 64, noFile],
  ["PLAN --sudo-password-file dir", 64, aFolder],
  [
    "PLAN --sudo-password-file /proc/self/mem",
    64,
    /The password file \/proc\/self\/mem can't be read: i\/o error\.$/m,
  ],
  ["PLAN --sudo-password-file empty", 64, /The password file empty is empty\.$/m],
  ["PLAN --sudo-password-file blank-line", 64, /The password file blank-line is empty\.$/m],
  ["PLAN --sudo-password-file two-lines", 64, /two-lines must have one line of text, and nothing else\.$/m],
  ["PLAN --sudo-password-file junk", 64, noText],
  ["PLAN --password-file ./none", 64, noFile],
  ["PLAN --password-file two-lines", 64, /two-lines must have one line of text, and nothing else\.$/m],
  ["HARDEN plan --password-file password --profile ./good.yaml", 64, /No login is needed for this machine/],
  [
    "PLAN --sudo-password-file password --out ./none/plan",
    64,
    /^harden: warning: others on this machine can read the password file password; chmod 600 ends that\.$/m,
  ],
  ["PLAN --sudo-password-file - <empty", 64, /The password file on standard input is empty\.$/m],
  ["PLAN --sudo-password-file ''", 64, /It must be the name of a file\.$/m],
  ["PLAN --recorded ./none", 64, noFile],
  ["PLAN --recorded dir", 64, aFolder],
  ["PLAN --recorded empty", 64, /The recorded host empty is empty\.$/m],
  ["PLAN --recorded junk", 64, noText],
  ["PLAN --recorded good.yaml", 64, /good\.yaml is no recorded host: it is no JSON, or cut off\.$/m],
  [
    "PLAN --recorded plan.json",
    64,
    /is no recorded host: it is a saved plan, for `harden show` and `harden apply`\.$/m,
  ],
  ["PLAN --recorded other.json", 64, /is no recorded host: it has no facts of a host\.$/m],
  ["PLAN --recorded - <plan.json", 64, /it is a saved plan/],
  ["PLAN --identity ./none", 64, noFile],
  ["PLAN --identity dir", 64, /The identity file dir can't be read: it is a folder\.$/m],
  ["PLAN --identity empty", 64, /The identity file empty is no key\.$/m],
  ["PLAN --identity junk", 64, /The identity file junk is no key\.$/m],
  ["PLAN --identity -", 64, notInput],
  ["PLAN --ssh-config ./none", 64, noFile],
  ["PLAN --ssh-config dir", 64, aFolder],
  ["PLAN --ssh-config junk", 64, /ssh cannot read its configuration: /],
  ["PLAN --ssh-config -", 64, notInput],
  ["PLAN --log ./none/log", 64, /The log \.\/none\/log can't be written: no such file or directory\.$/m],
  ["PLAN --log dir", 64, /The log dir can't be written: it is a folder\.$/m],
  ["PLAN --log -", 64, notInput],
  ["PLAN --out -", 64, notInput],
  [
    "PLAN --out ./none/plan",
    64,
    /\.\/none\/plan: The plan could not be saved: no such file or directory\.$/m,
  ],
  ["PLAN --out dir --log out.log; status=$?; grep -c planned out.log; exit $status", 64, /^0$/m],
  ["HARDEN plan --profile ./good.yaml --out dir", 64, /dir: The plan could not be saved: it is a folder\.$/m],
  [
    "HARDEN plan ./plan.json --profile ./good.yaml",
    64,
    /a host has no slash; a saved plan is for `harden show`/,
  ],
  ["HARDEN show none", 64, noFile],
  ["HARDEN show dir", 64, aFolder],
  ["HARDEN show empty", 64, /The saved plan empty is empty\.$/m],
  [
    "HARDEN show - <good.yaml",
    64,
    /Standard input can't be taken as a plan: it is truncated, or no JSON\.$/m,
  ],
  ["HARDEN apply ./none", 64, noFile],
  ["HARDEN apply ./dir", 64, aFolder],
  ["HARDEN apply ./empty", 64, /The saved plan \.\/empty is empty\.$/m],
  ["HARDEN apply ./junk", 64, noText],
  [
    "HARDEN apply ./good.yaml",
    64,
    /\.\/good\.yaml can't be taken as a plan: it is truncated, or no JSON\.$/m,
  ],
  ["HARDEN apply - <empty", 64, /The saved plan on standard input is empty\.$/m],
  ["HARDEN apply - <plan.json", 64, /can't be taken as a plan: it was made by harden 0/],
  ["HARDEN verify a@192.0.2.1 --profile ./none", 78, /^\.\/none:1:1: no profile/m],
  ["HARDEN verify a@192.0.2.1 --profile ./dir", 78, /^\.\/dir:1:1: dir can't be read: it is a folder$/m],
  [
    "HARDEN verify a@192.0.2.1 --profile ./junk",
    78,
    /^\.\/junk:1:1: junk can't be read: it is not text in UTF-8$/m,
  ],
  ["HARDEN verify a@192.0.2.1 --profile ./empty", 78, /The profile empty manages nothing/],
  ["HARDEN verify a@192.0.2.1 --only telnet", 64, /There is no control telnet\.$/m],
  [
    "PLAN --only telnet --log log; status=$?; tail -n 2 log; exit $status",
    64,
    /"code":"usage","why":"There is no control telnet\.","msg":"failed"\}\n.*"status":64,"msg":"ended"\}/,
  ],
  ["HARDEN profile show ./none", 78, /^\.\/none:1:1: no profile/m],
  ["HARDEN profile show - <empty >/dev/null", 0, /^$/],
  ["echo 'sysctl: {x: 1}' | HARDEN profile validate -", 78, /^\/dev\/stdin:1:10: sysctl\.x: unknown key$/m],
  ["HARDEN plan --profile - <good.yaml | head -n 1", 0, /profile stdin \(\/dev\/stdin\)$/m],
  [
    "echo 'extends: [./good.yaml, base]' | HARDEN profile show -",
    0,
    /^# merged from good\.yaml, .*base\.yaml, \/dev\/stdin/m,
  ],
  [
    "HARDEN plan --profile - --sudo-password-file - <good.yaml",
    64,
    /Standard input is read once: as the profile, it can't be the password file, too\.$/m,
  ],
];

test("each is said in one sentence, with its status", async () => {
  const left = [...rows];
  const wrong: string[] = [];
  const worker = async () => {
    for (let row = left.shift(); row !== undefined; row = left.shift()) {
      const [script, status, says] = row;
      const { code, stdout, stderr } = await inFolder(script);
      const said = stdout + stderr;
      const defect = /\n\s+at |defect of harden|TypeError|unresolved|refuses connections|Warning:/.test(said);
      const lines = stderr.trim().split("\n").length;
      if (code !== status || !says.test(said) || defect || lines > 4)
        wrong.push(`${script} (${code}): ${said}`);
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  expect(wrong).toEqual([]);
});

test("a plan of no host writes nothing over what was saved before", async () => {
  const none = "HARDEN plan nobody@127.0.0.1:1 --profile ./good.yaml --out";
  const kept = await inFolder(`echo before >kept.plan; ${none} kept.plan; echo "$? $(cat kept.plan)"`);
  expect(kept.stdout, kept.stderr).toBe("1 before\n");
  expect(kept.stderr).toMatch(
    /^kept\.plan: not written, for no host could be planned; what was there stays as it is\.$/m,
  );
  const made = await inFolder(`${none} made.plan; [ ! -e made.plan ]`);
  expect(made, made.stderr).toMatchObject({ code: 0 });
});

test("a saved plan says what is in it, and can be shown", async () => {
  const { code, stdout, stderr } = await inFolder(
    "HARDEN plan --profile ./good.yaml --out own.plan >/dev/null && HARDEN show own.plan",
  );
  expect(code, stderr).toBe(0);
  expect(stderr).toBe("own.plan: 1 host\n");
  expect(stdout).toMatch(/^this machine /);
});
