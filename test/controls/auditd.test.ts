import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { lockPath, rulesPath } from "../../src/controls/auditd/rules.ts";
import { compareNames } from "../../src/controls/auditd/sort.ts";
import { auditd } from "../../src/controls/auditd.ts";
import type { AuditFact } from "../../src/facts/audit.ts";
import { parseAuditLine } from "../../src/facts/audit-rule.ts";
import type { DropIn } from "../../src/facts/files.ts";
import { absent, present, unknown, unsupported } from "../../src/facts/probe.ts";
import type { EditResource } from "../../src/kinds/edit-keys.ts";
import type { Claim } from "../../src/plan/claim.ts";
import {
  type AnyInput,
  access,
  bootUnitOf,
  contentOf,
  debian,
  fileOf,
  inputOf,
  masked,
  noOthers,
  packageOf,
  unitOf,
  verdict,
} from "./facts.ts";

const distributions = "-D\n-b 8192\n--backlog_wait_time 60000\n-f 1\n";

const loadedFrom = (text: string): AuditFact["rules"] =>
  text.split("\n").flatMap((line) => {
    const parsed = parseAuditLine(line);
    return parsed?.kind === "rule" ? [{ text: line, rule: parsed.rule }] : [];
  });

const kernel = (more: Partial<AuditFact> = {}) =>
  present<AuditFact>({
    enabled: 1,
    pid: 1,
    lost: 0,
    backlog: 0,
    backlogLimit: 8192,
    rules: [],
    offAtBoot: false,
    confChanged: false,
    isSilent: false,
    ...more,
  });

interface Host {
  readonly params?: object;
  readonly files?: Readonly<Record<string, string>>;
  readonly kernel?: Partial<AuditFact>;
  readonly facts?: object;
  readonly host?: object;
  readonly via?: "ssh" | "local";
  /** auditd.conf; as after an apply where it is left out. */
  readonly conf?: string;
}

const packagedConf = `log_format = ENRICHED
max_log_file = 8
num_logs = 5
max_log_file_action = ROTATE
space_left = 75
space_left_action = SYSLOG
##tcp_client_ports = 1024-65535
`;
const ourConf = packagedConf.replace("= 8", "= 16").replace("= 5", "= 8");

function hostWith({
  params = {},
  files = {},
  kernel: live = {},
  facts = {},
  host = {},
  conf = ourConf,
  via = access.via,
}: Host): AnyInput {
  const folder: DropIn[] = Object.entries({ "audit.rules": distributions, ...files }).map(([name, text]) => ({
    path: `/etc/audit/rules.d/${name}`,
    content: Buffer.from(text),
  }));
  const own = (path: string) => {
    const found = folder.find((each) => each.path === path);
    return found === undefined
      ? absent
      : fileOf(found.content, { mode: "0640", owner: "root", group: "root" });
  };
  return inputOf(auditd, {
    params: auditd.schema.parse(params),
    access: { ...access, via },
    host: { ...debian("13"), ...host },
    facts: {
      package: packageOf("4.0.2"),
      rules: own(rulesPath),
      lock: own(lockPath),
      folder: present(folder),
      unit: unitOf(),
      boot: bootUnitOf("auditd.service", "multi-user.target"),
      others: noOthers,
      loader: bootUnitOf("audit-rules.service", "multi-user.target"),
      conf: fileOf(Buffer.from(conf), { mode: "0640", owner: "root", group: "root" }),
      kernel: kernel(live),
      ssh: present(true),
      docker: present(true),
      sudoers: present(true),
      ...facts,
    },
  });
}

const wantedText = (params = {}, facts = {}) =>
  contentOf(auditd.desired(hostWith({ params, facts })), rulesPath);
/** As after an apply: the file there, its rules in the kernel. */
const converged = (more: Host = {}) => {
  const text = wantedText(more.params, more.facts);
  const files = { "50-harden.rules": text, ...more.files };
  return hostWith({ ...more, files, kernel: { rules: loadedFrom(text), ...more.kernel } });
};

const resource = (claims: readonly Claim[], kind: string) =>
  claims.find((each) => each.resource.kind === kind)?.resource;
