import { describe, expect, it } from "vitest";
import { checks } from "../../../src/controls/ssh/checks.ts";
import { desired } from "../../../src/controls/ssh/desired.ts";
import { idlePath } from "../../../src/controls/ssh/idle.ts";
import { absent, present, unknown } from "../../../src/facts/probe.ts";
import { parseEffective } from "../../../src/facts/sshd.ts";
import type { FileResource } from "../../../src/kinds/file.ts";
import { type Bend, debianMain, effective, fileFact, input, processOf } from "./input.ts";

const hardened = {
  passwordauthentication: "no",
  maxauthtries: "3",
  clientaliveinterval: "300",
  clientalivecountmax: "2",
  x11forwarding: "no",
  allowagentforwarding: "no",
  loglevel: "VERBOSE",
  channeltimeout: "session:shell=600",
  unusedconnectiontimeout: "600",
};
const result = (id: string, bend: Bend) =>
  checks.find((check) => check.id === `ssh.${id}`)!.test(input(bend));
const verdict = (id: string, bend: Bend) => result(id, bend).verdict;
const global = (changes: Record<string, string> = {}) => ({
  effective: { global: effective({ ...hardened, ...changes }) },
});
const stats = (mode: string, changed = 1000) => {
  const fact = input().facts.files;
  if (fact.state !== "present") throw new Error("no files");
  const bent = fact.value.stats.map((stat) =>
    stat.path.endsWith("config") ? { ...stat, mode, changed } : stat,
  );
  return present({ files: fact.value.files, stats: bent });
};

const failing: Readonly<Record<string, Bend>> = {
  "password-authentication": global({ passwordauthentication: "yes" }),
  "pubkey-authentication": global({ pubkeyauthentication: "no" }),
  "permit-root-login": global({ permitrootlogin: "yes" }),
  "max-auth-tries": global({ maxauthtries: "6" }),
  "keyboard-interactive": global({ kbdinteractiveauthentication: "yes" }),
  "use-pam": global({ usepam: "no" }),
  "client-alive-interval": global({ clientaliveinterval: "0" }),
  "client-alive-count-max": global({ clientalivecountmax: "0" }),
  gssapi: global({ gssapiauthentication: "yes" }),
  "host-based": global({ hostbasedauthentication: "yes" }),
  "empty-passwords": global({ permitemptypasswords: "yes" }),
  "ignore-rhosts": global({ ignorerhosts: "shosts-only" }),
  "idle-shells": global({ channeltimeout: "session=600" }),
  "idle-connections": global({ unusedconnectiontimeout: "none" }),
  "x11-forwarding": global({ x11forwarding: "yes" }),
  "agent-forwarding": global({ allowagentforwarding: "yes" }),
  "log-level": global({ loglevel: "INFO" }),
  port: { params: { port: 2222 } },
  "allow-users": { params: { allowUsers: ["admin"] }, ...global({ allowusers: "admin\neve" }) },
  "allow-groups": { params: { allowGroups: ["sudo"] }, ...global() },
  kex: { params: { kexAlgorithms: ["curve25519-sha256"] }, ...global() },
  ciphers: { params: { ciphers: ["aes128-ctr"] }, ...global() },
  macs: { params: { macs: ["hmac-sha2-256"] }, ...global() },
  "host-key-algorithms": { params: { hostKeyAlgorithms: ["ssh-ed25519"] }, ...global() },
  "config-mode": { facts: { files: stats("0644") } },
  "host-key-modes": {
    facts: { hostKeys: present([{ path: "/k", mode: "0640", owner: "root", group: "root" }]) },
  },
  running: { facts: { files: stats("0600", 3000) } },
  start: { effective: { process: processOf("/usr/sbin/sshd -D -f /etc/other", ["-f", "/etc/other"]) } },
  "at-boot": { facts: { notToBeRun: present(true) } },
};

const passing: Readonly<Record<string, Bend>> = {
  ...Object.fromEntries(Object.keys(failing).map((id) => [id, global()])),
  port: { params: { port: 22 } },
  "permit-root-login": global({ permitrootlogin: "no" }),
  "max-auth-tries": global({ maxauthtries: "2" }),
  "allow-users": { params: { allowUsers: ["admin", "root"] }, ...global({ allowusers: "root\nadmin" }) },
  "allow-groups": { params: { allowGroups: ["sudo"] }, ...global({ allowgroups: "sudo" }) },
  kex: {
    params: { kexAlgorithms: ["curve25519-sha256"] },
    ...global({ kexalgorithms: "curve25519-sha256" }),
  },
  ciphers: { params: { ciphers: ["aes128-ctr"] }, ...global({ ciphers: "aes128-ctr" }) },
  macs: { params: { macs: ["hmac-sha2-256"] }, ...global({ macs: "hmac-sha2-256" }) },
  "host-key-algorithms": {
    params: { hostKeyAlgorithms: ["ssh-ed25519"] },
    ...global({ hostkeyalgorithms: "ssh-ed25519" }),
  },
  "config-mode": { facts: { files: stats("0600") } },
};

describe("each check", () => {
  for (const { id } of checks) {
    const name = id.replace("ssh.", "");
    it(`${name} fails on a host that fails it, and passes on one that doesn't`, () => {
      expect(failing).toHaveProperty([name]);
      expect(result(name, failing[name]!)).toMatchObject({ verdict: "fail" });
      expect(result(name, passing[name]!)).toMatchObject({ verdict: "pass" });
    });
    it(`${name} is not applicable without an sshd`, () => {
      expect(verdict(name, { facts: { package: absent, effective: absent, files: absent } })).toBe(
        "not applicable",
      );
    });
    it(`${name} never passes where nothing could be read`, () => {
      const why = unknown("needs root");
      const bend = {
        ...passing[name],
        facts: { effective: why, files: why, hostKeys: why, main: why, serviceAtBoot: why },
      };
      expect(["error", "not applicable"]).toContain(verdict(name, bend));
    });
  }
});

