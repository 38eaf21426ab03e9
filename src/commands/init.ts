/** `harden init`: what a host is as a profile, and what another one would change. Nothing is written here. */
import type { Plan } from "../plan/plan.ts";
import type { Profile } from "../profile/profile.ts";
import { localTarget, routeOf } from "../targets.ts";
import { collect } from "./collect.ts";
import { type DescribedHost, describedHost } from "./described.ts";
import { gather, probesOf } from "./gather.ts";
import { managedBy } from "./managed.ts";
import type { Ports, ProfileChoice, Targets } from "./ports.ts";
import { targetsOf, withConnection } from "./session.ts";

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

export interface InitReport extends DescribedHost {
  readonly target: string;
  readonly name: string;
  /** By the profile that it is compared with. */
  readonly compared: Plan;
}

export async function initCommand(options: InitOptions, ports: Ports): Promise<InitReport> {
  const { compared, base, nameOf, load } = options;
  const [target = localTarget] = targetsOf(options);
  const route = routeOf(target, options);
  return withConnection(route, ports, async (transport) => {
    const own = probesOf(managedBy({ profile: base, only: [], skip: [] }), {
      ...{ profile: base, transport, deep: false },
    });
    const asked = { choice: compared, target, route, ports, deep: false, beside: own };
    const { facts, plan } = await gather(transport, asked);
    const name = nameOf(plan.host.hostname);
    const found = await describedHost({
      ...{ facts, transport, target, name, base, version: ports.version, next: ports.next },
      load: (text) => load(name, text),
      ask: (probes) => collect(transport, probes, ports),
    });
    return { ...found, target, name, compared: plan };
  });
}
