/** A host as it is becomes a project: what is written has an empty plan there, and nothing runs that a host or a file says. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { sample } from "../setup/sample.ts";
import { cli, harden } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { mustRun, runProgram } from "./process.ts";
import { type OnTerminal, startOnTerminal } from "./terminal.ts";

interface Outline {
  readonly control: string;
  readonly as: string;
  readonly why?: string;
}

/** Says yes to the questions that fit, and no to all others, until it ends. */
async function answered(asked: OnTerminal, yes: RegExp) {
  for (let number = 1; ; number += 1) {
    const another = asked.until(new RegExp(`(?:[\\s\\S]*?\\[y/N\\]){${number}}`));
    if (!(await another.then(() => true).catch(() => false))) return asked.ended;
    const question = asked.said().match(/\w[^\n]*\[y\/N\]/g)![number - 1]!;
    asked.type(yes.test(question) ? "y\r" : "n\r");
  }
}

describe.skipIf(!hasDocker()).each(sample("init", bothDistros, 1))(
  "init of %s",
  { timeout: 400_000 },
  (distro) => {
    let host: TestHost;
    beforeAll(async () => {
      host = await startHost(distro, "full");
    });
    afterAll(() => host?.remove());

    const at = (cwd: string, ...args: readonly string[]) =>
      runProgram(process.execPath, [cli, ...args, "--ssh-config", join(host.home, ".ssh/config")], {
        cwd,
        timeoutMs: 120_000,
      });

    /** Into a folder whose name is nobody's command. */
    async function described(...more: readonly string[]) {
      const cwd = join(mkdtempSync(join(tmpdir(), "harden-init-")), "$(touch pwned); '\"`{x}: #");
      mkdirSync(cwd);
      const target = host.target("root");
      const made = await at(cwd, "init", target, "--write", "--format", "json", ...more);
      expect(made, made.stderr).toMatchObject({ code: 0, stderr: "" });
      const { outlines, profile, compared } = JSON.parse(made.stdout) as {
        outlines: readonly Outline[];
        profile: string;
        compared: { changes: readonly unknown[] };
      };
      const planned = await at(cwd, "plan", "--detailed-exitcode");
      expect(planned, planned.stdout + planned.stderr).toMatchObject({ code: 0 });
      expect(planned.stdout).toContain(`profile ${profile} (profiles/${profile}.yaml)`);
      const verified = await at(cwd, "verify", "--format", "json");
      expect([0, 2], verified.stderr).toContain(verified.code);
      const kept = outlines.filter(({ as }) => as !== "left out").map(({ control }) => control);
      const sections = parse(readFileSync(join(cwd, `profiles/${profile}.yaml`), "utf8")) as object;
      expect(Object.keys(sections).sort()).toEqual(["access", "description", ...kept].sort());
      const as = Object.fromEntries(outlines.map((each) => [each.control, each.as]));
      return { cwd, as, outlines, profile, compared: compared.changes.length, verified };
    }

    it("describes it as it came, with what production would change", async () => {
      const { as, compared, cwd } = await described();
      expect(as).toMatchObject({ ssh: "measured", firewall: "left out", accounts: "left out" });
      expect(compared).toBeGreaterThan(10);
      expect(readdirSync(cwd).sort()).toEqual(["harden.yaml", "profiles"]);
    });

    it("takes a hostname for nothing but a text", async () => {
      const hostile = "a: {b}; $(touch /tmp/pwned) ../../x\n# é\u001b[31m";
      const before = await host.exec("cat /proc/sys/kernel/hostname");
      await host.exec("cat > /proc/sys/kernel/hostname", { stdin: hostile });
      try {
        const { profile, cwd } = await described();
        expect(profile).toMatch(/^[A-Za-z0-9_.-]{1,64}$/);
        expect(readdirSync(join(cwd, "profiles"))).toEqual([`${profile}.yaml`]);
      } finally {
        await host.exec("cat > /proc/sys/kernel/hostname", { stdin: before.stdout.trim() });
      }
    });

    it("needs --write where nobody can be asked, and writes nothing then", async () => {
      const cwd = mkdtempSync(join(tmpdir(), "harden-init-"));
      const refused = await at(cwd, "init", host.target("root"));
      expect(refused, refused.stderr).toMatchObject({ code: 64, stdout: "" });
      expect(refused.stderr).toMatch(/^\+description: What /m);
      expect(refused.stderr).toContain("--write");
      expect(readdirSync(cwd)).toEqual([]);
    });

    it("asks on a terminal, and writes nothing after a no", async () => {
      const cwd = mkdtempSync(join(tmpdir(), "harden-init-"));
      const asked = startOnTerminal(host, ["init", host.target("root")], `cd '${cwd}' && exec HARDEN`);
      const { code, said } = await answered(asked, /^$/);
      expect(code, said).toBe(1);
      expect(said).toMatch(/Write profiles\/\S+ and harden\.yaml\?/);
      expect(said).toContain("nothing was written");
      expect(readdirSync(cwd)).toEqual([]);
    });

    it("accepts entries of the inventory where a person says so, and never a second root", async () => {
      const cwd = mkdtempSync(join(tmpdir(), "harden-init-"));
      await host.exec(`useradd --non-unique --uid 0 --shell /bin/bash toor; echo toor:x1y2z3 | chpasswd
echo '* * * * * root true' > /etc/cron.d/odd`);
      try {
        const init = ["init", host.target("root"), "--name", "found"];
        const asked = startOnTerminal(host, init, `cd '${cwd}' && exec HARDEN`);
        const { code, said } = await answered(asked, /of jobs|of root-accounts|^Write/);
        expect(code, said).toBe(0);
        expect(said).toMatch(/root-accounts +toor: .*never\s+written by harden/);
        expect(said).not.toMatch(/Accept .* of root-accounts/);
        const written = readFileSync(join(cwd, "profiles/found.yaml"), "utf8");
        expect(parse(written).privileges).toEqual({ accepted: { jobs: ["/etc/cron.d/odd"] } });
        expect(written).not.toContain("toor");
        const audited = await at(cwd, "audit", "--inventory", "--format", "json");
        const { entries } = JSON.parse(audited.stdout)[0].value.inventory;
        expect(entries).toContainEqual(expect.objectContaining({ kind: "jobs", by: "privileges.accepted" }));
        expect(entries.find(({ name }: { name: string }) => name === "toor")).not.toHaveProperty("by");
      } finally {
        await host.exec("sed -i '/^toor:/d' /etc/passwd /etc/shadow; rm /etc/cron.d/odd");
      }
    });

    it("is added to a project that is there, from a folder below it; a second time it is refused", async () => {
      const cwd = mkdtempSync(join(tmpdir(), "harden-init-"));
      const mine = "# mine\nhosts:\n  other: {groups: [x]} # kept\n\ngroups: {x: {}} # last\n";
      writeFileSync(join(cwd, "harden.yaml"), mine, { mode: 0o640 });
      mkdirSync(join(cwd, "below"));
      await mustRun("git", ["init", "--quiet", cwd]);
      const key = `root@${host.name}`;
      const made = await at(join(cwd, "below"), "init", key, "--write", "--name", "found");
      expect(made, made.stderr).toMatchObject({ code: 0 });
      expect(made.stdout).toContain("What the profile production would change there, as it stands:");
      const text = readFileSync(join(cwd, "harden.yaml"), "utf8");
      for (const line of mine.split("\n")) expect(text).toContain(line);
      expect(parse(text)).toMatchObject({ hosts: { other: { groups: ["x"] }, [key]: { profile: "found" } } });
      expect(statSync(join(cwd, "harden.yaml")).mode & 0o777).toBe(0o640);
      expect(readdirSync(join(cwd, "below"))).toEqual([]);
      const planned = await at(cwd, "plan", key, "--detailed-exitcode");
      expect(planned, planned.stdout + planned.stderr).toMatchObject({ code: 0 });
      const again = await at(cwd, "init", key, "--write");
      expect(again).toMatchObject({ code: 64 });
      expect(again.stderr).toContain("is a host of the project already");
      const named = await at(cwd, "init", host.target("root"), "--write", "--name", "found");
      expect(named).toMatchObject({ code: 64 });
      expect(named.stderr).toContain("There is a profile found already");
      expect(readFileSync(join(cwd, "harden.yaml"), "utf8")).toBe(text);
    });

    it("describes what production has made of it, each section as it is", async () => {
      const applied = await harden(host, ["apply", host.target("root"), "--yes"], { alone: true });
      expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
      const { as, outlines, compared } = await described();
      for (const control of ["ssh", "firewall", "fail2ban", "sysctl", "updates", "logging", "permissions"])
        expect(as[control], JSON.stringify(outlines)).toBe("managed");
      expect(compared).toBe(0);
    });

    it("describes values that are no profile's of ours", async () => {
      const narrow = join(mkdtempSync(join(tmpdir(), "harden-init-")), "own.yaml");
      writeFileSync(
        narrow,
        `extends: production
access: {from: [${host.controller}, 10.0.0.0/8, "fd00::/8"]}
ssh: {maxAuthTries: 5, logLevel: INFO, clientAliveInterval: 90s, allowUsers: [root, op], idleTimeout: 0, ciphers: [aes256-gcm@openssh.com, aes128-ctr], macs: [hmac-sha2-512-etm@openssh.com]}
firewall: {defaultOutgoing: allow, rules: [{port: [8080, "6000:6010"], protocol: udp, from: 10.1.0.0/16, comment: "it: 'x"}, {port: 53, protocol: any}]}
fail2ban: {maxRetry: 7, findTime: 20m, banTime: 2h, ignoreIp: [198.51.100.0/24]}
sysctl: {rpFilter: 2, logMartians: false}
updates: {origins: [security, updates], automaticReboot: true, mail: root, mailReport: always}
logging: {persistent: false, maxUse: 200M}
`.replace(`"it: 'x"`, '"it: x #y"'),
      );
      const applied = await harden(host, ["apply", host.target("root"), "--yes", "--profile", narrow], {
        alone: true,
      });
      expect([0, 2], applied.stdout + applied.stderr).toContain(applied.code);
      const { as, outlines, cwd, profile } = await described();
      for (const control of ["ssh", "firewall", "fail2ban", "sysctl", "updates", "logging", "permissions"])
        expect(as[control], JSON.stringify(outlines)).toBe("managed");
      expect(parse(readFileSync(join(cwd, `profiles/${profile}.yaml`), "utf8"))).toMatchObject({
        access: { from: [`${host.controller}/32`, "10.0.0.0/8", "fd00::/8"] },
        ssh: { maxAuthTries: 5, clientAliveInterval: "1m30s", allowUsers: ["root", "op"], idleTimeout: "0s" },
        fail2ban: { maxRetry: 7, findTime: "20m", banTime: "2h" },
        sysctl: { rpFilter: 2, logMartians: false },
        updates: {
          origins: ["security", "updates"],
          automaticReboot: true,
          mail: "root",
          mailReport: "always",
        },
        logging: { persistent: false, maxUse: "200M" },
      });
    });

    it("describes rules that somebody has made by hand, and leaves to them what no profile can say", async () => {
      const { code, stdout } = await host.exec(
        "ufw allow proto tcp from 10.9.0.0/16 to any port 5432 && ufw limit 2222/tcp && ufw allow out 25/tcp",
      );
      expect(code, stdout).toBe(0);
      const { as, outlines, cwd, profile } = await described();
      expect(as.firewall, JSON.stringify(outlines)).toBe("managed");
      const { firewall } = parse(readFileSync(join(cwd, `profiles/${profile}.yaml`), "utf8")) as {
        firewall: { otherRules: string; rules: readonly unknown[] };
      };
      expect(firewall.otherRules).toBe("keep");
      expect(firewall.rules).toContainEqual({ port: 5432, protocol: "tcp", from: "10.9.0.0/16" });
      expect(JSON.stringify(firewall.rules)).not.toContain("2222");
    });
  },
);
