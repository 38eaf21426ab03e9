/** Terraform's own account of a cloud, as checks can judge it. Pure. */
import type { Finding } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import type { Cloud, TierSeen } from "../model.ts";
import { awsFleets } from "./aws-fleets.ts";
import { awsIdentity } from "./aws-identity.ts";
import { awsMachines } from "./aws-machines.ts";
import { awsRoutes } from "./aws-routes.ts";
import { awsRules } from "./aws-rules.ts";
import { azure } from "./azure.ts";
import { readDocument, type TerraformDocument } from "./document.ts";
import { google } from "./google.ts";
import { type CloudPart, placed } from "./part.ts";
import { TierTable } from "./tier.ts";

const say = findingsOf("cloud", {
  "not-looked-at": ["warn", "Terraform has resources of kinds that no check here knows"],
});

export const findings = say.records;

export interface TerraformSeen {
  readonly cloud: Cloud;
  /** What nobody looks at here. */
  readonly findings: readonly Finding[];
}

const clouds = /^(?:aws|google|azurerm|azuread)_/;

/** By its name a kind of resource that lets somebody in from elsewhere. */
const isDoor =
  /_(?:\w*firewall\w*|\w*security_\w+|network_acl\w*|function_url|api_?gateway\w*|\w*_api|\w*listener\w*|forwarding_rule|public_\w+|replication_instance|cloudfront_distribution)$/;

/** By its name one that gives rights, or says who somebody is. */
const isIdentity =
  /_(?:iam|ssoadmin|identitystore|role|access)_|_(?:\w*_)?(?:policy_data|bucket_policy|key_policy|user|users|permission|role_definition)$|_iam(?:_\w+)?$/;

/** Of those clouds, and with addresses, rules or data of their own that nothing here reads. */
const withData =
  /^(?:aws_(?:eks_cluster|lambda_function|ec2_fleet|spot_\w+|lightsail_\w+|network_acl\w*|apprunner_\w+)|google_(?:container_\w+|cloud_run\w+|compute_instance_(?:template|group_manager))|azurerm_(?:public_ip|kubernetes_\w+|container_\w+|(?:linux|windows)_\w+|lb|application_gateway|\w*sql\w*|redis_cache|cosmosdb_account))$/;

/** `own`: the tiers of the project file, where there is one. Throws HardenError `profile` where it is no such document. */
export function cloudOfTerraform(file: string, text: string, own: readonly TierSeen[]): TerraformSeen {
  const read = readDocument(text, file);
  const asked = new Set<string>();
  const byType: TerraformDocument["byType"] = {
    get(type) {
      asked.add(type);
      return read.byType.get(type);
    },
  };
  const document: TerraformDocument = { ...read, byType };
  const subnets = document.resources.filter(({ type }) => type === "aws_subnet");
  const tiers = new TierTable(own, subnets);
  const reading = { document, tiers };
  const parts = [
    awsRules(reading),
    awsRoutes(reading),
    ...awsMachines(reading),
    ...awsFleets(reading),
    awsIdentity(reading),
    ...google(reading),
    ...azure(reading),
  ];
  const left = document.resources.filter(
    ({ type, mode }) => mode === "managed" && clouds.test(type) && !asked.has(type),
  );
  const unread = {
    doors: left.filter(({ type }) => isDoor.test(type)).map(placed),
    identities: left.filter(({ type }) => isIdentity.test(type)).map(placed),
  };
  const types = document.resources.flatMap(({ type, mode }) => (mode === "managed" ? [type] : []));
  const foreign = types.filter((type) => !clouds.test(type) || withData.test(type));
  return {
    cloud: { ...together(parts), file, tiers: tiers.all, isTerraform: true, unread },
    findings: notLookedAt([...new Set(foreign)]),
  };
}

const together = (parts: readonly CloudPart[]): CloudPart => ({
  openings: parts.flatMap(({ openings }) => openings),
  waysOut: parts.flatMap(({ waysOut }) => waysOut),
  standing: parts.flatMap(({ standing }) => standing),
  stores: parts.flatMap(({ stores }) => stores),
  policies: parts.flatMap(({ policies }) => policies),
  credentials: parts.flatMap(({ credentials }) => credentials),
  trails: parts.flatMap(({ trails }) => trails),
  roleUses: parts.flatMap(({ roleUses }) => roleUses),
});

const notLookedAt = (types: readonly string[]): readonly Finding[] =>
  say(
    "not-looked-at",
    types.length > 0 &&
      `Nothing here looks at them, so that no verdict is about them: ${types.slice(0, 10).join(", ")}${types.length > 10 ? ", …" : ""}.`,
  );
