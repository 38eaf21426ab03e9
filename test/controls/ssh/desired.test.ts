import { describe, expect, it } from "vitest";
import { desired } from "../../../src/controls/ssh/desired.ts";
import { absent, present, unknown } from "../../../src/facts/probe.ts";
import { resourceName } from "../../../src/kinds/index.ts";
import type { Claim } from "../../../src/plan/claim.ts";
import { type Bend, debianMain, effective, fileFact, input, unitFact } from "./input.ts";

const dropinPath = "/etc/ssh/sshd_config.d/00-harden.conf";
const claims = (bend: Bend = {}) => desired(input(bend));
const names = (all: readonly Claim[]) => all.map(({ resource }) => resourceName(resource));
const content = (all: readonly Claim[], path: string) => {
  const found = all
    .map(({ resource }) => resource)
    .find((each) => each.kind === "file" && each.path === path);
  return found?.kind === "file" && typeof found.content === "object"
    ? found.content.toString("latin1")
    : found;
};
const whole = (bend: Bend) => content(claims(bend), "/etc/ssh/sshd_config") as string;

describe("where the lines go", () => {
  it("a drop-in where the Include comes first", () => {
    expect(names(claims())).toEqual([
      `file:${dropinPath}`,
      "mode:/etc/ssh/sshd_config",
      "service:ssh.service",
    ]);
    expect(
      content(claims(), dropinPath),
    ).toBe(`# Written by harden, which replaces these lines. sshd takes the first value that it finds for a keyword.
PasswordAuthentication no
PubkeyAuthentication yes
PermitRootLogin prohibit-password
MaxAuthTries 3
KbdInteractiveAuthentication no
UsePAM yes
GSSAPIAuthentication no
HostbasedAuthentication no
PermitEmptyPasswords no
IgnoreRhosts yes
ClientAliveInterval 300
ClientAliveCountMax 2
ChannelTimeout session:shell=600
UnusedConnectionTimeout 600
X11Forwarding no
AllowAgentForwarding no
LogLevel VERBOSE
`);
  });

  it("the top of sshd_config where there is no Include, and every other byte stays", () => {
    const main =
      "Port 22\r\nSubsystem sftp internal-sftp\r\n# caf\xe9\r\nMatch User x\r\n  PasswordAuthentication no";
    const text = whole({ main });
    expect(text.startsWith("# harden: begin\r\n")).toBe(true);
    expect(text.endsWith(`# harden: end\r\n${main}`)).toBe(true);
  });

  it("the top of sshd_config where a line of it stands before the Include", () => {
    expect(whole({ main: `PasswordAuthentication yes\n${debianMain}` })).toContain("# harden: begin");
    expect(names(claims({ main: `MaxAuthTries 2\n${debianMain}` }))).toContain(`file:${dropinPath}`);
    expect(whole({ main: debianMain.replace("Include", "Match User x\nInclude") })).toContain(
      "# harden: begin",
    );
  });

  it("takes a line away that would add another port, and gives it back", () => {
    const main = `Port 22\nPort 2200\n${debianMain}`;
    const text = whole({ main, params: { port: 2222 } });
    expect(text).toContain("\n#harden# Port 22\n#harden# Port 2200\n");
    expect(text).toContain("Port 2222\n");
    const again = claims({ main: text });
    expect(content(again, "/etc/ssh/sshd_config")).toBe(main);
    expect(names(again)).toContain(`file:${dropinPath}`);
  });

  it("the same bytes again, in both layouts", () => {
    for (const main of ["UsePAM no\n", "UsePAM no\r\nPort 22\r\n", "", "# harden: end\nUsePAM no\n"]) {
      const once = whole({ main, params: { port: 2222 } });
      expect(whole({ main: once, params: { port: 2222 } })).toBe(once);
    }
  });

  it("moves from the drop-in to sshd_config when the profile says so, without leaving the drop-in", () => {
    const all = claims({ params: { layout: "whole" }, dropins: { "00-harden.conf": "MaxAuthTries 3\n" } });
    expect(content(all, dropinPath)).toMatchObject({ content: "absent" });
    expect(content(all, "/etc/ssh/sshd_config")).toContain(debianMain);
  });

  it("knows the old name of keyboard-interactive", () => {
    const old = effective({ challengeresponseauthentication: "yes" });
    expect(content(claims({ effective: { global: old } }), dropinPath)).toContain(
      "\nChallengeResponseAuthentication no\n",
    );
    const unread = {
      effective: unknown("x"),
      package: present({ version: "1:8.2p1-4", installed: true, status: "ii" }),
    };
    expect(content(claims({ facts: unread }), dropinPath)).toContain(
      "\nChallengeResponseAuthentication no\n",
    );
  });
});