const ids = (input: AnyInput) => auditd.guard(input).map(({ id, level }) => `${level} ${id}`);
const all = (input: AnyInput) =>
  Object.fromEntries(auditd.checks.map(({ id }) => [id, verdict(auditd, id, input).verdict]));

test("every rule is there for both architectures, each with its key", () => {
  const lines = wantedText().split("\n");
  for (const [what, key] of [
    ["-S execve,execveat -F euid=0", "root_commands"],
    ["-F path=/etc/passwd -F perm=wa", "identity"],
    ["-F path=/etc/shadow -F perm=wa", "identity"],
    ["-F dir=/etc/ssh -F perm=wa", "sshd_config"],
    ["-F path=/etc/docker/daemon.json -F perm=wa", "docker_config"],
    ["-F path=/etc/sudoers -F perm=wa", "sudoers"],
    ["-F dir=/etc/sudoers.d -F perm=wa", "sudoers"],
  ])
    for (const arch of ["b64", "b32"])
      expect(lines).toContain(`-a always,exit -F arch=${arch} ${what} -F key=harden-${key}`);
});

test("whose commands are recorded is the profile's to say, and the check's title says which", () => {
  const rule = (params: object) => /^-a .*arch=b64 -S execve.*$/m.exec(wantedText(params))?.[0];
  const title = (params: object) => verdict(auditd, "auditd.root-commands", converged({ params })).title;
  expect(rule({})).toBe(rule({ rootCommands: "all" }));
  expect(rule({ rootCommands: "sessions" })).toContain(
    "-F euid=0 -F auid!=unset -F key=harden-root_commands",
  );
  expect(title({})).toMatch(/^All commands run as root are recorded/);
  expect(title({ rootCommands: "sessions" })).toMatch(/by whoever logged in .* those of daemons not/);
  const sessions = loadedFrom(wantedText({ rootCommands: "sessions" }));
  expect(verdict(auditd, "auditd.root-commands", converged({ kernel: { rules: sessions } })).verdict).toBe(
    "fail",
  );
});

describe("desired", () => {
  test("is what the host has when all is well", () => {
    const input = converged();
    expect(resource(auditd.desired(input), "audit-rules")).toMatchObject({ loaded: true });
    expect(contentOf(auditd.desired(input), rulesPath)).toBe(wantedText());
    expect(ids(input)).toEqual([]);
    const passes = Object.entries(all(input)).filter(([, each]) => each === "pass");
    expect(passes).toHaveLength(auditd.checks.length - 1);
  });

  test("loads when a rule was taken out of the kernel by hand", () => {
    const rules = loadedFrom(wantedText()).slice(1);
    const input = converged({ kernel: { rules } });
    expect(resource(auditd.desired(input), "audit-rules")).toMatchObject({
      loaded: false,
      why: "1 wanted rules are not in the kernel",
    });
    expect(verdict(auditd, "auditd.root-commands", input)).toMatchObject({ verdict: "fail" });
    expect(verdict(auditd, "auditd.on-disk", input)).toMatchObject({ verdict: "fail" });
  });

  test("loads when the kernel has a rule under one of our keys that isn't wanted", () => {
    const stray = loadedFrom("-w /etc/hosts -p wa -k harden-hosts");
    const input = converged({ kernel: { rules: [...loadedFrom(wantedText()), ...stray] } });
    expect(resource(auditd.desired(input), "audit-rules")).toMatchObject({ loaded: false });
    expect(verdict(auditd, "auditd.on-disk", input)).toMatchObject({ verdict: "until the next boot" });
  });

  test("leaves out a rule whose folder is missing, and says so", () => {
    const facts = { docker: absent };
    expect(wantedText({}, facts)).not.toContain("docker");
    const input = converged({ facts });
    expect(ids(input)).toEqual(["note auditd.no-folder-docker-daemon"]);
    expect(verdict(auditd, "auditd.docker-daemon", input).verdict).toBe("not applicable");
    expect(verdict(auditd, "auditd.sudoers", converged({ facts: { sudoers: absent } })).verdict).toBe("pass");
  });

  test("takes the rules that the profile names", () => {
    const text = wantedText({ rules: ["shadow"] });
    expect(text.match(/^-a /gm)).toHaveLength(2);
    const input = converged({ params: { rules: ["shadow"] } });
    expect(verdict(auditd, "auditd.passwd", input).verdict).toBe("not applicable");
    expect(wantedText({ rules: [] })).not.toMatch(/^-a /m);
  });

  test("switches on again what was switched off", () => {
    const input = converged({ kernel: { enabled: 0 } });
    expect(resource(auditd.desired(input), "service")).toMatchObject({
      how: "restart",
      stale: expect.any(String),
    });
    expect(verdict(auditd, "auditd.running", input).verdict).toBe("fail");
  });

  test("before the package is there: package, files, load and service are announced", () => {
    const facts = { package: absent, folder: absent, kernel: absent, unit: absent, loader: absent };
    const claims = auditd.desired(hostWith({ facts }));
    expect(claims.map((each) => each.resource.kind)).toEqual([
      "package",
      "file",
      "file",
      "edit",
      "audit-rules",
      "service",
    ]);
    expect(resource(claims, "audit-rules")).toMatchObject({ loaded: false });
    expect(all(hostWith({ facts }))["auditd.passwd"]).toBe("fail");
  });
});

