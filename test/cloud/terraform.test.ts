/** `terraform show -json`, as a plan and as a state, in modules: one that passes, and each fault turns its own check red. */
import { describe, expect, it } from "vitest";
import { judgeCloud } from "../../src/cloud/judge.ts";
import { cloudOfTerraform } from "../../src/cloud/terraform/cloud.ts";
import { planOf, stateOf } from "./plan-of.ts";
import { changed, good, wide } from "./shop.ts";
import { today, wrong } from "./world.ts";

const judged = (text: string) => {
  const { cloud, findings } = cloudOfTerraform("plan.json", text, []);
  return judgeCloud({ cloud, attestations: [], today }, findings);
};
const bare = (lines: readonly string[]) => lines.map((line) => line.replace(/ plan\.json:\d+:\d+$/, ""));

const groups = "module/groups/is/resource";
const network = "module/network/is/resource";
const app = "module/shop/is/module/app/is/resource";
const store = "module/shop/is/module/store/is/resource";
const rule = (to: string, more: object) => ({
  security_group_id: `\${aws_security_group.${to}.id}`,
  ip_protocol: "tcp",
  ...more,
});
const extra = `${groups}/aws_vpc_security_group_ingress_rule/extra`;
const extraAddress = "module.groups.aws_vpc_security_group_ingress_rule.extra";
const from = (name: string) => ({ referenced_security_group_id: `\${aws_security_group.${name}.id}` });
const at = (port: number) => ({ from_port: port, to_port: port });

type Row = readonly [check: string, object: string, path: string, value: unknown];

const rows: readonly Row[] = [
  [
    "cloud.default-deny",
    extraAddress,
    extra,
    rule("app", { ...from("lb"), from_port: 9000, to_port: 65535 }),
  ],
  ["cloud.ssh-source", extraAddress, extra, rule("app", { cidr_ipv4: "0.0.0.0/0", ...at(22) })],
  ["cloud.ssh-source", extraAddress, extra, rule("app", { cidr_ipv6: "::/0", ...at(22) })],
  [
    "cloud.ssh-source",
    extraAddress,
    extra,
    rule("db", { prefix_list_id: "pl-0123456789abcdef0", ...at(22) }),
  ],
  ["cloud.ssh-source", extraAddress, extra, rule("db", { ...from("app"), ...at(22) })],
  ["cloud.ssh-source", extraAddress, extra, rule("bastion", { cidr_ipv4: "0.0.0.0/0", ...at(22) })],
  ["cloud.entry", extraAddress, extra, rule("lb", { cidr_ipv4: "0.0.0.0/0", ...at(8443) })],
  ["cloud.entry", extraAddress, extra, rule("bastion", { cidr_ipv6: "::/0", ...at(443) })],
  ["cloud.app-source", extraAddress, extra, rule("app", { ...from("db"), ...at(8080) })],
  ["cloud.app-source", extraAddress, extra, rule("app", { cidr_ipv4: "0.0.0.0/0", ...at(8080) })],
  ["cloud.data-source", extraAddress, extra, rule("db", { ...from("lb"), ...at(5432) })],
  ["cloud.data-source", extraAddress, extra, rule("db", { cidr_ipv6: "::/0", ...at(5432) })],
  [
    "cloud.data-source",
    "module.groups.aws_security_group.db",
    `${groups}/aws_security_group/db/ingress`,
    [
      {
        from_port: 6379,
        to_port: 6379,
        protocol: "tcp",
        cidr_blocks: [],
        security_groups: ["${aws_security_group.lb.id}"],
        self: false,
      },
    ],
  ],
  [
    "cloud.no-internet",
    "module.groups.aws_vpc_security_group_egress_rule.db",
    `${groups}/aws_vpc_security_group_egress_rule/db/cidr_ipv4`,
    "0.0.0.0/0",
  ],
  [
    "cloud.no-internet",
    'module.shop.module.app.aws_instance.server["a"]',
    `${app}/aws_instance/server/associate_public_ip_address`,
    true,
  ],
  [
    "cloud.no-internet",
    "module.shop.module.store.aws_db_instance.main",
    `${store}/aws_db_instance/main/publicly_accessible`,
    true,
  ],
  [
    "cloud.no-internet",
    "module.network.aws_subnet.db",
    `${network}/aws_route_table_association/db`,
    {
      subnet_id: "${aws_subnet.db.id}",
      route_table_id: "${aws_route_table.private.id}",
    },
  ],
  [
    "cloud.subnets",
    'module.shop.module.app.aws_instance.server["a"]',
    "module/shop/with/app_subnet",
    "${module.network.edge}",
  ],
  [
    "cloud.data-tier",
    "aws_elasticache_cluster.main",
    "resource/aws_elasticache_cluster",
    {
      main: {
        security_group_ids: ["${module.groups.app}"],
        subnet_group_name: "${aws_elasticache_subnet_group.main.name}",
      },
    },
  ],
  [
    "cloud.least-privilege",
    "module.shop.module.app.aws_iam_role_policy.app",
    `${app}/aws_iam_role_policy/app/policy`,
    wide,
  ],
  ["cloud.credentials", "aws_iam_access_key.ci", "resource/aws_iam_access_key", { ci: { user: "ci" } }],
  ["cloud.credentials", "google_service_account_key.ci", "resource/google_service_account_key", { ci: {} }],
  [
    "cloud.credentials",
    "azuread_application_password.ci",
    "resource/azuread_application_password",
    { ci: {} },
  ],
  [
    "cloud.separation",
    'module.shop.module.app.aws_instance.server["a"]',
    `${app}/aws_iam_instance_profile/app/role`,
    "shop-jump",
  ],
  ["cloud.audit-trail", "", "resource/aws_cloudtrail", undefined],
  ["cloud.audit-trail", "aws_cloudtrail.all", "resource/aws_cloudtrail/all/enable_logging", false],
];

describe.each([
  ["a plan", planOf],
  ["a state", stateOf],
])("%s", (_, made) => {
  it("passes where it is as the guide has it", () => {
    const { checks } = judged(made(good));
    expect(wrong({ checks } as never)).toEqual([]);
    expect(checks.map(({ verdict }) => verdict)).toEqual(checks.map(() => "pass"));
  });

  it.each(rows)("%s: %s", (check, object, path, value) => {
    const subnetGroup = path.includes("elasticache")
      ? changed(good, "resource/aws_elasticache_subnet_group", {
          main: { name: "caches", subnet_ids: ["${module.network.app}"] },
        })
      : good;
    const found = bare(wrong(judged(made(changed(subnetGroup, path, value)))));
    expect([...new Set(found.map((line) => line.split(" ").slice(0, 2).join(" ")))]).toEqual([
      `fail ${check}`,
    ]);
    expect(found[0]).toBe(`fail ${check}${object === "" ? "" : ` ${object}`}`);
  });
});
