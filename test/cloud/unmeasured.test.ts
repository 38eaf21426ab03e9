/** What Terraform doesn't say is never passed, and what is no account of a cloud is refused. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeCloud } from "../../src/cloud/judge.ts";
import { cloudOfTerraform } from "../../src/cloud/terraform/cloud.ts";
import { looksLikeTerraform } from "../../src/cloud/terraform/document.ts";
import { type Config, planOf } from "./plan-of.ts";
import { changed, good } from "./shop.ts";
import { today, wrong } from "./world.ts";

fc.configureGlobal({ seed: 831610384 });

const judged = (text: string) => {
  const { cloud, findings } = cloudOfTerraform("plan.json", text, []);
  return judgeCloud({ cloud, attestations: [], today }, findings);
};
const planned = (config: Config) =>
  wrong(judged(planOf(config))).map((line) => line.replace(/ plan\.json:\d+:\d+$/, ""));

const rules = "module/groups/is/resource/aws_vpc_security_group_ingress_rule";
const extra = "module.groups.aws_vpc_security_group_ingress_rule.extra";
const rule = (more: object) => ({
  security_group_id: "${aws_security_group.app.id}",
  ip_protocol: "tcp",
  from_port: 8080,
  to_port: 8080,
  ...more,
});

describe("what is known after the apply", () => {
  it.each([
    ["a network that a resource will have", { cidr_ipv4: "${aws_eip.x.public_ip}" }],
    [
      "a group that a data source will find",
      { referenced_security_group_id: "${data.aws_security_groups.found.ids}" },
    ],
  ])("is not measured: %s", (_, more) => {
    const config = changed(changed(good, `${rules}/extra`, rule(more)), "module/groups/is/resource/aws_eip", {
      x: {},
    });
    expect(planned(changed(config, "module/groups/is/data", { aws_security_groups: { found: {} } }))).toEqual(
      [`error cloud.app-source ${extra}`],
    );
  });

  it("is not measured either where the ports are", () => {
    const ports = rule({
      referenced_security_group_id: "${aws_security_group.lb.id}",
      from_port: "${aws_eip.x.port}",
      to_port: "${aws_eip.x.port}",
    });
    const config = changed(changed(good, `${rules}/extra`, ports), "module/groups/is/resource/aws_eip", {
      x: {},
    });
    expect(planned(config)).toEqual(
      ["default-deny", "ssh-source", "app-source"].map((one) => `error cloud.${one} ${extra}`),
    );
  });

  it("is what it refers to, where the plan says that", () => {
    const config = changed(
      good,
      `${rules}/extra`,
      rule({ referenced_security_group_id: "${aws_security_group.lb.id}" }),
    );
    expect(planned(config)).toEqual([]);
  });

  it("is not measured where the configuration isn't there", () => {
    const plan = JSON.parse(planOf(good)) as { configuration?: object };
    const { configuration: _, ...bare } = plan;
    const lines = wrong(judged(JSON.stringify(bare)));
    expect(lines.every((line) => line.startsWith("error "))).toBe(true);
    expect(new Set(lines.map((line) => line.split(" ")[1]))).toEqual(
      new Set([
        "cloud.default-deny",
        "cloud.ssh-source",
        "cloud.entry",
        "cloud.app-source",
        "cloud.data-source",
        "cloud.no-internet",
        "cloud.subnets",
        "cloud.data-tier",
      ]),
    );
  });

  it("is not measured where a policy is", () => {
    const path = "module/shop/is/module/app/is/resource";
    const config = changed(
      changed(good, `${path}/aws_iam_role_policy/app/policy`, "${aws_s3_bucket.x.arn}"),
      `${path}/aws_s3_bucket`,
      { x: {} },
    );
    expect(planned(config)).toEqual([
      "error cloud.least-privilege module.shop.module.app.aws_iam_role_policy.app",
    ]);
  });
});

describe("whose tier a thing is", () => {
  const group = (more: object) =>
    changed(
      changed(good, "module/groups/is/resource/aws_security_group/misc", { name: "misc", ...more }),
      `${rules}/extra`,
      {
        ...rule({ cidr_ipv4: "0.0.0.0/0", from_port: 443, to_port: 443 }),
        security_group_id: "${aws_security_group.misc.id}",
      },
    );
  const untold = ["entry", "app-source", "data-source"].map((one) => `error cloud.${one} ${extra}`);

  it("is not known without a tag and a name of one", () => {
    expect(planned(group({}))).toEqual(untold);
  });

  it("is not known where its tag names none, or its name two", () => {
    expect(planned(group({ tags: { tier: "elsewhere" } }))).toEqual(untold);
    expect(
      planned(changed(group({}), "module/groups/is/resource/aws_security_group/misc/name", "app-to-db")),
    ).toEqual(untold);
  });

  it.each([{ tags: { Tier: "load-balancer" } }, { name: "front-alb" }, { tags: { Name: "shop-lb" } }])(
    "is told by %j",
    (more) => {
      expect(planned(group(more)).filter((line) => line.startsWith("error"))).toEqual([]);
    },
  );
});

describe("machines by the dozen", () => {
  const fleet = (group: object, template: object) => {
    const made = changed(good, "module/shop/is/module/app/is/resource/aws_launch_template", {
      app: template,
    });
    return changed(made, "module/shop/is/module/app/is/resource/aws_autoscaling_group", {
      app: {
        vpc_zone_identifier: ["${var.subnet}"],
        launch_template: [{ id: "${aws_launch_template.app.id}" }],
        tag: [{ key: "tier", value: "app", propagate_at_launch: true }],
        ...group,
      },
    });
  };
  const address = "module.shop.module.app.aws_autoscaling_group.app";
  const open = { network_interfaces: [{ associate_public_ip_address: "true" }] };

  it("are judged by their template and their subnets", () => {
    expect(planned(fleet({}, {}))).toEqual([]);
    expect(planned(fleet({}, open))).toEqual([`fail cloud.no-internet ${address}`]);
    expect(planned(fleet({ tag: [{ key: "tier", value: "load-balancer" }] }, open))).toEqual([]);
    expect(planned(fleet({ tag: [{ key: "tier", value: "nowhere" }] }, {}))).toEqual([]);
    const moved = changed(fleet({}, {}), "module/shop/with/app_subnet", "${module.network.edge}");
    expect(planned(moved)).toContain(`fail cloud.subnets ${address}`);
  });

  it("that services are made of, too", () => {
    const service = (more: object) =>
      changed(good, "module/shop/is/module/app/is/resource/aws_ecs_service", {
        api: { network_configuration: [{ subnets: ["${var.subnet}"], ...more }] },
      });
    expect(planned(service({}))).toEqual([]);
    expect(planned(service({ assign_public_ip: true }))).toEqual([
      "fail cloud.no-internet module.shop.module.app.aws_ecs_service.api",
    ]);
  });
});

describe("port 80", () => {
  const open = changed(good, `${rules}/extra`, {
    ...rule({ cidr_ipv4: "0.0.0.0/0", from_port: 80, to_port: 80 }),
    security_group_id: "${aws_security_group.lb.id}",
  });
  const listener = (type: string) => ({
    http: {
      port: 80,
      protocol: "HTTP",
      default_action: [
        type === "redirect"
          ? { type, redirect: [{ protocol: "HTTPS", port: "443", status_code: "HTTP_301" }] }
          : { type },
      ],
    },
  });

  it("passes as a redirect, fails as more, and is not measured where no listener says it", () => {
    expect(planned(open)).toEqual([`error cloud.entry ${extra}`]);
    expect(planned(changed(open, "resource/aws_lb_listener", listener("redirect")))).toEqual([]);
    expect(planned(changed(open, "resource/aws_lb_listener", listener("forward")))).toEqual([
      `fail cloud.entry ${extra}`,
    ]);
  });
});

describe("other clouds", () => {
  const only = (resource: Config["resource"]) =>
    planned({ resource: resource! }).filter((line) =>
      /cloud\.(?:default|ssh|entry|app|data|no-i|least|cred)/.test(line),
    );

  it("are judged by network tags and groups", () => {
    const firewall = (more: object) => ({
      google_compute_firewall: {
        x: {
          direction: "INGRESS",
          allow: [{ protocol: "tcp", ports: ["22"] }],
          target_tags: ["app"],
          source_ranges: ["0.0.0.0/0"],
          ...more,
        },
      },
    });
    expect(only(firewall({}))[0]).toBe("fail cloud.ssh-source google_compute_firewall.x");
    expect(
      only(firewall({ source_ranges: [], source_tags: ["bastion"] })).filter((line) =>
        line.startsWith("fail"),
      ),
    ).toEqual([]);
    expect(only(firewall({ allow: [{ protocol: "all" }], source_ranges: [], source_tags: ["lb"] }))[0]).toBe(
      "fail cloud.default-deny google_compute_firewall.x",
    );
    const rule = (more: object) => ({
      azurerm_network_security_rule: {
        x: {
          access: "Allow",
          direction: "Inbound",
          protocol: "Tcp",
          destination_port_range: "5432",
          source_address_prefix: "Internet",
          network_security_group_name: "nsg-data",
          ...more,
        },
      },
    });
    expect(only(rule({}))[0]).toBe("fail cloud.data-source azurerm_network_security_rule.x");
    expect(only(rule({ source_address_prefix: "VirtualNetwork" }))[0]).toBe(
      "error cloud.data-source azurerm_network_security_rule.x",
    );
    expect(only(rule({ access: "Deny" })).filter((line) => line.includes("data-source"))).toEqual([]);
  });

  it("have owners and keys, too", () => {
    expect(
      only({ google_project_iam_member: { x: { role: "roles/owner", member: "user:a@example.org" } } }),
    ).toContain("fail cloud.least-privilege google_project_iam_member.x");
    expect(only({ azurerm_role_assignment: { x: { role_definition_name: "Contributor" } } })).toContain(
      "fail cloud.least-privilege azurerm_role_assignment.x",
    );
  });

  it("that nothing here looks at are named", () => {
    const { findings, checks } = judged(
      planOf({
        resource: { hcloud_firewall: { x: {} }, aws_eks_cluster: { x: {} }, aws_s3_bucket: { x: {} } },
      }),
    );
    expect(findings.map(({ message }) => message)).toEqual([
      "Nothing here looks at them, so that no verdict is about them: hcloud_firewall, aws_eks_cluster.",
    ]);
    expect(checks.filter(({ verdict }) => verdict === "pass")).toEqual([]);
  });
});

describe("credentials in a provider's block", () => {
  it("fail, and are shown nowhere", () => {
    const found = judged(
      planOf({ ...good, provider: { aws: { region: "x", secret_key: "hunter2hunter2" } } }),
    );
    expect(wrong(found)).toEqual(["fail cloud.credentials provider aws plan.json:1:1"]);
    expect(JSON.stringify(found)).not.toContain("hunter2");
  });
});

describe("bad input", () => {
  it.each([
    ["{", "it is no JSON"],
    ["[]", "it is no JSON object"],
    ['{"format_version":"1.0"}', "it has neither planned_values nor values"],
    ['{"planned_values":{},"errored":true}', "it says of itself that it is not complete"],
    ['{"planned_values":{},"complete":false}', "it says of itself that it is not complete"],
    [
      '{"planned_values":{},"deferred_changes":[{"reason":"x"}]}',
      "it says of itself that it is not complete",
    ],
  ])("%s is refused with what to give instead", (text, why) => {
    expect(() => judged(text)).toThrow(`plan.json can't be used: ${why}`);
  });

  it("passes nothing where there is nothing", () => {
    const { checks } = judged('{"format_version":"1.0","values":{}}');
    expect(checks.filter(({ verdict }) => verdict === "pass")).toEqual([]);
    expect(checks.some(({ verdict }) => verdict === "error")).toBe(true);
  });

  it("never throws anything else, whatever the document is made of", () => {
    const some = fc.jsonValue({ maxDepth: 3 });
    const resource = fc.record({
      address: fc.oneof(fc.string(), some),
      mode: fc.constant("managed"),
      name: fc.string(),
      index: some,
      type: fc.constantFrom(
        "aws_security_group",
        "aws_security_group_rule",
        "aws_vpc_security_group_ingress_rule",
        "aws_subnet",
        "aws_route_table",
        "aws_instance",
        "aws_iam_policy",
        "google_compute_firewall",
        "azurerm_network_security_rule",
      ),
      values: fc.dictionary(
        fc.constantFrom(
          "ingress",
          "cidr_blocks",
          "tags",
          "policy",
          "route",
          "from_port",
          "allow",
          "security_group_id",
        ),
        some,
      ),
    });
    fc.assert(
      fc.property(
        fc.array(resource, { maxLength: 4 }),
        some,
        some,
        (resources, after_unknown, expressions) => {
          const [first] = resources;
          const text = JSON.stringify({
            planned_values: {
              root_module: { resources, child_modules: [{ address: "module.x", resources }, after_unknown] },
            },
            resource_changes: [{ address: first?.address, change: { after_unknown } }],
            configuration: {
              root_module: { resources: [{ ...first, expressions }], module_calls: expressions },
            },
          });
          expect(judged(text).checks.length).toBeGreaterThan(0);
        },
      ),
    );
  });

  it("is known from a project file", () => {
    expect(looksLikeTerraform(planOf(good))).toBe(true);
    expect(looksLikeTerraform("tiers: {}\n")).toBe(false);
    expect(looksLikeTerraform('{"tiers": {}}')).toBe(false);
  });
});

describe("what nothing here reads", () => {
  const of = (type: string) =>
    wrong(judgedWithWord(planOf(changed(good, `module/groups/is/resource/${type}`, { x: {} }))));
  const judgedWithWord = (text: string) => {
    const { cloud, findings } = cloudOfTerraform("plan.json", text, []);
    const word = { who: "Ops", when: "2026-01-01", until: "2999-01-01", evidence: "T-1" };
    const attestations = [
      "cloud.least-privilege",
      "cloud.credentials",
      "cloud.separation",
      "cloud.audit-trail",
    ].map((line) => ({ line, ...word }));
    return judgeCloud({ cloud, attestations, today }, findings);
  };

  it.each([
    "google_compute_network_firewall_policy_rule",
    "aws_lambda_function_url",
    "aws_apigatewayv2_api",
    "aws_dms_replication_instance",
    "aws_network_acl_rule",
  ])("and may let somebody in is not measured: %s", (type) => {
    expect(of(type).join("\n")).toContain(`error cloud.default-deny module.groups.${type}.x`);
  });

  it.each([
    "google_project_iam_policy",
    "google_storage_bucket_iam_member",
    "aws_elasticache_user",
    "aws_ssoadmin_managed_policy_attachment",
    "aws_s3_bucket_policy",
  ])("and gives rights is answered by nobody's word: %s", (type) => {
    expect(of(type).join("\n")).toContain(`error cloud.least-privilege module.groups.${type}.x`);
  });

  it("and does neither is let be", () => {
    expect(of("aws_cloudwatch_log_group")).toEqual([]);
  });
});
