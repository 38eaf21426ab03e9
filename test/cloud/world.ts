/** A cloud that passes every check, as a project file, and what is changed in it. */
import { cloudOfTiers } from "../../src/cloud/from-tiers.ts";
import { type Clouded, judgeCloud } from "../../src/cloud/judge.ts";
import { parseProfile } from "../../src/profile/parse.ts";
import { at, type MapTree, type Path, toValue } from "../../src/profile/tree.ts";
import type { Attestation } from "../../src/project/schema.ts";
import { type OriginAt, type Tiers, tiersSchema } from "../../src/project/tiers.ts";

export const today = "2027-01-15";

export const good = `tiers:
  vpn: {role: vpn, networks: [10.8.0.0/24]}
  bastion:
    role: bastion
    networks: [10.0.0.0/28]
    hosts: [bastion1]
    iamRoles: [shop-bastion]
    inbound:
      - {from: [vpn, 203.0.113.0/24], why: administrators}
  web:
    role: load-balancer
    networks: [10.0.1.0/24]
    hosts: [lb1]
    iamRoles: [shop-web]
    services: [nginx]
    inbound:
      - {from: anywhere, why: visitors}
      - {from: anywhere, port: 80, redirect: true}
      - {from: bastion, port: 22}
  app:
    role: app
    networks: [10.0.2.0/24]
    hosts: ["@app"]
    iamRoles: [shop-app]
    wayOut: nat
    inbound:
      - {from: web}
      - {from: bastion, port: 22}
    outbound:
      - {to: anywhere, port: 443, why: payment provider}
  db:
    role: data
    networks: [10.0.3.0/24]
    hosts: [db1]
    iamRoles: [shop-db]
    services: [postgresql, redis]
    inbound:
      - {from: app, port: [5432, 6379]}
      - {from: db, port: 5432, why: replication}
      - {from: bastion, port: 22}
`;

export const attestations: readonly Attestation[] = [
  "cloud.least-privilege",
  "cloud.credentials",
  "cloud.audit-trail",
].map((line) => ({
  line,
  who: "Ada",
  when: "2026-12-01",
  until: "2027-06-01",
  evidence: "wiki/cloud-review",
}));

/** Each is written in place of a text that is there once. */
export function changed(text: string, ...edits: readonly (readonly [from: string, to: string])[]): string {
  return edits.reduce((whole, [from, to]) => {
    if (whole.split(from).length !== 2)
      throw new Error(`stands there ${whole.split(from).length - 1} times: ${from}`);
    return whole.replace(from, () => to);
  }, text);
}

export function tiersOf(text: string): { readonly tiers: Tiers; readonly origin: OriginAt } {
  const { tree, problems } = parseProfile(text, "harden.yaml");
  if (tree === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
  const { tiers } = toValue(tree) as { tiers: unknown };
  return { tiers: tiersSchema.parse(tiers), origin: originIn(tree) };
}

const originIn = (tree: MapTree) => (path: Path) => {
  for (let length = path.length; length > 0; length--) {
    const node = at(tree, path.slice(0, length));
    if (node !== undefined) return node.origin;
  }
  return tree.origin;
};

export function judged(text: string, said: readonly Attestation[] = attestations): Clouded {
  const { tiers, origin } = tiersOf(text);
  return judgeCloud({ cloud: cloudOfTiers("harden.yaml", tiers, origin), attestations: said, today });
}

/** What isn't green: verdict, id, object and line. */
export const wrong = ({ checks }: Clouded): readonly string[] =>
  checks
    .filter(({ verdict }) => verdict !== "pass" && verdict !== "not applicable")
    .map(({ verdict, id, object, place }) =>
      [verdict, id, object, place === undefined ? "" : `${place.file}:${place.line}:${place.column}`]
        .filter(Boolean)
        .join(" "),
    );