describe("locked rules", () => {
  const rules = loadedFrom(wantedText()).slice(1);

  test("nothing is loaded: the files wait for the reboot, and say so", () => {
    const input = converged({ params: { immutable: true }, kernel: { enabled: 2, rules } });
    const claims = auditd.desired(input);
    expect(resource(claims, "audit-rules")).toBeUndefined();
    expect(claims.find((each) => each.resource.kind === "file")?.effect).toBe("reboot");
    expect(ids(input)).toEqual(["warn auditd.needs-reboot"]);
    expect(verdict(auditd, "auditd.root-commands", input)).toMatchObject({
      verdict: "fail",
      pending: "reboot",
    });
  });

  test("the lock comes after the confirm, with a file for the next boots", () => {
    const claims = auditd.desired(converged({ params: { immutable: true } }));
    expect(resource(claims, "audit-lock")).toMatchObject({ locked: false });
    expect(
      claims.find((each) => "path" in each.resource && each.resource.path === lockPath)?.resource,
    ).toMatchObject({
      finalize: true,
      mode: "0640",
    });
    const input = converged({ params: { immutable: true } });
    expect(verdict(auditd, "auditd.immutable", input)).toMatchObject({
      verdict: "fail",
      pending: "finalize",
    });
  });

  test("locked now, but not after a boot", () => {
    const input = converged({ params: { immutable: true }, kernel: { enabled: 2 } });
    expect(verdict(auditd, "auditd.immutable", input).verdict).toBe("until the next boot");
    const files = { "zz-harden-finalize.rules": "-e 2\n" };
    const both = converged({ params: { immutable: true }, kernel: { enabled: 2 }, files });
    expect(verdict(auditd, "auditd.immutable", both).verdict).toBe("pass");
  });

  test("somebody's own -e 2 would lock at the load: a reboot loads instead", () => {
    const input = converged({ files: { "99-finalize.rules": "-e 2\n" }, kernel: { rules } });
    expect(resource(auditd.desired(input), "audit-rules")).toBeUndefined();
    expect(auditd.guard(input)[0]?.message).toContain("99-finalize.rules");
  });

  test("no longer wanted: the file goes, the kernel stays locked until the boot", () => {
    const files = { "zz-harden-finalize.rules": "-e 2\n" };
    const input = converged({ files, kernel: { enabled: 2 } });
    const lock = auditd
      .desired(input)
      .find((each) => "path" in each.resource && each.resource.path === lockPath);
    expect(lock).toMatchObject({ effect: "reboot", resource: { content: "absent" } });
    expect(ids(input)).toEqual(["warn auditd.needs-reboot"]);
  });
});

