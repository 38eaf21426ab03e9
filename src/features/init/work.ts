/** `harden init`: what a host is as a profile, and what another one would change. Nothing is written here. */
import { inventoryOf } from "../../assess/inventory.ts";
import { privileges } from "../../controls/privileges.ts";
import type { Facts } from "../../facts/probe.ts";
import { visitOf } from "../../plan/access.ts";
import type { HostEntry, HostList } from "../../plan/control.ts";
import type { Plan } from "../../plan/plan.ts";
import { controlProbes } from "../../plan/planner.ts";
import type { Profile } from "../../profile/profile.ts";
import { collect } from "../../run/collect.ts";
import { gather, probesOf } from "../../run/gather.ts";
import { connectionOf, look } from "../../run/look.ts";
import { managedBy } from "../../run/managed.ts";
import type { Ports, ProfileChoice, Targets } from "../../run/ports.ts";
import { targetsOf, withConnection } from "../../run/session.ts";
import { localTarget, routeOf } from "../../targets.ts";
import type { Transport } from "../../transports/transport.ts";
import { type DescribedHost, describedHost } from "./described.ts";

export interface InitReport extends DescribedHost {
  readonly target: string;
  readonly name: string;
  /** By the profile that it is compared with. */
  readonly compared: Plan;
  /** What neither the distribution nor the new profile explains. */
  readonly unexplained: readonly HostEntry[];
  /** Why there may be more of a kind. */
  readonly unread: HostList["unread"];
}

export interface InitOptions extends Targets {
  /** What it is compared with. */
  readonly compared: ProfileChoice;
  /** Says of each section what no fact does. */
  readonly base: Profile;
  /** The new profile's name, by what the host calls itself. */
  readonly nameOf: (hostname: string) => string;
  /** The new profile by its text. Throws HardenError `profile`. */
  readonly load: (name: string, text: string) => Promise<Profile>;
}

export async function initCommand(options: InitOptions, ports: Ports): Promise<InitReport> {
  const { compared, base, nameOf, load } = options;
  const [target = localTarget] = targetsOf(options);
  const route = routeOf(target, options);
  return withConnection(route, ports, async (transport) => {
    const own = probesOf(managedBy({ profile: base, only: [], skip: [] }), {
      profile: base,
      transport,
      depth: "plan",
      beside: inventoryProbes(base, transport),
    });
    const asked = { choice: compared, target, route, ports, beside: own };
    const { facts, plan } = await gather(transport, { ...asked, depth: "plan" });
    const name = nameOf(plan.host.hostname);
    const about = { facts, transport, target, name, base, version: ports.version, next: ports.next };
    const found = await describedHost({
      ...about,
      load: (text) => load(name, text),
      ask: (probes) => collect(transport, probes, ports),
    });
    const { entries, unread } = listedBeside(found.profile, about);
    const unexplained = entries.filter(({ by }) => by === undefined);
    return { ...found, target, name, compared: plan, unexplained, unread };
  });
}

/** No plan reads them. */
const inventoryProbes = (base: Profile, transport: Pick<Transport, "identity">) =>
  controlProbes(
    managedBy({ profile: base, only: [privileges.id], skip: [] }),
    visitOf(connectionOf(transport), base.access),
  );

interface Beside extends Pick<Ports, "version" | "next"> {
  readonly facts: Facts;
  readonly transport: Pick<Transport, "identity">;
  readonly target: string;
}

function listedBeside(profile: Profile, { facts, version: tool, ...about }: Beside): HostList {
  const seen = look(facts, { ...about, choice: { profile, only: [], skip: [] }, tool });
  return inventoryOf({ ...seen, host: seen.plan.host }, []) ?? { entries: [], unread: [] };
}
