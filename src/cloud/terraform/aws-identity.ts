/** AWS: policies, keys, the roles of machines, and the audit trail. Pure. */
import type { RoleUse, Said } from "../model.ts";
import { tierOfMachine } from "./aws-machines.ts";
import { blocksOf, isUnknown, recordOf, stringOf, stringsOf, type TerraformResource } from "./document.ts";
import { linkedBy } from "./linked.ts";
import { type CloudPart, nothing, ofType, placed, type Reading } from "./part.ts";
import { grantsOf, isAdministrators } from "./policy.ts";
import { expressionsOf, follow } from "./references.ts";

const remedy = "Name the actions and the resources that it needs.";
const later = "Check it again after the apply: terraform show -json of the state.";

const ofPolicy = ["aws_iam_policy", "aws_iam_role_policy", "aws_iam_user_policy", "aws_iam_group_policy"];
const ofAttachment = [
  "aws_iam_role_policy_attachment",
  "aws_iam_user_policy_attachment",
  "aws_iam_group_policy_attachment",
  "aws_iam_policy_attachment",
];

/** Of a policy's text: it passes where all that it grants is named. */
function judged(place: ReturnType<typeof placed>, text: string): Said {
  const grants = grantsOf(text);
  if (grants === undefined)
    return { ...place, verdict: "error", found: "its policy can't be read", remedy: later };
  if (grants.length === 0) return { ...place, verdict: "pass", found: "" };
  return { ...place, verdict: "fail", found: `it grants ${grants.join(", ")}`, remedy };
}

/** The text of an attribute, or of the document that it refers to. */
function policyOf(
  resource: TerraformResource,
  attribute: string,
  { document }: Reading,
): readonly string[] | undefined {
  const own = stringOf(resource.values[attribute]);
  if (own !== undefined) return [own];
  if (!isUnknown(resource.unknown[attribute])) return [];
  const { resources, isPartly } = follow(expressionsOf(resource, document)?.[attribute], resource, document);
  const texts = resources.map(({ values }) => stringOf(values.json));
  if (isPartly || texts.length === 0 || texts.includes(undefined)) return undefined;
  return texts.flatMap((text) => text ?? []);
}

function textsOf(resource: TerraformResource, attribute: string, reading: Reading): readonly Said[] {
  const texts = policyOf(resource, attribute, reading);
  const place = placed(resource);
  if (texts === undefined)
    return [{ ...place, verdict: "error", found: "its policy is known after the apply", remedy: later }];
  return texts.map((text) => judged(place, text));
}

function policies(reading: Reading): readonly Said[] {
  const attached = [
    ...ofType(reading, ...ofAttachment).map((each) => [each, stringsOf(each.values.policy_arn)] as const),
    ...ofType(reading, "aws_iam_role").map(
      (each) => [each, stringsOf(each.values.managed_policy_arns)] as const,
    ),
  ];
  return [
    ...ofType(reading, ...ofPolicy).flatMap((each) => textsOf(each, "policy", reading)),
    ...ofType(reading, "aws_iam_role").flatMap((each) => [
      ...textsOf(each, "assume_role_policy", reading),
      ...blocksOf(each.values.inline_policy).flatMap(({ policy }) =>
        stringOf(policy) === undefined ? [] : [judged(placed(each), stringOf(policy)!)],
      ),
    ]),
    ...attached.flatMap(([each, arns]) =>
      arns
        .filter(isAdministrators)
        .map((arn): Said => ({ ...placed(each), verdict: "fail", found: `it attaches ${arn}`, remedy })),
    ),
  ];
}

/** Credentials that stand in a provider's block; their values are nobody's business. */
function inProviders({ document }: Reading): readonly Said[] {
  return Object.entries(document.providers).flatMap(([name, provider]): readonly Said[] => {
    const { expressions } = recordOf(provider);
    const written = ["access_key", "secret_key", "client_secret", "credentials"].filter(
      (key) => typeof recordOf(recordOf(expressions)[key]).constant_value === "string",
    );
    return written.map((key) => ({
      object: `provider ${name}`,
      at: { file: document.file, line: 1, column: 1 },
      verdict: "fail",

      found: `${key} is written into its configuration`,
      remedy: "Take it out, and rotate it: whoever has the file has it.",
    }));
  });
}