describe("other people's rules", () => {
  test.each([
    ["a line that deletes ours by its key", "60-x.rules", "-D -k harden-identity", "warn auditd.deleted"],
    [
      "a watch taken out",
      "60-x.rules",
      "-d always,exit -F arch=b64 -F path=/etc/shadow -F perm=wa -F key=harden-identity",
      "warn auditd.deleted",
    ],
    ["no process is recorded", "10-no.rules", "-a never,task", "warn auditd.no-task"],
  ])("%s", (_, name, line, finding) => {
    expect(ids(converged({ files: { [name]: `${line}\n` } }))).toContain(finding);
  });

  test("what they take out is not loaded again and again, and fails as an audit with its line", () => {
    const rules = loadedFrom(wantedText()).filter(({ text }) => !text.includes("identity"));
    const input = converged({ files: { "60-x.rules": "-D -k harden-identity\n" }, kernel: { rules } });
    expect(resource(auditd.desired(input), "audit-rules")).toMatchObject({ loaded: true });
    expect(verdict(auditd, "auditd.shadow", input)).toMatchObject({
      verdict: "fail",
      role: "audit",
      found: expect.stringContaining('60-x.rules takes them out: "-D -k harden-identity"'),
    });
    expect(verdict(auditd, "auditd.sudoers", input).verdict).toBe("pass");
  });

  test("a file that switches auditing off, a rule that exempts every process: audits, and no restart", () => {
    const off = converged({ files: { "60-x.rules": "-e 0\n" }, kernel: { enabled: 0 } });
    expect(resource(auditd.desired(off), "service")).not.toHaveProperty("stale");
    expect(ids(off)).toContain("warn auditd.switched-off");
    expect(verdict(auditd, "auditd.running", off)).toMatchObject({ verdict: "fail", role: "audit" });
    const byHand = converged({ kernel: { enabled: 0 } });
    expect(verdict(auditd, "auditd.running", byHand).role).toBeUndefined();
    const exempt = converged({ kernel: { rules: loadedFrom(`-a never,task\n${wantedText()}`) } });
    expect(verdict(auditd, "auditd.running", exempt)).toMatchObject({ verdict: "fail", role: "audit" });
  });

  test("a masked unit is left so: no service is claimed, and what fails by it is an audit", () => {
    const boot = bootUnitOf("auditd.service", "multi-user.target", masked);
    const input = converged({ facts: { unit: unitOf("masked", "inactive"), boot } });
    expect(resource(auditd.desired(input), "service")).toBeUndefined();
    expect(ids(input)).toContain("warn auditd.masked");
    for (const id of ["auditd.running", "auditd.enabled"])
      expect(verdict(auditd, id, input)).toMatchObject({ verdict: "fail", role: "audit" });
  });

  test("the same lines before ours do no harm", () => {
    expect(ids(converged({ files: { "10-x.rules": "-D -k harden-identity\n-D\n" } }))).toEqual([]);
  });

  test("an exemption that comes first is named", () => {
    const never = loadedFrom("-a never,exit -F arch=b64 -S getpid");
    const input = converged({ kernel: { rules: [...never, ...loadedFrom(wantedText())] } });
    expect(ids(input)).toEqual(["note auditd.exempted"]);
  });

  const opensShadow = "-S openat -F path=/etc/shadow";
  test.each<readonly [string, string, readonly string[]]>([
    ["-a always,exclude -F msgtype=SYSCALL", "fail", ["root-commands", "shadow", "sudoers"]],
    ["-a always,exclude -F auid=unset", "fail", ["root-commands", "shadow"]],
    ["-a always,exclude -F msgtype=CWD", "pass", ["root-commands", "shadow"]],
    ["-a never,exit -F arch=b64 -F auid=1001", "fail", ["root-commands", "shadow"]],
    ["-a never,exit -F arch=b64 -S adjtimex -F auid=unset", "pass", ["root-commands", "shadow"]],
    ["-a never,exit -F arch=b64 -S execve -F euid=1001", "pass", ["root-commands", "shadow"]],
    ["-a never,exit -F arch=b64 -S execve -F euid=0", "fail", ["root-commands"]],
    ["-a never,exit -F dir=/etc", "fail", ["shadow", "sshd-config", "sudoers"]],
    ["-a never,exit -F dir=/", "fail", ["shadow", "sudoers"]],
    ["-a never,exit -F dir=/var", "pass", ["shadow", "root-commands"]],
    ["-a never,exit -F arch=b64 -F exe=/usr/sbin/chronyd", "pass", ["shadow", "root-commands"]],
    [`-a never,exit -F arch=b64 ${opensShadow}`, "fail", ["shadow"]],
    [`-a never,exit -F arch=b64 ${opensShadow}`, "pass", ["passwd", "root-commands"]],
  ])("%s before ours: %s", (line, is, names) => {
    const rules = [...loadedFrom(line), ...loadedFrom(wantedText())];
    const files = { "10-noise.rules": `${line}\n` };
    for (const name of names) {
      const now = verdict(auditd, `auditd.${name}`, converged({ kernel: { rules }, files }));
      expect(now.verdict, name).toBe(is);
      const later = verdict(auditd, `auditd.${name}`, converged({ files }));
      expect(later.verdict, name).toBe(is === "pass" ? "pass" : "until the next boot");
    }
  });

  test("a log to which not even this login was written is told", () => {
    const input = converged({ kernel: { isSilent: true } });
    expect(verdict(auditd, "auditd.running", input)).toMatchObject({ verdict: "fail", role: "audit" });
    const local = converged({ kernel: { isSilent: true }, via: "local" });
    expect(verdict(auditd, "auditd.running", local).verdict).toBe("pass");
  });

  test.each(["-e 0", "-a never,task"])("%s in the files is told before the next boot", (line) => {
    expect(verdict(auditd, "auditd.running", converged({ files: { "99-x.rules": line } }))).toMatchObject({
      verdict: "until the next boot",
      role: "audit",
    });
  });

  test("what a load would take out of the kernel is named before", () => {
    const input = hostWith({ kernel: { rules: loadedFrom("-w /etc/hosts -p wa -k hosts") } });
    expect(ids(input)).toEqual(["warn auditd.by-hand"]);
    const kept = hostWith({
      files: { "90-hosts.rules": "-a always,exit -F path=/etc/hosts -F perm=wa -F key=hosts\n" },
      kernel: { rules: loadedFrom("-w /etc/hosts -p wa -k hosts") },
    });
    expect(ids(kept)).toEqual([]);
  });

  test("of others' rules on disk that the kernel doesn't have, the check tells, and doesn't fail", () => {
    const files = {
      "90-x.rules": "-w /etc/hosts -p wa -k x\n-a always,exit -F arch=b64 -S 59 -F uid=daemon -k y\n",
    };
    const y = "-a always,exit -F arch=b64 -S execve -F uid=1 -F key=y";
    const input = converged({ files, kernel: { rules: loadedFrom(`${wantedText()}\n${y}`) } });
    expect(verdict(auditd, "auditd.on-disk", input)).toMatchObject({
      verdict: "pass",
      found: expect.stringContaining("1 are in the files, but not seen in the kernel"),
    });
  });

  const refused = "-a always,exit -F arch=b64 -S nosuchcall -k time";
  const watch = "-w /etc/hosts -p wa -k hosts";
  test.each<[string, Readonly<Record<string, string>>, string?]>([
    ["a rule that the kernel lacks", { "10-x.rules": `${refused}\n` }, refused],
    [
      "such a rule of another's key",
      { "10-x.rules": `${watch}\n${refused.replace("time", "hosts")}\n` },
      "nosuchcall",
    ],
    ["the same rule twice", { "10-x.rules": `${watch}\n${watch}\n` }, watch],
    [
      "the same rule twice, in two spellings",
      { "10-x.rules": `${watch}\n-a exit,always -F path=/etc/hosts -F perm=aw -F key=hosts\n` },
      "-a exit,always",
    ],
    ["a line that is no rule", { "10-x.rules": "w /etc/hosts -p wa\n" }, "w /etc/hosts"],
    ["a deletion of nothing", { "10-x.rules": "-W /etc/passwd -p wa -k gone\n" }, "-W /etc/passwd"],
    ["a rule that it has", { "10-x.rules": `# ${refused}\n\n${watch}\n` }],
    ["a rule that it lacks behind a line -i", { "10-x.rules": `-i\n${refused}\n` }],
    ["a rule that it lacks behind a line -c", { "05-c.rules": "-c\n", "10-x.rules": `${refused}\n` }],
    ["a rule that it lacks behind ours", { "90-x.rules": `${refused}\n` }],
    ["a rule that is taken out again", { "10-x.rules": `${refused}\n-D -k time\n` }],
  ])("with %s before ours, the next boot is known or not", (_, files, line) => {
    const input = converged({ files, kernel: { rules: loadedFrom(`${watch}\n${wantedText()}`) } });
    expect(verdict(auditd, "auditd.on-disk", input)).toMatchObject(
      line === undefined
        ? { verdict: "pass" }
        : { verdict: "until the next boot", role: "audit", found: expect.stringContaining(line) },
    );
  });

  test("a later -e beats the lock", () => {
    const input = converged({ params: { immutable: true }, files: { "zz_late.rules": "-e 1\n" } });
    expect(ids(input)).toContain("warn auditd.unlocked");
  });
});

