/** Which files sshd_config includes, in all the ways in which sshd lets them be written. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { pamAccounts } from "../../src/facts/pam.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

const names = ["main", "plain", "two words", "single", "escaped one", "more", "hash#", "indented", 'quo"te'];
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "harden-includes-"));
  for (const name of names) writeFileSync(join(folder, name), "");
  const at = (name: string) => join(folder, name);
  const lines = [
    `Include ${at("plain")} "${at("two words")}" # ${at("none")}`,
    `"include" '${at("single")}'\r`,
    `Include=${at("escaped\\ one")}`,
    `INCLUDE = "${folder}"/more`,
    `\tInclude\t${at("hash#")}`,
    `  Include "${at('quo\\"te')}" "${at("indented")}`,
    `Included ${at("none")}`,
    `Match User include`,
  ];
  writeFileSync(at("main"), lines.join("\n"));
  writeFileSync(at("none"), "");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(shells.map((shell) => ({ shell })))("$shell", ({ shell: [shell = "", ...args] }) => {
  const input = `${library}\nsshd_list '${folder}/main'; printf '%s\\n' "$sshd_found"`;
  const { stdout, stderr } = spawnSync(shell, args, { input, encoding: "utf8" });
  expect(stderr).toBe("");
  expect(stdout.trim().split("\n").sort()).toEqual(names.map((name) => join(folder, name)).sort());
});

test.each(shells.map((shell) => ({ shell })))(
  "what decides which files are read, in $shell",
  ({ shell: [shell = "", ...args] }) => {
    const at = (name: string) => join(folder, name);
    mkdirSync(at("d"), { recursive: true });
    rmSync(at("link"), { force: true });
    symlinkSync("d", at("link"));
    const text = `Include ${at("d")}/*.conf\nInclude ${at("link")}/[a]*\nInclude ${at("plain")} ${at("d/gone/x")}\nPidFile=${at("pid")}\n`;
    writeFileSync(at("places"), text);
    const input = `${library}\nIFS=$NL; sshd_list '${at("places")}'; sshd_places; printf '%s\\n' $sshd_places @ $sshd_links`;
    const { stdout, stderr } = spawnSync(shell, args, { input, encoding: "utf8" });
    expect(stderr).toBe("");
    const [places = "", links = ""] = stdout.split("@\n");
    expect(places.trim().split("\n").sort()).toEqual(["d", "d", "link", "pid"].map(at).sort());
    expect(links.trim()).toBe(at("link"));
  },
);

const run = ([shell = "", ...args]: readonly string[], script: string) => {
  const { stdout, stderr } = spawnSync(shell, args, { input: `${library}\n${script}`, encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout;
};

test.each(shells.map((shell) => ({ shell })))("what PAM's files say of accounts, in $shell", ({ shell }) => {
  const pam = join(folder, "pam");
  mkdirSync(pam, { recursive: true });
  const files = {
    cut: "account required \\",
    common: "account \\\n  substack two # x\nauth required a.so\n-ACCOUNT required b.so\n",
    none: "# account include none \\\nsession include none\n",
    sshd: "@include common\n",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(pam, name), text);
  const script = `need_held() { :; }; collect_pam_accounts '${pam}' '${pam}/gone'`;
  const found = pamAccounts.parse(Buffer.from(run(shell, script)));
  const lines = Object.fromEntries(
    [...found].map(([path, of]) => [
      path.slice(pam.length + 1),
      of.map(({ place, text }) => `${place.slice(pam.length + 1)} ${text}`),
    ]),
  );
  expect(lines).toEqual({
    common: ["common:1 account    substack two", "common:4 -ACCOUNT required b.so"],
    cut: ["cut:1 account required"],
    none: [],
    sshd: ["sshd:1 @include common"],
  });
  expect(run(shell, `collect_pam_accounts '${pam}/gone' || printf $?`)).toBe("3");
});

test.each(shells.map((shell) => ({ shell })))("where sshd enters no session, in $shell", ({ shell }) => {
  const config = join(folder, "chroots");
  writeFileSync(
    config,
    'ChrootDirectory none\n  "chrootdirectory" = "/srv/a b" # x\nMatch all\n\tChrootDirectory=/srv/%u\r\n#ChrootDirectory /no\n',
  );
  expect(run(shell, `awk "$chroot_words" '${config}'`)).toBe("/srv/a b\n/srv/%u\n");
  const why = (path: string) => run(shell, `chroot_why ${path}`);
  expect(["/", "/usr", "/usr/"].map(why)).toEqual(["", "", ""]);
  expect(why("/usr/harden-none/x")).toBe("/usr/harden-none/x is not there");
  expect(why("/tmp")).toBe("others than root may write to /tmp");
  expect(why("/dev/null")).toBe("/dev/null is no folder");
});
