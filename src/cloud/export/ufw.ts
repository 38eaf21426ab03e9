/** Tiers as the sections of profiles that open a host's own firewall: `access.from` for ssh, `firewall.rules` for the rest. Pure. */
import { stringify } from "yaml";
import { HardenError } from "../../errors.ts";
import {
  anywhere,
  isTierName,
  listed,
  prefixListForm,
  rulePorts,
  type Tier,
  type Tiers,
} from "../../project/tiers.ts";

/** What one tier's hosts are given. */
export interface Sections {
  readonly tier: string;
  readonly hosts: readonly string[];
  readonly access?: { readonly from: readonly string[] };
  readonly firewall: {
    readonly rules: readonly {
      readonly port: number | string;
      readonly protocol: "tcp" | "udp";
      readonly from?: readonly string[];
      readonly comment?: string;
    }[];
  };
}

/** As networks: a host's firewall knows no tiers. Undefined: from anywhere. Throws HardenError `usage` where nobody says which. */
function networksOf(tier: string, from: readonly string[], tiers: Tiers): readonly string[] | undefined {
  if (from.includes(anywhere)) return undefined;
  const all = from.flatMap((one) => {
    if (prefixListForm.test(one)) throw noAddresses(tier, `the prefix list ${one}`);
    if (!isTierName(one)) return [one];
    const { networks } = tiers[one]!;
    if (networks.length === 0) throw noAddresses(tier, `the tier ${one}`);
    return networks;
  });
  return [...new Set(all)];
}

const noAddresses = (tier: string, what: string) =>
  new HardenError(
    "usage",
    `The rules of ${tier} name ${what}, whose addresses the project file doesn't say.`,
    {
      hint: "Write its networks into the project file: a host's own firewall goes by addresses.",
      hostState: "no host was contacted",
    },
  );

/** A comment as profiles take it: without quotes, at most 200 bytes. */
const commentOf = (text: string): string | undefined => {
  const plain = text
    .replace(/['"`\\]/g, "")
    .trim()
    .slice(0, 60)
    .trim();
  return plain === "" || Buffer.byteLength(plain) > 200 ? undefined : plain;
};

const isSsh = (port: number | string, protocol: string) => protocol === "tcp" && port === 22;

export function sectionsOf(name: string, tier: Tier, tiers: Tiers): Sections {
  const said = tier.inbound.filter(({ from }) => from !== undefined);
  const rules = said.flatMap((rule) =>
    rulePorts(rule, tier).map((port) => ({
      port,
      protocol: rule.protocol,
      from: networksOf(name, listed(rule.from), tiers),
      comment: commentOf(rule.why ?? ""),
    })),
  );
  const ssh = rules.filter(({ port, protocol }) => isSsh(port, protocol));
  const from = ssh.some((rule) => rule.from === undefined)
    ? undefined
    : [...new Set(ssh.flatMap((rule) => rule.from ?? []))];
  return {
    tier: name,
    hosts: tier.hosts,
    ...(ssh.length === 0 || from === undefined ? {} : { access: { from } }),
    firewall: {
      rules: rules
        .filter(({ port, protocol }) => !isSsh(port, protocol))
        .map(({ port, protocol, from: networks, comment }) => ({
          port,
          protocol,
          ...(networks === undefined ? {} : { from: networks }),
          ...(comment === undefined ? {} : { comment }),
        })),
    },
  };
}

/** A document for each tier that has hosts; those without are somebody else's, such as a managed load balancer. */
export function ufwText(tiers: Tiers): string {
  const own = Object.entries(tiers).filter(([, { hosts }]) => hosts.length > 0);
  return own
    .map(([name, tier]) => {
      const { hosts, tier: _tier, ...sections } = sectionsOf(name, tier, tiers);
      return `# ${[name, ...hosts].map(oneWord).join(" ")}\n${stringify(sections, { aliasDuplicateObjects: false })}`;
    })
    .join("---\n");
}

/** In a comment, which ends with its line. */
const oneWord = (text: string) => text.replace(/[\s\p{Cc}\p{Zl}\p{Zp}]+/gu, "_");
