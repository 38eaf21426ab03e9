import { describe, expect, test } from "vitest";
import { desired } from "../../../src/controls/firewall/claims.ts";
import { givenBack } from "../../../src/controls/firewall/given-back.ts";
import type { FirewallInput } from "../../../src/controls/firewall/model.ts";
import { present } from "../../../src/facts/probe.ts";
import type { Change } from "../../../src/plan/plan.ts";
import { accessOf, applied, but, fixture, inactive, inputOf } from "./host.ts";

const listeners = [{ protocol: "tcp" as const, address: "*", port: 9999, process: "python3" }];
const sockets = present({ listeners, connected: [] });
const off = inputOf({ ...inactive, sockets }, { rules: [{ port: 80 }, { port: 443, from: "10.0.0.0/8" }] });
const on = applied(off, desired(off));

const contentOf = (input: FirewallInput, key: "user4" | "user6" | "conf" | "defaults") => {
  const fact = input.facts[key];
  return fact.state === "present" ? fact.value.content! : Buffer.alloc(0);
};
const filesOf = (input: FirewallInput) =>
  new Map([
    ["/etc/ufw/user.rules", contentOf(input, "user4")],
    ["/etc/ufw/user6.rules", contentOf(input, "user6")],
    ["/etc/ufw/ufw.conf", contentOf(input, "conf")],
    ["/etc/default/ufw", contentOf(input, "defaults")],
  ]);

const common = {
  control: "firewall",
  reason: "",
  effect: "now",
  undo: "full",
  stage: "files",
  steps: [],
} as const;
const file = (path: string): Change => ({
  ...common,
  address: `firewall/file:${path}`,
  kind: "file",
  action: "update",
});
const changesOf = (action: Change["action"]): readonly Change[] => [
  file("/etc/ufw/user.rules"),
  file("/etc/ufw/user6.rules"),
  { ...common, address: "firewall/firewall:ufw", kind: "firewall", action, after: "as before" },
];

describe("a rollback of the firewall", () => {
  test("that switches ufw on says so, names each rule, and warns of the ports that it closes", () => {
    const { changes, findings } = givenBack(off, { changes: changesOf("enable"), contents: filesOf(on) });
    expect(changes.map(({ details = [] }) => details)).toEqual([
      ['+ allow 22/tcp "ssh"', "+ allow 80/tcp", "+ allow 443/tcp from 10.0.0.0/8"],
      [],
      [],
    ]);
    expect(changes.at(-1)).toMatchObject({
      before: "ufw inactive",
      after: expect.stringMatching(
        /^ufw active: deny incoming, allow outgoing; IPv4 3 rules of the profile, IPv6 2/,
      ),
    });
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringMatching(/will be closed to the outside: 9999\/tcp \(python3\)\.$/),
    ]);
  });

  test.each([
    [22, []],
    [822, ["ssh.port-filtered"]],
  ])(
    "whose rules would come back is blocked where they shut the port %d that sshd goes back to",
    (port, wanted) => {
      const access = {
        ...accessOf(),
        now: { ...accessOf().now, ports: [2222] },
        planned: accessOf({ ports: [port] }).planned,
      };
      const { findings } = givenBack(but(off, { access }), {
        changes: changesOf("load"),
        contents: filesOf(on),
      });
      expect(findings.map(({ id }) => id).filter((id) => id !== "firewall.closing-ports")).toEqual(wanted);
    },
  );

  test("that switches it off names the rules that go, and closes nothing", () => {
    const contents = new Map([...filesOf(off), ["/etc/ufw/user.rules", fixture("pristine.user.rules")]]);
    const { changes, findings } = givenBack(but(on, {}), { changes: changesOf("disable"), contents });
    expect(changes.flatMap(({ details = [] }) => details)).toContain('- allow 22/tcp "ssh"');
    expect(changes.at(-1)).toMatchObject({
      before: expect.stringMatching(/^ufw active: /),
      after: "as before",
    });
    expect(findings).toEqual([]);
  });
});
