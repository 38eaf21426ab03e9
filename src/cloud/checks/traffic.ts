/** Who may talk to whom: the guide's table of security groups. */
import type { ObjectResult } from "../../checks/object.ts";
import type { TierRole } from "../../project/tiers.ts";
import { bad, type CloudRow, orPass, unmeasured } from "../check.ts";
import {
  type Cloud,
  isFromAnywhere,
  isTold,
  type Opening,
  sourceText,
  type TierSeen,
  tiersOf,
} from "../model.ts";
import { holds } from "../network.ts";
import { look, opens, planLater, portsText, tagIt } from "./words.ts";

/** Where sshd answers. */
const sshPorts = ({ tiers }: Cloud): readonly number[] => [
  22,
  ...tiers.flatMap(({ role, ports }) => (role === "bastion" ? ports : [])),
];

/** Undefined where its ports are not known. */
const isSsh = ({ ports }: Opening, cloud: Cloud) =>
  ports === undefined ? undefined : sshPorts(cloud).some((port) => holds(ports, port));

/** Whether nothing but ssh goes through. */
const isSshAlone = ({ ports }: Opening, cloud: Cloud) =>
  ports !== undefined && ports.first === ports.last && sshPorts(cloud).includes(ports.first);

/** What of a rule's sources is of none of these roles; tiers that are one themselves count by `self`. */
const strangers = ({ sources }: Opening, cloud: Cloud, may: (tier: TierSeen) => boolean) =>
  sources.filter((source) => source.kind !== "unknown" && !tiersOf(source, cloud).some(may));

const unknowns = ({ sources }: Opening) => sources.filter(({ kind }) => kind === "unknown");

/** What can't be told of a rule that a check is about. */
function untold(opening: Opening): ObjectResult | undefined {
  const { tier, ports } = opening;
  if (!isTold(tier)) return unmeasured(opening, `${opens(opening)}: ${tier.untold}`, tagIt);
  if (ports === undefined || unknowns(opening).length > 0)
    return unmeasured(opening, opens(opening), planLater);
  return undefined;
}

const isOf = (role: TierRole) => (opening: Opening) => isTold(opening.tier) && opening.tier.role === role;

const ssh = ({ cloud }: { readonly cloud: Cloud }): readonly ObjectResult[] => {
  const own = cloud.openings.filter((opening) => isSsh(opening, cloud) !== false);
  const results = own.flatMap((opening): readonly ObjectResult[] => {
    const remedy = "Let ssh in from the bastion tier, or from a tier of role vpn, alone.";
    if (isSsh(opening, cloud) && isFromAnywhere(opening.sources))
      return [bad(opening, opens(opening), remedy)];
    const unknown = untold(opening);
    if (unknown !== undefined) return [unknown];
    const isBastion = isOf("bastion")(opening);
    const wrong = strangers(
      opening,
      cloud,
      ({ role }) => role === "vpn" || (!isBastion && role === "bastion"),
    );
    // Into the bastion the administrators' own networks may come.
    const others = isBastion
      ? wrong.filter((source) => source.kind !== "network" || tiersOf(source, cloud).length > 0)
      : wrong;
    return others.length === 0
      ? []
      : [bad(opening, `${portsText(opening)} from ${others.map(sourceText).join(", ")}`, remedy)];
  });
  return orPass(results, cloud.openings.length, "rules that let in");
};

/** Rules into a tier of a role, but for ssh alone, whose check is another. */
const into = (role: TierRole, cloud: Cloud) =>
  cloud.openings.filter(
    (opening) => !isSshAlone(opening, cloud) && (!isTold(opening.tier) || isOf(role)(opening)),
  );

const app = ({ cloud }: { readonly cloud: Cloud }): readonly ObjectResult[] => {
  const remedy = "Let it in from the load balancer's tier alone.";
  const own = into("app", cloud);
  const results = own.flatMap((opening): readonly ObjectResult[] => {
    const unknown = untold(opening);
    if (!isTold(opening.tier)) return [unknown!];
    if (isFromAnywhere(opening.sources)) return [bad(opening, opens(opening), remedy)];
    if (unknown !== undefined) return [unknown];
    const { ports, tier } = opening;
    const isPort = tier.ports.some((port) => holds(ports!, port));
    const wrong = strangers(opening, cloud, ({ role }) => !isPort || role === "load-balancer");
    return wrong.length === 0
      ? []
      : [bad(opening, `${portsText(opening)} from ${wrong.map(sourceText).join(", ")}`, remedy)];
  });
  return orPass(results, own.length, "rules that let into the app tier");
};

const data = ({ cloud }: { readonly cloud: Cloud }): readonly ObjectResult[] => {
  const remedy = "Let it in from the app tier alone, or from its own for replication.";
  const own = into("data", cloud);
  const results = own.flatMap((opening): readonly ObjectResult[] => {
    const unknown = untold(opening);
    if (!isTold(opening.tier)) return [unknown!];
    if (isFromAnywhere(opening.sources)) return [bad(opening, opens(opening), remedy)];
    if (unknown !== undefined) return [unknown];
    const wrong = strangers(opening, cloud, ({ role }) => role === "app" || role === "data");
    return wrong.length === 0
      ? []
      : [bad(opening, `${portsText(opening)} from ${wrong.map(sourceText).join(", ")}`, remedy)];
  });
  return orPass(results, own.length, "rules that let into the data tier");
};

