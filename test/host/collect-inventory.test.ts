/** Who is listed as a member of a group that is as good as root: by group(5) and gshadow(5), as newgrp(1) goes by them; and what users may mount. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { inventory } from "../../src/facts/inventory.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

/** The rules are of perl: one shell is as good as the others. */
const [[shell = "", ...args] = []] = shells;

const hash = "$6$abcdefgh$secret";
const password = "sudo by a password";

/** As getent(1) has a file: lines of enough words, the first one of each name. */
const getent = `#!/bin/sh
[ "$1" != -s ] || shift 2
[ -r "ROOT/etc/$1" ] || exit 2
names=; case $2 in --) shift 2; names=$*; set -- gshadow ;; esac
awk -F: -v names=" $names " -v least="$([ "$1" = passwd ] && echo 7 || echo 4)" 'NF >= least && !seen[$1]++ && (names == "  " || index(names, " " $1 " "))' "ROOT/etc/$1"
`;

/** Of a kind, what this part lists on a host with these files below /etc. */
function listedOf(kind: "group" | "setuid", part: string, files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), "harden-inventory-"));
  mkdirSync(join(root, "etc"));
  const put = (name: string, text: string, mode = 0o644) => writeFileSync(join(root, name), text, { mode });
  put("getent", getent.replaceAll("ROOT", root), 0o755);
  for (const [name, text] of Object.entries(files)) put(join("etc", name), text);
  const input = `${library}\nPATH=${root}:$PATH
perl -e "$(printf '%s' "$inventory_common${part}" | sed 's|"/etc/|"${root}/etc/|g')" 100\n`;
  const { stdout, stderr } = spawnSync(shell, args, { input, encoding: "utf8" });
  rmSync(root, { recursive: true });
  expect(stderr).toBe("");
  expect(stdout).not.toContain("secret");
  return inventory(15).parse(Buffer.from(`${stdout.replaceAll(root, "")}\ndone\tsetuid`))[kind];
}

function listed(group: string, gshadow: string | undefined) {
  const { entries, unread } = listedOf("group", "$people_perl$inventory_people", {
    passwd: "root:x:0:0::/root:/bin/sh\nop:x:1001:1001::/:/bin/sh\n",
    shadow: "root:*:::::::\nop:*:::::::\n",
    group: `root:x:0:\n${group}\nop:x:1001:\n`,
    ...(gshadow === undefined ? {} : { gshadow: `root:*::\n${gshadow}\n` }),
  });
  return [...entries.map((words) => words.join(" ")), ...unread];
}

test.each<[string, string, string | undefined, readonly string[]]>([
  ["no password", "sudo:x:27:", "sudo:*::", []],
  ["a password in gshadow", "sudo:x:27:", `sudo:${hash}::`, [password]],
  ["a password in group alone, of which gshadow has no line", `sudo:${hash}:27:`, "", [password]],
  ["the same of another group with the number", `x:${hash}:27:\nsudo:x:27:`, "", ["x by a password"]],
  ["a hash of the old kind in group", "sudo:abzlUXK5ed5rs:27:", "", [password]],
  ["a password in group, with a line of gshadow that is too short", `sudo:${hash}:27:`, "sudo:*", [password]],
  ["a password in group without a gshadow", `sudo:${hash}:27:`, undefined, [password]],
  ["a password in group that that of gshadow stands for", `sudo:${hash}:27:`, "sudo:!::", []],
  ["a member in group", "sudo:x:27:op", "sudo:*::", ["sudo op"]],
  ["a member in both", "sudo:x:27:op", "sudo:*::op", ["sudo op"]],
  ["a member in gshadow alone", "sudo:x:27:", "sudo:*::root,op", ["sudo op"]],
  ["a ruler", "sudo:x:27:", "sudo:*:op:", ["sudo op ruler"]],
  ["an empty password, by which nobody comes in", "sudo::27:", "sudo:::", []],
  ["an empty one in group alone", "sudo::27:", "", []],
  ["a locked one in group alone", `sudo:!${hash}:27:`, "", []],
  ["an x that stands for nothing", "sudo:x:27:", "", []],
])("%s", (_, group, gshadow, entries) => {
  expect(listed(group, gshadow)).toEqual(entries);
});

test.each([
  ["noauto,loop,users,suid,exec", true],
  ["user,suid", true],
  ["owner,suid", true],
  ["group,dev", true],
  ["user=op,suid", true],
  ["users,suid=1", true],
  ["suid,user,nosuid,suid", true],
  ["users,user,nouser,suid", true],
  ['users,suid,comment="a,nosuid,b"', true],
  ["user", false],
  ["users,defaults,exec", false],
  ["suid,dev,exec,users", false],
  ["users,suid,nosuid", false],
  ["user,nouser,suid", false],
  ["defaults,suid,x-owner,comment=user", false],
])("what users may mount with %s is listed: %s", (options, isListed) => {
  const fstab = `# /a /b ext4 user,suid\n  UUID=1\\0402 /mnt/u ext4 ${options} 0 0\n/c /d\n`;
  expect(listedOf("setuid", "$inventory_fstab", { fstab })).toEqual({
    entries: isListed ? [["/etc/fstab UUID=1 2 /mnt/u", "mounts", "", options]] : [],
    unread: [],
  });
});
