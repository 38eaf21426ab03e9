/** Who is listed as a member of a group that is as good as root: by group(5) and gshadow(5), as newgrp(1) goes by them; what users may mount; and which sources of apt count without a signature. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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

/** As apt-config(8) has its settings, of a host with these alone; KEY VALUE lines of a file in the place of the rest. */
const aptConfig = `#!/bin/sh
case " $* " in
*" shell "*) printf "sourcelist='ROOT/etc/apt/sources.list'\\nsourceparts='ROOT/etc/apt/sources.list.d/'\\n" ;;
*) cat ROOT/etc/dump 2>/dev/null ;;
esac
`;

/** Of a kind, what this part lists on a host with these files below /etc. */
function listedOf(
  kind: "group" | "setuid" | "source",
  part: string,
  files: Readonly<Record<string, string>>,
) {
  const root = mkdtempSync(join(tmpdir(), "harden-inventory-"));
  mkdirSync(join(root, "etc"));
  const put = (name: string, text: string, mode = 0o644) => {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text, { mode });
  };
  put("getent", getent.replaceAll("ROOT", root), 0o755);
  put("apt-config", aptConfig.replaceAll("ROOT", root), 0o755);
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

const sources = (files: Readonly<Record<string, string>>) =>
  listedOf(
    "source",
    "\nsub writable_above { } sub searched { } sub missing { } $inventory_sources",
    files,
  ).entries.map(([name, what]) => `${what} ${name?.replace("/etc/apt/sources.list", "")}`);

test.each<[string, readonly string[]]>([
  ["deb [trusted=yes] http://x a b", [" trusted=yes http://x a b"]],
  ["  deb-src [ arch=amd64 TRUSTED=On ] http://x ./ # ours", [" trusted=On http://x ./"]],
  ["deb [allow-insecure=1] http://user:secret@x a", [" allow-insecure=1 http://x a"]],
  [
    "deb [allow-weak=yes,allow-downgrade-to-insecure=no] http://x a",
    [" allow-weak=yes,allow-downgrade-to-insecure=no http://x a"],
  ],
  ["deb [allow-downgrade-to-insecure+=yes] http://x a", [" allow-downgrade-to-insecure=yes http://x a"]],
  ["deb [trusted=no signed-by=/k.gpg] http://x a", []],
  ["deb http://x a", []],
  ["# deb [trusted=yes] http://x a", []],
])("of sources.list %s is listed: %j", (line, entries) => {
  expect(sources({ "apt/sources.list": `${line}\n` })).toEqual(entries.map((entry) => `unsigned ${entry}`));
});

test.each<[string, readonly string[]]>([
  ["Types: deb\nURIs: http://x\n http://y\nSuites: a\nTrusted: yes\n", ["trusted=yes http://x http://y a"]],
  [
    "# ours\r\nTypes: deb\r\nURIs: http://x\r\nSuites: a\r\nallow-weak:true\r\n",
    ["allow-weak=true http://x a"],
  ],
  [
    "Types: deb\nURIs: http://x\nSuites: a\n\nURIs: http://y\nSuites: b\nTrusted: 1\n",
    ["trusted=1 http://y b"],
  ],
  ["Types: deb\nEnabled: no\nURIs: http://x\nSuites: a\nTrusted: yes\n", []],
  ["Types: deb\nURIs: http://x\nSuites: a\n#Trusted: yes\n", []],
])("of a stanza %j is listed: %j", (text, entries) => {
  const wanted = entries.map((entry) => `unsigned .d/x.sources ${entry}`);
  expect(sources({ "apt/sources.list.d/x.sources": text })).toEqual(wanted);
});

test.each([
  ["APT::Get::AllowUnauthenticated true", "unsigned"],
  ["Binary::apt::Acquire::AllowInsecureRepositories 1", "unsigned"],
  ["acquire::allowdowngradetoinsecurerepositories yes", "unsigned"],
  ["APT::Hashes::SHA1::Weak no", "unsigned"],
  ["Aptitude::CmdLine::Ignore-Trust-Violations true", "unsigned"],
  ["Acquire::https::Verify-Peer false", "unverified"],
  ["Acquire::https::example.org::Verify-Host 0", "unverified"],
  ["Acquire::gpgv::Options:: --keyring=/k", "verifier"],
  ["APT::Key::gpgvcommand /opt/x", "verifier"],
  ["Acquire::AllowWeakRepositories 0", undefined],
  ["APT::Get::AllowUnauthenticated false", undefined],
  ["Acquire::https::Verify-Peer true", undefined],
  ["APT::Get::Upgrade-Allow-New 1", undefined],
])("the setting %s is listed: %s", (line, what) => {
  const [key, value] = line.split(/ (.*)/);
  expect(sources({ dump: `${line}\n` })).toEqual(what === undefined ? [] : [`${what} ${key} "${value}"`]);
});
