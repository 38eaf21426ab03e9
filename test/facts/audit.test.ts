import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { arches, ruleGroups, ruleNames } from "../../src/controls/auditd/rules.ts";
import { audit } from "../../src/facts/audit.ts";
import { type AuditRule, fulfils, parseAuditLine, signature } from "../../src/facts/audit-rule.ts";

/** What the collector printed on a real kernel that had loaded our rules and those of `theirs`. */
const recorded = (distro: string) =>
  readFileSync(fileURLToPath(new URL(`../fixtures/audit/${distro}.txt`, import.meta.url)));

function rule(line: string): AuditRule {
  const parsed = parseAuditLine(line);
  if (parsed?.kind !== "rule") throw new Error(`no rule: ${line}`);
  return parsed.rule;
}

/** The file that was loaded when the recordings were made. */
const theirs = [
  "-w /etc/hosts -p wa -k hosts",
  "-w /etc/sudoers.d/ -k w3",
  "-a always,exit -S all -F path=/etc/sudoers -F perm=wa -F auid>=1000 -F key=other",
  "-a exit,always -F arch=b64 -S openat -S open -F exit=-EACCES -F success=0 -F key=denied",
  "-a always,exit -F arch=b32 -S mount -F auid>=1000 -F auid!=4294967295 -k mounts",
  "-a always,exit -F arch=x86_64 -S adjtimex,settimeofday -F uid=root -k time",
  "-a always,exit -F dir=/etc/security/ -F perm=aw -k net",
  "-a always,exit -F arch=b64 -C auid!=obj_uid -S unlinkat -k other-home",
  "-a never,exit -F arch=b64 -S getpid -F loginuid=unset",
  "-a always,exclude -F msgtype=CWD",
];

const ours = ruleGroups({
  names: ruleNames,
  rootCommands: "sessions",
  architecture: "amd64",
  isMissing: (folder) => folder === "/etc/docker",
}).flatMap(({ lines }) => lines);

describe.each(["debian12", "debian13"])("%s's own listing", (distro) => {
  const fact = audit.parse(recorded(distro));

  test("is read whole", () => {
    expect(fact).toMatchObject({ enabled: 1, pid: 352, lost: 0, backlogLimit: 8192, offAtBoot: false });
    expect(fact.rules).toHaveLength(theirs.length + ours.length);
  });

  test.each([...theirs, ...ours])("shows %s as loaded, exactly once", (line) => {
    const wanted = rule(line);
    expect(fact.rules.filter((each) => fulfils(each.rule, wanted))).toHaveLength(1);
  });

  test.each(ours)("a rule that does less than %s isn't taken for it", (line) => {
    const without = fact.rules.filter(({ rule: loaded }) => !fulfils(loaded, rule(line)));
    expect(without).toHaveLength(fact.rules.length - 1);
    for (const weaker of [
      line.replace("arch=b64", "arch=b32"),
      line.replace("perm=wa", "perm=a"),
      line.replace("euid=0", "euid=0 -F success=0"),
      line.replace("execve,execveat", "execveat"),
      line.replace("always", "never"),
      line.replace(/key=.*/, "key=theirs"),
      line.replace(/(path|dir)=(\S+)/, "$1=$2/x"),
      line.replace("-F perm=wa", "-S open,creat -F perm=wa"),
    ].filter((each) => each !== line))
      expect(fulfils(rule(weaker), rule(line)), weaker).toBe(false);
  });
});

describe("one rule, two spellings", () => {
  test.each([
    ["-w /etc/x -p wa -k y", "-a always,exit -S all -F path=/etc/x -F perm=aw -F key=y"],
    ["-w /etc/x/ -k y", "-a always,exit -F dir=/etc/x -F perm=rwxa -k y"],
    ["-a exit,always -S open -S openat -F auid!=-1", "-a always,exit -S openat,open -F loginuid!=unset"],
    ["-a always,exit -F arch=aarch64 -S all -F uid=root", "-a always,exit -F arch=b64 -F uid=0"],
  ])("%s", (a, b) => {
    expect(rule(a)).toEqual(rule(b));
    expect(signature(rule(a))).toBe(signature(rule(b)));
  });
});

test("other lines are told apart", () => {
  expect(parseAuditLine("# -w /etc/x")).toBeUndefined();
  expect(parseAuditLine("No rules")).toBeUndefined();
  expect(parseAuditLine("-D")).toEqual({ kind: "delete all" });
  expect(parseAuditLine("-D -k x")).toEqual({ kind: "delete all", key: "x" });
  expect(parseAuditLine("-e 2")).toEqual({ kind: "control", flag: "-e", value: "2" });
  expect(parseAuditLine("-W /etc/x -p wa")?.kind).toBe("delete");
  expect(parseAuditLine("-d always,exit -S open")?.kind).toBe("delete");
});

test("a listing without a status is an error, never a zero", () => {
  expect(() => audit.parse(Buffer.from("\n@0 status\n\n@0 rules\nNo rules\n"))).toThrow("enabled");
});

test("audit=0 on the command line is seen", () => {
  const off = recorded("debian13").toString().replace("quiet", "audit=0");
  expect(audit.parse(Buffer.from(off)).offAtBoot).toBe(true);
});

test("architectures with 32-bit programs get both kinds of rules", () => {
  expect(arches("amd64")).toEqual(["b64", "b32"]);
  expect(arches("arm64")).toEqual(["b64", "b32"]);
  expect(arches("riscv64")).toEqual(["b64"]);
  expect(arches("armhf")).toEqual(["b32"]);
});
