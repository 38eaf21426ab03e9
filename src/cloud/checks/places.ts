/** Where things stand, and what reaches the internet: the guide's picture of subnets. */
import type { ObjectResult } from "../../checks/object.ts";
import { bad, type CloudCheck, type CloudRow, orPass, unmeasured } from "../check.ts";
import { isTold, type WayOut } from "../model.ts";
import { planLater, tagIt } from "./words.ts";

const ofPublic: readonly string[] = ["load-balancer", "bastion"];

const subnets: CloudCheck["test"] = ({ cloud: { standing } }) => {
  const results = standing.flatMap((each): readonly ObjectResult[] => {
    const { tier, subnet, found } = each;
    if (subnet === "private") return [];
    if (!isTold(tier)) return [unmeasured(each, `${found}: ${tier.untold}`, tagIt)];
    if (ofPublic.includes(tier.role)) return [];
    if (subnet === "unknown") return [unmeasured(each, found, planLater)];
    return [
      bad(
        each,
        found,
        "Move it to a private subnet: the public one is for the load balancer and the bastion.",
      ),
    ];
  });
  return orPass(results, standing.length, "things in subnets");
};

/** What of app and data is no direct internet access. */
const isFine = (role: string, way: WayOut["way"]) =>
  way === "none" || (role === "app" && (way === "nat" || way === "rule"));

const remedies: Readonly<Record<WayOut["way"], string>> = {
  "public address": "Take its public address away: the load balancer answers for it.",
  gateway: "Route it to no internet gateway; app servers may go out by address translation (NAT).",
  nat: "Take the route out: updates come by a mirror or an endpoint within.",
  rule: "Let it out to named tiers and networks alone.",
  none: "",
  unknown: planLater,
};

const noInternet: CloudCheck["test"] = ({ cloud: { waysOut } }) => {
  const own = waysOut.filter(({ tier }) => !isTold(tier) || tier.role === "app" || tier.role === "data");
  const results = own.flatMap((each): readonly ObjectResult[] => {
    const { tier, way, found } = each;
    if (way === "none") return [];
    if (!isTold(tier)) return [unmeasured(each, `${found}: ${tier.untold}`, tagIt)];
    if (way === "unknown") return [unmeasured(each, found, planLater)];
    return isFine(tier.role, way) ? [] : [bad(each, found, remedies[way])];
  });
  return orPass(results, own.length, "ways between app, data and the internet");
};

const stores: CloudCheck["test"] = ({ cloud: { stores, tiers } }) => {
  const results = stores.flatMap((each): readonly ObjectResult[] => {
    const { tier, what } = each;
    if (!isTold(tier)) return [unmeasured(each, `${what}: ${tier.untold}`, tagIt)];
    if (tier.role === "data") return [];
    return [bad(each, `${what} in ${tier.name}, a tier of role ${tier.role}`, "Move it to the data tier.")];
  });
  return orPass(
    results,
    stores.length + tiers.filter(({ role }) => role === "data").length,
    "data tiers, databases and caches",
  );
};

export const placeChecks: readonly CloudRow[] = [
  {
    id: "cloud.no-internet",
    title: "The app and the data tier have no direct way to the internet",
    severity: "high",
    criteria: ["CC6.6", "CC6.7"],
    expected: "no public address and no internet gateway; for data no way out at all",
    why: "What has an address of the internet is one wrong rule away from being open, and data leaves by the way that updates come in.",
    breaks: "Updates of the data tier: let them come by a mirror, a proxy or an endpoint within.",
    leavesOpen: "By NAT application servers may send data to anybody, and DNS goes out from every subnet.",
    stricter:
      "No NAT, endpoints of the cloud and a proxy with a list of names: each new name has to be allowed.",
    look: "aws ec2 describe-route-tables --query 'RouteTables[].Routes[?GatewayId!=`\"local\"`]'; aws ec2 describe-instances --query 'Reservations[].Instances[].PublicIpAddress'",
    test: noInternet,
  },
  {
    id: "cloud.subnets",
    title: "Only the load balancer and the bastion are in the public subnet",
    severity: "high",
    expected: "everything else in private subnets",
    why: "In a public subnet a machine is on the internet as soon as somebody gives it an address.",
    leavesOpen: "Load balancer and bastion are on the internet, and what is found in them tomorrow is, too.",
    stricter:
      "No bastion, administrators by VPN or by the cloud's agent: another service that has to be kept.",
    look: "aws ec2 describe-instances --query 'Reservations[].Instances[].[Tags,SubnetId]'",
    test: subnets,
  },
  {
    id: "cloud.data-tier",
    title: "Databases and caches are in the data tier",
    severity: "medium",
    criteria: ["CC6.1", "CC6.6"],
    expected: "no database and no cache in another tier",
    why: "Beside the application it shares its rules, its way out and its fate.",
    leavesOpen: "All databases of the tier share its subnets and rules.",
    stricter: "A subnet for each database and cache: addresses and routes are planned for more than one.",
    look: "aws rds describe-db-instances --query 'DBInstances[].[DBInstanceIdentifier,VpcSecurityGroups]'",
    test: stores,
  },
];