it.each(["effective", "files", "service"])(
  "what sshd has read is an error where %s is not readable",
  (name) => {
    expect(result("running", { ...global(), facts: { [name]: unknown("needs root") } })).toMatchObject({
      verdict: "error",
      found: "needs root",
    });
  },
);

describe("a pid file of another name", () => {
  const other = global({ pidfile: "/run/other.pid" });
  const filesWith = (...read: readonly number[]) =>
    present({
      files: [],
      stats: [
        { path: "/etc/ssh/sshd_config", mode: "0600", owner: "root", group: "root", changed: 1000 },
        { path: "/run/sshd.pid", mode: "0644", owner: "root", group: "root", changed: 2000 },
        ...read.map((changed) => ({
          path: "/run/other.pid",
          mode: "0644",
          owner: "root",
          group: "root",
          changed,
        })),
      ],
    });
  it.each([
    [2000, "pass"],
    [900, "fail"],
  ])("tells when sshd has read its files: at %i it is a %s", (read, wanted) => {
    expect(verdict("running", { ...other, facts: { files: filesWith(read) } })).toBe(wanted);
  });
  it("is an audit's error where it is not there, and no reason to roll back", () => {
    expect(result("running", { ...other, facts: { files: filesWith() } })).toMatchObject({
      verdict: "error",
      role: "audit",
    });
  });
});

describe("a shell that nobody uses", () => {
  const shells = (channeltimeout: string) => verdict("idle-shells", global({ channeltimeout }));
  it("ends by the first pattern that matches it", () => {
    expect(shells("agent-connection=5m session:*=5m")).toBe("pass");
    expect(shells("*=0 session:shell=600")).toBe("fail");
    expect(shells("session:subsystem=60 session:shell=3600")).toBe("fail");
    expect(shells("none")).toBe("fail");
  });
  it("is left alone where the profile says 0", () => {
    const never = { params: { idleTimeout: 0 }, ...global() };
    expect(verdict("idle-shells", never)).toBe("not applicable");
    expect(verdict("idle-connections", never)).toBe("not applicable");
  });
  it("ends by itself where sshd can't end it", () => {
    const old = new Map([...effective(hardened)].filter(([keyword]) => !/timeout$/.test(keyword)));
    const bend = { effective: { global: old } };
    expect(verdict("idle-connections", bend)).toBe("not applicable");
    expect(verdict("idle-shells", bend)).toBe("fail");
    const [claim] = desired(input(bend)).filter(
      ({ resource }) => resource.kind === "file" && resource.path === idlePath,
    );
    const { content } = claim!.resource as FileResource;
    expect(String(content)).toContain("\nTMOUT=600\nreadonly TMOUT\n");
    expect(verdict("idle-shells", { ...bend, facts: { idle: present(fileFact(String(content))) } })).toBe(
      "pass",
    );
  });
});

it("a keyword that this sshd was built without is not written, and not applicable", () => {
  const without = new Map([...effective(hardened)].filter(([keyword]) => keyword !== "gssapiauthentication"));
  const bend = { effective: { global: without } };
  expect(verdict("gssapi", bend)).toBe("not applicable");
  const contents = desired(input(bend)).map(
    ({ resource }) => resource.kind === "file" && String(resource.content),
  );
  expect(contents.join("\n")).toContain("HostbasedAuthentication no");
  expect(contents.join("\n")).not.toContain("GSSAPI");
});

describe("Match blocks", () => {
  const spec = { user: "bob", host: "h", addr: "203.0.113.1", laddr: "127.0.0.1", lport: "22" };
  const match = (values: Record<string, string>) => ({
    file: "/etc/ssh/sshd_config",
    line: 10,
    text: "Match User bob",
    spec,
    effective: effective({ ...hardened, ...values }),
  });
  const main = `${debianMain}Match User bob\n  X11Forwarding no\n`;

  it("fail a check by what sshd says of them", () => {
    const matches = [match({ passwordauthentication: "yes" })];
    expect(
      result("password-authentication", { main, effective: { ...global().effective, matches } }),
    ).toEqual({
      verdict: "fail",
      expected: "no",
      found: "yes under Match User bob (/etc/ssh/sshd_config:10)",
    });
    expect(
      verdict("max-auth-tries", {
        main,
        effective: { ...global().effective, matches: [match({ maxauthtries: "1" })] },
      }),
    ).toBe("pass");
  });
  it("fail a check by their text where no connection stands for them, and never pass it", () => {
    const bend = { main: `${debianMain}Match Group none\n  PasswordAuthentication yes\n`, ...global() };
    expect(result("password-authentication", bend).found).toContain("under Match group none");
  });
  it("are an error where sshd gave no answer", () => {
    const silent = { ...match({}), effective: parseEffective("no such thing") };
    expect(
      verdict("password-authentication", { main, effective: { ...global().effective, matches: [silent] } }),
    ).toBe("error");
  });
  it("of the login in use count", () => {
    const now = effective({ ...hardened, passwordauthentication: "yes" });
    expect(result("password-authentication", { effective: { ...global().effective, now } }).found).toBe(
      "yes for admin",
    );
  });
});
