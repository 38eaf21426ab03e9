/** What leaves a host of shadow(5): the kind of a password, and the days on which a login ends; never a hash. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { accounts } from "../../src/facts/accounts.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

const rows = {
  "$y$j9T$secret:20000:0:99999:7:::": { password: "set" },
  "$y$j9T$secret:20000:0:10000:7:::": { password: "set" },
  "$y$j9T$secret:20000:0:90:7:::": { password: "set", changeDue: 20091 },
  "*:20000:0:9999:7:::": { password: "none", changeDue: 30000 },
  "*:20000::0::::": { password: "none", changeDue: 20001 },
  "*:20000::-1:::-1:": { password: "none" },
  "*::1:90:7:30::": { password: "none" },
  "!:20000::::30:20818:": { password: "locked", ends: 20818 },
  "!$y$j9T$secret:0:::::0:": { password: "locked", ends: 0, changeDue: 0 },
  ":20000:::::123456789012:": { password: "empty" },
};

test.each(shells)("%s %s", (shell = "", ...args) => {
  const lines = Object.keys(rows).map((row, index) => `u${index}:${row}`);
  const there = lines.map((_, index) => `account:u${index}:1:1:/:/bin/sh:yes`);
  const input = `${library}\nawk -F: "$shadow_flags" <<'END'\n${lines.join("\n")}\nEND\n`;
  const { stdout } = spawnSync(shell, args, { input, encoding: "utf8" });
  expect(stdout).not.toContain("secret");
  const fact = accounts([]).parse(Buffer.from(`now:1\n${stdout}${there.join("\n")}\n`));
  expect(fact.accounts.map(({ shadow }) => shadow)).toEqual(Object.values(rows));
});

test.each(shells)("of lines of one name in passwd(5) the first counts: %s %s", (shell = "", ...args) => {
  const lines = [
    "a:x:1:1::/:/bin/sh",
    "a::1:1::/:/bin/sh",
    "b:x:2:2::/:/bin/sh",
    "c::3:3::/:/bin/sh",
    "c:x:3:3::/:/bin/sh",
  ];
  const folder = mkdtempSync(join(tmpdir(), "harden-shadow-"));
  const passwd = join(folder, "passwd");
  writeFileSync(passwd, `${lines.join("\n")}\n`);
  const input = `${library}\nprintf 'a:*::::::\\nb::::::::\\ngroups\\n' | awk -F: "$accounts_told" ${passwd} -\n`;
  const { stdout } = spawnSync(shell, args, { input, encoding: "utf8" });
  rmSync(folder, { recursive: true });
  const told = stdout.split("\n").flatMap((line) => /^shadow:(\w+:\w+):/.exec(line)?.[1] ?? []);
  expect(told).toEqual(["a:none", "b:empty", "c:empty"]);
});
