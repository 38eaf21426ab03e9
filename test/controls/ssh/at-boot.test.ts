import { describe, expect, it } from "vitest";
import { guard } from "../../../src/controls/ssh/guard.ts";
import { socketDropinPath } from "../../../src/controls/ssh/layout.ts";
import { ssh } from "../../../src/controls/ssh.ts";
import { absent, present } from "../../../src/facts/probe.ts";
import { bootUnitOf, masked, verdict } from "../facts.ts";
import { type Bend, input, root, unitFact } from "./input.ts";

type Facts = NonNullable<Bend["facts"]>;

const service = (more: Parameters<typeof bootUnitOf>[2]) => ({
  serviceAtBoot: bootUnitOf("ssh.service", "multi-user.target", more),
});
const onSocket = (more: Parameters<typeof bootUnitOf>[2] = {}): Facts => ({
  ...service({ wantedBy: [] }),
  socket: present(unitFact({})),
  socketAtBoot: bootUnitOf("ssh.socket", "sockets.target", more),
});
const dropIn = (path: string) => ({
  path,
  packaged: false,
  lines: ["[Socket]", "ListenStream=2222"],
  masks: false,
});
const sessions = (more: Parameters<typeof bootUnitOf>[2]): Facts => ({
  sessionsAtBoot: bootUnitOf("systemd-user-sessions.service", "multi-user.target", more),
});
const conflicting = present({
  files: [{ path: "/etc/systemd/system/a.service", lines: [{ number: 2, text: "Conflicts=ssh.service" }] }],
  links: [],
});
const isBlocked = (facts: Facts) =>
  guard(input({ facts })).some(({ id, level }) => id === "ssh.off-at-boot" && level === "block");

describe("sshd at the next boot", () => {
  it.each<[string, Facts, string]>([
    ["as packaged", {}, "pass"],
    ["by the socket", onSocket(), "pass"],
    ["by the socket with our drop-in", onSocket({ dropIns: [dropIn(socketDropinPath)] }), "pass"],
    [
      "by the socket with somebody's drop-in",
      onSocket({ dropIns: [dropIn("/etc/systemd/system/ssh.socket.d/a.conf")] }),
      "until the next boot",
    ],
    ["by the socket while the service is masked", { ...onSocket(), ...service(masked) }, "fail"],
    ["disabled", service({ wantedBy: [] }), "fail"],
    ["masked", service(masked), "fail"],
    ["kept off by a file", { notToBeRun: present(true) }, "fail"],
    [
      "with words that ssh.start reads",
      service({
        dropIns: [
          { path: "/a.conf", packaged: false, lines: ["ExecStart=", "Environment=A=b"], masks: false },
        ],
      }),
      "pass",
    ],
    [
      "by a unit of somebody's",
      service({ dropIns: [dropIn("/etc/systemd/system/ssh.service.d/a.conf")] }),
      "until the next boot",
    ],
    ["with a unit of others that conflicts", { others: conflicting }, "until the next boot"],
    ["by the socket, with such a unit", { ...onSocket(), others: conflicting }, "until the next boot"],
    ["by the service now and the socket then", { ...onSocket(), socket: absent }, "until the next boot"],
    ["with the unit masked that lets others than root log in", sessions(masked), "fail"],
    ["by the socket, with that unit masked", { ...onSocket(), ...sessions(masked) }, "fail"],
    ["with nothing that starts that unit", sessions({ wantedBy: [] }), "fail"],
    [
      "with somebody's drop-in of that unit",
      sessions({ dropIns: [dropIn("/etc/systemd/system/systemd-user-sessions.service.d/a.conf")] }),
      "until the next boot",
    ],
    ["with both, one of somebody's", { ...sessions(masked), others: conflicting }, "fail"],
    ["not by Debian's units even now", { service: absent, socket: absent }, "not applicable"],
  ])("comes %s", (_how, facts, expected) => {
    expect(verdict(ssh, "ssh.at-boot", input({ facts }) as never).verdict).toBe(expected);
    expect(isBlocked(facts)).toBe(expected === "fail");
  });

  it("isn't known, and doesn't block, where root is the login and all others are refused", () => {
    const bend: Bend = { facts: sessions(masked), accounts: [root], access: { login: "root" } };
    const { verdict: is, found } = verdict(ssh, "ssh.at-boot", input(bend) as never);
    expect(is).toBe("until the next boot");
    expect(found).toContain("systemd-user-sessions.service is masked by");
    expect(guard(input(bend)).map(({ id }) => id)).not.toContain("ssh.off-at-boot");
  });
});
