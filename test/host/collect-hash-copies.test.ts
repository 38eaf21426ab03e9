/** Which files are copies of shadow(5) by their lines: their paths leave a host, and no line does. */
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { hashCopies } from "../../src/facts/hash-copies.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

const hash = "$y$j9T$secretsecret$secret";
const aged = "19000:0:99999:7:::";
const copies: Readonly<Record<string, readonly [string, string]>> = {
  "a shadow": ["shadow", `root:${hash}:${aged}\n`],
  aged: ["shadow", `daemon:*:${aged}\n`],
  locked: ["shadow", `op:!${hash}:${aged}\n`],
  empty: ["shadow", `op::${aged}\n`],
  des: ["shadow", `op:ab.secret/AB12:${aged}\n`],
  behind: ["shadow", `# kept\n\nop:${hash}:${aged}\n`],
  dos: ["shadow", `op:${hash}:${aged}\r\n`],
  ".swp": ["shadow", `b0VIM 8.2\0\0\xff\0op:${hash}:${aged}\0`],
  gshadow: ["shadow", "adm:*::syslog\nsudo:!::op\n"],
  "gshadow~": ["shadow", `adm:${hash}:op:op\n`],
  passwd: ["list", `op:${hash}:0:0:op:/root:/bin/sh\n`],
  group: ["list", `adm:!${hash}:4:\n`],
};
const others: Readonly<Record<string, string>> = {
  p: "root:x:0:0:root:/root:/bin/sh\n",
  g: "floppy:*:25:op\nadm:x:4:syslog\n",
  ids: "op:100000:65536\n",
  colons: "x::::::::\na:b:c:d\n",
  form: "name:password:last change:minimum:maximum:warning:inactive:expires:\n",
  htpasswd: "op:$apr1$secret$secretsecret\n",
  long: `${"a".repeat(70_000)}\n`,
  nothing: "",
};

test.each(shells)("%s %s", (shell = "", ...args) => {
  const folder = mkdtempSync(join(tmpdir(), "harden-copies-"));
  chmodSync(folder, 0o755);
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text, { mode: 0o640 });
  for (const [name, [, text]] of Object.entries(copies)) put(name, text);
  for (const [name, text] of Object.entries(others)) put(name, text);
  for (const [name, mode] of [
    ["below", 0o755],
    ["below/deep", 0o710],
    ["shut", 0o700],
  ] as const) {
    mkdirSync(join(folder, name), { mode });
    put(`${name}/shadow`, copies.aged![1]);
  }
  put("own", copies.aged![1]);
  chmodSync(join(folder, "own"), 0o600);
  symlinkSync(join(folder, "below"), join(folder, "linked"));
  symlinkSync(join(folder, "aged"), join(folder, "link"));
  spawnSync("mkfifo", [join(folder, "pipe")]);
  put("odd\nlist name", copies.aged![1]);
  const input = `${library}\nuid=0; need_held() { :; }\ncollect_hash_copies ${folder} ${folder}/gone\n`;
  const { stdout, stderr } = spawnSync(shell, args, { input, encoding: "utf8", timeout: 20_000 });
  rmSync(folder, { recursive: true });
  expect(stderr).toBe("");
  expect(stdout).not.toMatch(/secret|syslog/);
  const found = hashCopies([folder]).parse(Buffer.from(stdout));
  expect(found.left).toEqual([]);
  const named = Object.entries(copies).map(([name, [form]]) => [join(folder, name), form]);
  expect(found.copies.map(({ path, form }) => [path, form]).sort()).toEqual(
    [
      ...named,
      ...["odd?list name", "below/shadow", "below/deep/shadow"].map((name) => [join(folder, name), "shadow"]),
    ].sort(),
  );
  expect(found.copies[0]).toMatchObject({ file: { mode: "0640", acl: false }, folder: { mode: "0755" } });
});