/** What is left: what the load balancer, the bastion and nobody's tier let in from the internet. */
const entry = ({ cloud }: { readonly cloud: Cloud }): readonly ObjectResult[] => {
  const own = cloud.openings.filter(
    (opening) => !isSshAlone(opening, cloud) && !isOf("app")(opening) && !isOf("data")(opening),
  );
  const open = own.filter(({ sources }) => isFromAnywhere(sources));
  const results = [
    ...own.flatMap((opening) =>
      open.includes(opening) || unknowns(opening).length === 0 ? [] : [untold(opening)!],
    ),
    ...open.flatMap(entered),
    ...severalEntries(open),
  ];
  return orPass(results, cloud.openings.length, "rules that let in");
};

function entered(opening: Opening): readonly ObjectResult[] {
  const remedy =
    "Let the internet in by 443 of the load balancer's tier alone, and by 80 where it only redirects.";
  const unknown = untold(opening);
  const { tier, ports, redirect } = opening;
  if (unknown !== undefined || !isTold(tier) || ports === undefined) return [unknown!];
  if (tier.role === "load-balancer" && ports.first === ports.last) {
    if (ports.first === 443 || (ports.first === 80 && redirect === true)) return [];
    if (ports.first === 80 && redirect === undefined)
      return [
        unmeasured(
          opening,
          `${opens(opening)}: nothing says that it only redirects`,
          "Make its listener's default action a redirect to HTTPS.",
        ),
      ];
  }
  return [
    bad(
      opening,
      opens(opening),
      ports.first === 80 && ports.last === 80 ? `${remedy} A redirect is said by redirect: true.` : remedy,
    ),
  ];
}

/** All but the first tier that the internet comes in by. */
function severalEntries(open: readonly Opening[]): readonly ObjectResult[] {
  const own = open.filter(isOf("load-balancer"));
  const [first] = own.map(({ tier }) => (isTold(tier) ? tier.name : ""));
  const others = own.filter(({ tier }) => isTold(tier) && tier.name !== first);
  return [...new Map(others.map((each) => [isTold(each.tier) ? each.tier.name : "", each])).values()].map(
    (opening) => bad(opening, `a second entry beside ${first}`, "Let one tier be the only way in."),
  );
}

export const trafficChecks: readonly CloudRow[] = [
  {
    id: "cloud.ssh-source",
    title: "ssh comes from the bastion or the VPN alone",
    severity: "high",
    answers: ["network.security-groups"],
    expected: "port 22 from the bastion or a vpn tier; of the bastion from named networks",
    why: "Whoever can reach sshd can guess, and use what is found in it tomorrow.",
    breaks: "Administrators who come from elsewhere: let them come by the bastion (ProxyJump).",
    leavesOpen: "Who has the bastion has a way to sshd on every machine.",
    stricter:
      "No ssh from outside at all, sessions by the cloud's own agent (SSM, IAP): the agent runs as root, and the cloud's login is the key.",
    look: look(" && FromPort<=`22` && ToPort>=`22`"),
    test: ssh,
  },
  {
    id: "cloud.entry",
    title: "The internet comes in by the load balancer's 443 alone",
    severity: "high",
    answers: ["network.security-groups"],
    expected: "one tier, port 443, and 80 as a redirect only",
    why: "Each further entry is a further thing to watch, to update and to encrypt.",
    leavesOpen: "What the application answers to anybody by 443 is open, its own faults too.",
    stricter:
      "A web application firewall before the load balancer: its rules have to be tuned, and it is paid for.",
    look: look(' && CidrIpv4==`"0.0.0.0/0"`'),
    test: entry,
  },
  {
    id: "cloud.app-source",
    title: "The app tier is reached by the load balancer alone",
    severity: "high",
    answers: ["network.security-groups"],
    expected: "its port from the load balancer's tier; other ports from tiers of the file",
    why: "Past the load balancer there is no TLS, no limit and no log of who came.",
    leavesOpen:
      "The load balancer can reach everything that answers on the port, on each machine of the tier.",
    stricter: "TLS with client certificates between both: certificates have to be renewed on every machine.",
    look: "aws ec2 describe-security-groups --filters Name=tag:tier,Values=app",
    test: app,
  },
  {
    id: "cloud.data-source",
    title: "The data tier is reached by the app tier alone",
    severity: "high",
    answers: ["network.security-groups"],
    expected: "from the app tier, or from itself",
    why: "A database that others reach is one password away from them.",
    breaks:
      "Administration and backups from elsewhere: let them come by a tunnel of the app tier or the bastion's ssh.",
    leavesOpen: "Every application server can reach every database with whatever password it has.",
    stricter: "A security group for each application and its own database: more groups and rules to keep.",
    look: "aws ec2 describe-security-groups --filters Name=tag:tier,Values=data",
    test: data,
  },
];
