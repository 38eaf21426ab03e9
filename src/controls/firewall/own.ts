/** What is somebody else's in the host's rules: shown, and kept. */
import type { Rule } from "../../facts/iptables.ts";
import type { FirewallView } from "./model.ts";
import { builtins, primaryChains } from "./skeleton.ts";
import { tupleText } from "./tuple.ts";

/** Rules of the host's own that stay in ufw's files, for a person; those of both families once. */
export function ownRules({ families }: FirewallView): readonly string[] {
  const texts = families.flatMap(({ wanted }) =>
    wanted.blocks.filter(({ ours }) => !ours).map(({ tuple }) => tupleText(tuple)),
  );
  return [...new Set(texts)];
}

/** Chains that Docker, fail2ban, libvirt, … make, and look after themselves; the runtime's for open connections. */
const known =
  /^(DOCKER|f2b-|fail2ban|LIBVIRT|KUBE-|CNI-|cali-|ts-input|NETAVARK|nixos|sshguard|crowdsec|harden-(flows|published))/i;

export const isKnownChain = (name: string) => known.test(name);

/** Rules of INPUT that are neither ufw's nor of a program known to look after its own. */
export function foreignInput({ families }: FirewallView): readonly Rule[] {
  return families.flatMap(({ live, prefix }) => {
    const jumps = new Set(primaryChains(prefix, builtins.INPUT));
    return (live?.get("INPUT")?.rules ?? []).filter((rule) => {
      const to = rule.target ?? "";
      return !jumps.has(to) && !isKnownChain(to);
    });
  });
}