describe("where it can't work, or can't be told", () => {
  test("a container", () => {
    const input = hostWith({
      host: { container: "docker" },
      facts: { kernel: unknown("Operation not permitted") },
    });
    expect(auditd.desired(input)).toEqual([]);
    expect(ids(input)).toEqual(["note auditd.not-applicable"]);
    expect(new Set(Object.values(all(input)))).toEqual(new Set(["not applicable"]));
  });

  test("a kernel without auditing", () => {
    expect(auditd.desired(hostWith({ facts: { kernel: unsupported("no auditing") } }))).toEqual([]);
  });

  test("not root", () => {
    const why = unknown("needs root");
    const input = hostWith({
      facts: { kernel: why, folder: unknown("permission denied"), rules: why, lock: why },
    });
    expect(auditd.desired(input)).toEqual([]);
    expect(ids(input)).toEqual(["block auditd.unreadable"]);
    expect(verdict(auditd, "auditd.passwd", input).verdict).toBe("error");
  });

  test("a folder that is another's, and what mends it", () => {
    const rules = unknown("/etc/audit belongs to op");
    expect(auditd.guard(hostWith({ facts: { rules } }))).toMatchObject([
      { id: "auditd.unreadable", hint: expect.stringContaining("chown -h root:root /etc/audit;") },
    ]);
  });

  test("audit=0, or a masked loader", () => {
    expect(ids(hostWith({ kernel: { offAtBoot: true } }))).toContain("warn auditd.off-at-boot");
    expect(auditd.desired(hostWith({ kernel: { offAtBoot: true } }))).toEqual([]);
    expect(verdict(auditd, "auditd.passwd", hostWith({ kernel: { offAtBoot: true } }))).toMatchObject({
      verdict: "fail",
      role: "audit",
    });
    expect(ids(hostWith({ facts: { loader: bootUnitOf("audit-rules.service", "", masked) } }))).toContain(
      "warn auditd.masked",
    );
  });

  test("a full queue, and lost events", () => {
    const backlog = (wait: number) =>
      verdict(auditd, "auditd.backlog", converged({ kernel: { backlog: wait } })).verdict;
    expect([backlog(0), backlog(4096), backlog(4097)]).toEqual(["pass", "pass", "fail"]);
    const lost = converged({ kernel: { lost: 3 } });
    expect(ids(lost)).toEqual(["note auditd.lost"]);
    expect(verdict(auditd, "auditd.lost", lost)).toMatchObject({
      verdict: "fail",
      found: expect.stringContaining("3 lost since the boot"),
    });
    expect(verdict(auditd, "auditd.lost", converged()).verdict).toBe("pass");
  });

  test("rules that only the kernel has", () => {
    const input = hostWith({ kernel: { rules: loadedFrom(wantedText()) } });
    expect(verdict(auditd, "auditd.passwd", input).verdict).toBe("until the next boot");
  });

  test("running, but not started at boot", () => {
    const boot = bootUnitOf("auditd.service", "multi-user.target", { wantedBy: [] });
    const input = converged({ facts: { unit: unitOf("disabled", "active"), boot } });
    expect(verdict(auditd, "auditd.enabled", input).verdict).toBe("until the next boot");
  });
});

