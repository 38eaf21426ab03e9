/** Who reaches whom: by the networks that containers share. Pure. */
import type { Finding } from "../checks/finding.ts";
import { findingsOf } from "../checks/finding.ts";
import { type Images, roleOf } from "../compose/images.ts";
import { type Container, type EngineNetwork, ownerOf } from "../facts/containers.ts";

const say = findingsOf("networks", {
  "proxy-reaches-data": ["note", "A proxy shares a network with what holds the data"],
  "beyond-firewall": ["warn", "A container is on a network where no rule of the host's firewall is asked"],
});

export const findings = say.records;

export interface Reach {
  readonly from: string;
  readonly to: string;
  /** Not known: it goes by the host's own addresses, where its firewall decides. */
  readonly answer: "yes" | "not known";
  /** The networks that it goes by; `host`, or `its own` of containers that share one namespace. */
  readonly by: readonly string[];
}

type Networks = readonly EngineNetwork[];

/** Every pair that is not here doesn't reach each other. What is published on the host is another matter. */
export const reachOf = (containers: readonly Container[], networks: Networks): readonly Reach[] =>
  containers.flatMap((from) =>
    containers.flatMap((to) => (from === to ? [] : pairOf(from, to, { containers, networks }))),
  );

function pairOf(
  from: Container,
  to: Container,
  { containers, networks }: { containers: readonly Container[]; networks: Networks },
): readonly Reach[] {
  const [source, target] = [networkOwner(from, containers), networkOwner(to, containers)];
  const pair = (answer: Reach["answer"], by: readonly string[]) => [
    { from: from.name, to: to.name, answer, by },
  ];
  if (source === target) return pair("yes", ["its own"]);
  if (isHosts(source)) return isHosts(target) || addressed(target).length > 0 ? pair("yes", ["host"]) : [];
  if (isHosts(target)) return addressed(source).length > 0 ? pair("not known", ["host"]) : [];
  const shared = addressed(source).filter(
    (name) => addressed(target).includes(name) && networks.find((each) => each.name === name)?.open !== false,
  );
  return shared.length > 0 ? pair("yes", shared) : [];
}

/** Whose network namespace a container is in. */
const networkOwner = (container: Container, all: readonly Container[]): Container => {
  const [, named = ""] = /^container:(.+)$/.exec(container.network) ?? [];
  return ownerOf(named, all) ?? container;
};

const isHosts = ({ network }: Container) => network === "host";

/** The networks on which it has an address. */
const addressed = ({ networks }: Container) =>
  Object.keys(networks).filter((name) => name !== "host" && name !== "none");

/** The guide's own layout allows it, so that it is a note. */
export function reachNotes(
  containers: readonly Container[],
  reach: readonly Reach[],
  images: Images,
): readonly Finding[] {
  const roles = new Map(containers.map(({ name, image }) => [name, roleOf(image, images)]));
  return reach
    .filter(
      ({ from, to, answer }) => answer === "yes" && roles.get(from) === "proxy" && roles.get(to) === "data",
    )
    .flatMap(({ from, to, by }) =>
      say(
        "proxy-reaches-data",
        `The proxy ${from} reaches ${to} by ${by.join(", ")}: whoever breaks into it is beside the data.`,
        "Put the data on a network of its own, which only those who use it join.",
      ),
    );
}

/** Networks on which a container is a machine of its own: its packets pass none of the host's rules. */
export function beyondFirewall(
  containers: readonly Container[],
  networks: readonly EngineNetwork[],
): readonly Finding[] {
  return networks
    .filter(({ driver }) => driver === "macvlan" || driver === "ipvlan")
    .flatMap(({ name, driver }) => {
      const on = containers.filter((each) => addressed(each).includes(name)).map((each) => each.name);
      return say(
        "beyond-firewall",
        on.length > 0 &&
          `${on.join(", ")} on ${name} (${driver}): whoever is on that network reaches every port of it, for no rule of the host's firewall is asked.`,
        "Use a bridge and publish what is meant to be reached, or filter on the network itself.",
      );
    });
}
