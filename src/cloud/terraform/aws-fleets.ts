/** AWS: machines and containers that are made by the dozen: autoscaling groups, node groups, services. Pure. */
import type { WayOut } from "../model.ts";
import { type Subnets, stands } from "./aws-machines.ts";
import { textOf } from "./aws-routes.ts";
import { blocksOf, recordOf, type TerraformResource, type TerraformValues } from "./document.ts";
import { type Linked, linkedBy, linkedOf } from "./linked.ts";
import { type CloudPart, nothing, ofType, placed, type Reading } from "./part.ts";
import { expressionsOf } from "./references.ts";

/** What the first block of a name leads to by one of its attributes. */
function linkedIn(
  resource: TerraformResource,
  [block, attribute]: readonly [string, string],
  { document, types }: { readonly document: Reading["document"]; readonly types: readonly string[] },
): Linked {
  const unknowns = resource.unknown[block];
  const [value] = blocksOf(resource.values[block]);
  const written = blocksOf(expressionsOf(resource, document)?.[block]).map((each) => each[attribute]);
  const unknown = recordOf(Array.isArray(unknowns) ? unknowns[0] : undefined)[attribute];
  const expression = written.length === 0 ? undefined : written;
  return linkedOf({ value: value?.[attribute], unknown }, { resource, expression, document, types });
}

const subnetsOf = ({ resources, others, unknown }: Linked): Subnets => ({
  resources,
  isPartly: unknown !== undefined || others.length > 0,
});

type Address = Pick<WayOut, "way" | "found">;

const none: Address = { way: "none", found: "no public address" };
const given: Address = { way: "public address", found: "its machines are given public addresses" };

/** By its own word, else as its subnets give. */
function addressBy(word: unknown, { resources, isPartly }: Subnets): Address {
  if (String(word) === "true") return given;
  if (String(word) === "false") return none;
  if (resources.some(({ values }) => values.map_public_ip_on_launch === true)) return given;
  if (!isPartly && resources.length > 0) return none;
  return { way: "unknown", found: "whether its machines get public addresses is not known" };
}

/** The word of the template that its machines are made by; undefined where it has none. */
function templateWord(group: TerraformResource, { document }: Reading): unknown {
  const types = ["aws_launch_template", "aws_launch_configuration"];
  const links = [
    linkedIn(group, ["launch_template", "id"], { document, types }),
    linkedIn(group, ["launch_template", "name"], { document, types }),
    linkedBy(group, "launch_configuration", { document, types }),
  ];
  const words = links
    .flatMap(({ resources }) => resources)
    .flatMap(({ values }): readonly unknown[] => [
      values.associate_public_ip_address,
      ...blocksOf(values.network_interfaces).map((each: TerraformValues) => each.associate_public_ip_address),
    ]);
  return (
    words.find((word) => String(word) === "true") ?? words.find((word) => word !== undefined && word !== null)
  );
}

function fleet(
  resource: TerraformResource,
  subnets: Subnets,
  { word, reading }: { word: unknown; reading: Reading },
): CloudPart {
  const place = { ...placed(resource), tier: reading.tiers.of(resource) };
  const subnet = stands(subnets, reading);
  return {
    ...nothing,
    standing: [{ ...place, subnet, found: textOf[subnet] }],
    waysOut: [{ ...place, ...addressBy(word, subnets) }],
  };
}

export function awsFleets(reading: Reading): readonly CloudPart[] {
  const { document } = reading;
  const links = { document, types: ["aws_subnet"] };
  const groups = ofType(reading, "aws_autoscaling_group").map((each) =>
    fleet(each, subnetsOf(linkedBy(each, "vpc_zone_identifier", links)), {
      word: templateWord(each, reading),
      reading,
    }),
  );
  const nodes = ofType(reading, "aws_eks_node_group").map((each) =>
    fleet(each, subnetsOf(linkedBy(each, "subnet_ids", links)), { word: undefined, reading }),
  );
  const services = ofType(reading, "aws_ecs_service").flatMap((each) => {
    const [network] = blocksOf(each.values.network_configuration);
    if (network === undefined) return [];
    const subnets = subnetsOf(linkedIn(each, ["network_configuration", "subnets"], links));
    return [fleet(each, subnets, { word: network.assign_public_ip ?? false, reading })];
  });
  return [...groups, ...nodes, ...services];
}