describe("the service", () => {
  const service = (bend: Bend) =>
    claims(bend).find(({ resource }) => resource.kind === "service" && resource.unit === "ssh.service");

  it("is reloaded, never started and never enabled", () => {
    expect(service({})?.resource).toMatchObject({ how: "reload", enabled: true, active: true });
    expect(
      service({ facts: { service: present(unitFact({ active: false, enabled: "disabled" })) } }),
    ).toBeUndefined();
    expect(
      service({ facts: { service: present(unitFact({ enabled: "disabled" })) } })?.resource,
    ).toMatchObject({ enabled: false });
    expect(service({ facts: { service: present(unitFact({ enabled: "masked" })) } })).toBeUndefined();
  });

  it.each([
    [1999.995, "33:19.995"],
    [3000, "50:00.000"],
  ])(
    "is stale when a file is newer than what sshd has read, by a coarse clock (%d), and says when it was changed",
    (changed, at) => {
      const one = input();
      if (one.facts.files.state !== "present") throw new Error("no files");
      const { files, stats } = one.facts.files.value;
      const newer = {
        files,
        stats: stats.map((stat) => (stat.path.endsWith("config") ? { ...stat, changed } : stat)),
      };
      expect(service({ facts: { files: present(newer) } })?.resource).toMatchObject({
        stale: `sshd has not read /etc/ssh/sshd_config (changed at 1970-01-01T00:${at}Z)`,
      });
      expect(service({})?.resource).not.toHaveProperty("stale");
    },
  );
});

describe("a listening ssh.socket", () => {
  const socket = present(unitFact({ listen: ["[::]:22"] }));
  it("gets the port, by a drop-in that replaces its addresses", () => {
    const all = claims({ params: { port: 2222 }, facts: { socket } });
    expect(content(all, "/etc/systemd/system/ssh.socket.d/harden.conf")).toContain(
      "ListenStream=\nListenStream=2222\n",
    );
    expect(names(all)).toContain("service:ssh.socket");
    expect(all.at(-1)?.resource).toMatchObject({ unit: "ssh.service", how: "restart" });
  });
  it("is left alone without a port", () => {
    expect(names(claims({ facts: { socket } }))).not.toContain("service:ssh.socket");
  });
});

describe("nothing to claim", () => {
  it("where there is no sshd", () => {
    expect(claims({ facts: { package: absent, effective: absent, files: absent } })).toEqual([]);
  });
  it("where the files could not be read", () => {
    expect(claims({ facts: { files: unknown("permission denied") } })).toEqual([]);
  });
  it("on the mode of sshd_config where it is strict enough, or a link", () => {
    const mode = (fact: object) =>
      names(claims({ facts: { main: present({ ...fileFact(debianMain), ...fact }) } }));
    expect(mode({ mode: "0400" })).not.toContain("mode:/etc/ssh/sshd_config");
    expect(mode({ type: "symlink", mode: "0777" })).not.toContain("mode:/etc/ssh/sshd_config");
    expect(mode({ mode: "0600", owner: "bob" })).toContain("mode:/etc/ssh/sshd_config");
  });
});