describe("the log", () => {
  const edits = (conf: string, params = {}) => {
    const set = (resource(auditd.desired(hostWith({ conf, params })), "edit") as EditResource | undefined)
      ?.set;
    return Object.fromEntries((set ?? []).map(([[key], value]) => [key, value]));
  };
  const size = (more: Host) => verdict(auditd, "auditd.log-size", converged(more));

  test("as auditd comes is too small, and the profile's size is set", () => {
    expect(size({ conf: packagedConf })).toMatchObject({
      verdict: "fail",
      found: expect.stringContaining("max_log_file 8, num_logs 5"),
    });
    expect(edits(packagedConf)).toEqual({
      max_log_file: "16",
      num_logs: "8",
      max_log_file_action: "ROTATE",
      space_left_action: "SYSLOG",
    });
    expect(size({}).verdict).toBe("pass");
    expect(size({ params: { logSize: 17 } }).verdict).toBe("fail");
  });

  test("more than is wanted stays, and what loses the newest or tells nobody does not", () => {
    const more =
      "max_log_file = 100\nnum_logs = 20\nmax_log_file_action = keep_logs\nspace_left_action = EMAIL\n";
    expect(edits(more)).toEqual({
      max_log_file: "100",
      num_logs: "20",
      max_log_file_action: "keep_logs",
      space_left_action: "EMAIL",
    });
    expect(size({ conf: more }).verdict).toBe("pass");
    const bad =
      "max_log_file = 1e9\nnum_logs = 20\nmax_log_file_action = SUSPEND\nspace_left_action = ignore\n";
    expect(edits(bad)).toEqual({
      max_log_file: "16",
      num_logs: "20",
      max_log_file_action: "ROTATE",
      space_left_action: "SYSLOG",
    });
    expect(size({ conf: bad }).verdict).toBe("fail");
    expect(size({ conf: "" }).verdict).toBe("fail");
  });

  test("a file that auditd has not read yet is not how it works: it is started anew", () => {
    const input = converged({ kernel: { confChanged: true } });
    expect(verdict(auditd, "auditd.log-size", input)).toMatchObject({
      verdict: "fail",
      found: expect.stringContaining("auditd has not read /etc/audit/auditd.conf"),
    });
    expect(resource(auditd.desired(input), "service")).toMatchObject({
      stale: expect.stringContaining("auditd has not read /etc/audit/auditd.conf"),
    });
    expect(resource(auditd.desired(converged()), "service")).not.toHaveProperty("stale");
  });
});

test("files sort as `ls -v` sorts them, which augenrules goes by", () => {
  const folder = mkdtempSync(join(tmpdir(), "harden-sort-"));
  const stem = fc.stringMatching(/^[A-Za-z0-9_~+-][A-Za-z0-9_~.+-]{0,8}$/);
  try {
    const names = fc.sample(stem, { numRuns: 400, seed: 7 }).map((each) => `${each}.rules`);
    const fixed = [
      "50-harden",
      "zz-harden-finalize",
      "audit",
      "99-finalize",
      "9-x",
      "010-x",
      "10-x",
      "a.b",
      "a~",
    ];
    for (const name of [...names, ...fixed.map((each) => `${each}.rules`)])
      writeFileSync(join(folder, name), "");
    const listed = execFileSync("ls", ["-1v", folder], {
      env: { ...process.env, LC_ALL: "C" },
      encoding: "utf8",
    });
    const expected = listed.trim().split("\n");
    expect(expected.toReversed().toSorted(compareNames)).toEqual(expected);
    expect(["zz-harden-finalize.rules", "audit.rules", "50-harden.rules"].sort(compareNames)).toEqual([
      "50-harden.rules",
      "audit.rules",
      "zz-harden-finalize.rules",
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