const keys: Readonly<Record<string, string>> = {
  aws_iam_access_key: "an access key that never ends",
  google_service_account_key: "a key of a service account",
  azuread_application_password: "a client secret",
  azuread_service_principal_password: "a client secret",
};

const identities = [
  ...["aws_iam_role", "aws_iam_user", "aws_iam_instance_profile", "google_service_account"],
  ...["azurerm_user_assigned_identity", "azuread_application", "azuread_service_principal"],
];

function credentials(reading: Reading): readonly Said[] {
  const found = ofType(reading, ...Object.keys(keys)).map(
    (each): Said => ({
      ...placed(each),
      verdict: "fail",
      found: keys[each.type]!,
      remedy: "Use a role with temporary credentials; from outside by OIDC.",
    }),
  );
  const without = ofType(reading, ...identities).map(
    (each): Said => ({ ...placed(each), verdict: "pass", found: "" }),
  );
  return [...found, ...inProviders(reading), ...without];
}

/** Without a selector CloudTrail records every management event. */
function recordsChanges({ values }: TerraformResource): boolean {
  const selectors = blocksOf(values.event_selector);
  return (
    selectors.length === 0 ||
    selectors.some((each) => each.include_management_events !== false && each.read_write_type !== "ReadOnly")
  );
}

const trails = (reading: Reading): readonly Said[] => [
  ...ofType(reading, "aws_cloudtrail").map((each): Said => {
    if (each.values.enable_logging === false)
      return { ...placed(each), verdict: "fail", found: "its logging is off", remedy: "Set enable_logging." };
    if (isUnknown(each.unknown.enable_logging))
      return {
        ...placed(each),
        verdict: "error",
        found: "whether it logs is known after the apply",
        remedy: later,
      };
    if (!recordsChanges(each))
      return {
        ...placed(each),
        verdict: "fail",
        found: "its selectors leave out who changes what",
        remedy: 'Let a selector have include_management_events and read_write_type "All" or "WriteOnly".',
      };
    return { ...placed(each), verdict: "pass", found: "" };
  }),
  ...ofType(
    reading,
    ...[
      "google_project_iam_audit_config",
      "google_folder_iam_audit_config",
      "google_organization_iam_audit_config",
    ],
    "azurerm_monitor_diagnostic_setting",
  ).map((each): Said => ({ ...placed(each), verdict: "pass", found: "" })),
];

/** A machine's role is that of its profile: by its name, and by its address where that is not known yet. */
function rolesOf(
  resource: TerraformResource,
  attribute: string,
  reading: Reading,
): readonly (string | undefined)[] {
  const { document } = reading;
  const profile = linkedBy(resource, attribute, { document, types: ["aws_iam_instance_profile"] });
  const roles = profile.resources.flatMap((each) => {
    const { resources, others, unknown } = linkedBy(each, "role", { document, types: ["aws_iam_role"] });
    if (unknown !== undefined) return [undefined];
    return [...resources.map(({ address }) => address), ...others];
  });
  return [...roles, ...profile.others, ...(profile.unknown === undefined ? [] : [undefined])];
}

const roleUses = (reading: Reading): readonly RoleUse[] =>
  ofType(reading, "aws_instance").flatMap((each) =>
    rolesOf(each, "iam_instance_profile", reading).map((role) => ({
      ...placed(each),
      tier: tierOfMachine(each, reading),
      role,
    })),
  );

export const awsIdentity = (reading: Reading): CloudPart => ({
  ...nothing,

  policies: policies(reading),
  credentials: credentials(reading),
  trails: trails(reading),
  roleUses: roleUses(reading),
});
