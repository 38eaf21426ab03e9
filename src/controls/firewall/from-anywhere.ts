/** Who may come to sshd's ports: advice about the profile, since `access.from` is nobody's but the operator's to name. */
import { oneGate } from "../../checks/texts.ts";
import { openTo } from "../../profile/network.ts";
import type { TestRow } from "../row.ts";
import { result } from "../verdict.ts";
import type { FirewallInput, FirewallView } from "./model.ts";
import type { FirewallProbes } from "./probes.ts";
import type { FirewallParams } from "./schema.ts";

const open = ({ access: { planned } }: FirewallInput): readonly string[] => openTo(planned.callers);

const portsOf = ({ access: { planned } }: FirewallInput) => `${planned.ports.join(", ")}/tcp`;

export const fromAnywhere: TestRow<FirewallParams, FirewallProbes, FirewallView> = {
  id: "firewall.ssh-from-anywhere",
  title: "ssh is not open to the whole world",
  severity: "medium",
  guards: ["login.network"],
  role: "advice",
  answers: ["server.ssh-sources"],
  why: "Whoever finds a hole in sshd, or a key, comes in from anywhere. Only you know from where you come: access.from.",
  breaks: "A network that is left out is shut out; a plan that would leave you out is blocked.",
  leavesOpen: "Whoever is in one of those networks can try keys, and use a hole in sshd.",
  stricter: oneGate,
  reads: {
    only: ["profile"],
    because:
      "It is about access.from itself; what the kernel lets in is for the other checks of the firewall.",
  },
  look: "iptables -S | grep -- '--dport 22'",
  test: (input) => {
    const found = open(input);
    const expected = "only the networks of those who administer";
    return found.length === 0
      ? result("pass", expected, input.access.planned.callers.join(", "))
      : result("fail", expected, `${portsOf(input)} from ${found.join(" and ")}`);
  },
};
