/** A cloud in Terraform that passes every check: modules in modules, identities by outputs and variables. */
import type { Config } from "./plan-of.ts";

const policy = (statement: object) => JSON.stringify({ Version: "2012-10-17", Statement: [statement] });

export const narrow = policy({ Effect: "Allow", Action: ["s3:GetObject"], Resource: "arn:aws:s3:::shop/*" });
export const wide = policy({ Effect: "Allow", Action: ["s3:*"], Resource: "arn:aws:s3:::shop/*" });
const assumed = policy({
  Effect: "Allow",
  Action: "sts:AssumeRole",
  Principal: { Service: "ec2.amazonaws.com" },
});

const tier = (name: string) => ({ tags: { tier: name } });
const subnet = (name: string, cidr: string, more: object = {}) => ({
  vpc_id: "${aws_vpc.main.id}",
  cidr_block: cidr,
  map_public_ip_on_launch: false,
  ...tier(name),
  ...more,
});
const group = (name: string) => ({ name: `shop-${name}`, vpc_id: "${var.vpc}", ...tier(name) });
const ingress = (to: string, from: string, port: number) => ({
  security_group_id: `\${aws_security_group.${to}.id}`,
  referenced_security_group_id: `\${aws_security_group.${from}.id}`,
  ip_protocol: "tcp",
  from_port: port,
  to_port: port,
});
const fromNetwork = (to: string, cidr: string, port: number) => ({
  security_group_id: `\${aws_security_group.${to}.id}`,
  cidr_ipv4: cidr,
  ip_protocol: "tcp",
  from_port: port,
  to_port: port,
});

const network: Config = {
  resource: {
    aws_vpc: { main: { cidr_block: "10.0.0.0/16" } },
    aws_internet_gateway: { out: { vpc_id: "${aws_vpc.main.id}" } },
    aws_nat_gateway: { out: { subnet_id: "${aws_subnet.edge.id}" } },
    aws_subnet: {
      edge: subnet("load-balancer", "10.0.1.0/24"),
      jump: subnet("bastion", "10.0.0.0/28"),
      app: subnet("app", "10.0.2.0/24"),
      db: subnet("data", "10.0.3.0/24"),
    },
    aws_route_table: {
      public: {
        vpc_id: "${aws_vpc.main.id}",
        route: [{ cidr_block: "0.0.0.0/0", gateway_id: "${aws_internet_gateway.out.id}" }],
      },
      private: { vpc_id: "${aws_vpc.main.id}" },
    },
    aws_route: {
      nat: {
        route_table_id: "${aws_route_table.private.id}",
        destination_cidr_block: "0.0.0.0/0",
        nat_gateway_id: "${aws_nat_gateway.out.id}",
      },
    },
    aws_route_table_association: {
      edge: { subnet_id: "${aws_subnet.edge.id}", route_table_id: "${aws_route_table.public.id}" },
      jump: { subnet_id: "${aws_subnet.jump.id}", route_table_id: "${aws_route_table.public.id}" },
      app: { subnet_id: "${aws_subnet.app.id}", route_table_id: "${aws_route_table.private.id}" },
    },
  },
  output: {
    vpc: { value: "${aws_vpc.main.id}" },
    edge: { value: "${aws_subnet.edge.id}" },
    app: { value: "${aws_subnet.app.id}" },
    db: { value: ["${aws_subnet.db.id}"] },
  },
};

const groups: Config = {
  resource: {
    aws_security_group: {
      bastion: group("bastion"),
      lb: {
        ...group("load-balancer"),
        ingress: [
          {
            from_port: 443,
            to_port: 443,
            protocol: "tcp",
            cidr_blocks: ["0.0.0.0/0"],
            ipv6_cidr_blocks: ["::/0"],
            prefix_list_ids: [],
            security_groups: [],
            self: false,
          },
          {
            from_port: 22,
            to_port: 22,
            protocol: "tcp",
            cidr_blocks: [],
            ipv6_cidr_blocks: [],
            prefix_list_ids: [],
            security_groups: ["${aws_security_group.bastion.id}"],
            self: false,
          },
        ],
      },
      app: group("app"),
      db: group("data"),
    },
    aws_vpc_security_group_ingress_rule: {
      ssh: fromNetwork("bastion", "203.0.113.0/24", 22),
      app: ingress("app", "lb", 8080),
      app_ssh: ingress("app", "bastion", 22),
    },
    aws_vpc_security_group_egress_rule: {
      app: { ...fromNetwork("app", "0.0.0.0/0", 443) },
      db: { ...fromNetwork("db", "10.0.3.0/24", 5432) },
    },
    aws_security_group_rule: {
      db: {
        type: "ingress",
        from_port: 5432,
        to_port: 5432,
        protocol: "tcp",

        security_group_id: "${aws_security_group.db.id}",
        source_security_group_id: "${aws_security_group.app.id}",
      },
    },
  },
  output: {
    app: { value: "${aws_security_group.app.id}" },
    db: { value: "${aws_security_group.db.id}" },
    lb: { value: "${aws_security_group.lb.id}" },
  },
};

const servers: Config = {
  resource: {
    aws_instance: {
      server: {
        for_each: ["a", "b"],
        subnet_id: "${var.subnet}",
        vpc_security_group_ids: ["${var.group}"],

        associate_public_ip_address: false,
        iam_instance_profile: "${aws_iam_instance_profile.app.name}",
      },
    },
    aws_iam_instance_profile: { app: { name: "shop-app", role: "${aws_iam_role.app.name}" } },
    aws_iam_role: { app: { name: "shop-app", assume_role_policy: assumed } },
    aws_iam_role_policy: { app: { role: "${aws_iam_role.app.id}", policy: narrow } },
  },
};

const stores: Config = {
  resource: {
    aws_db_subnet_group: { main: { subnet_ids: "${var.subnets}" } },
    aws_db_instance: {
      main: {
        db_subnet_group_name: "${aws_db_subnet_group.main.id}",
        vpc_security_group_ids: ["${var.group}"],
        publicly_accessible: false,
      },
    },
  },
};

const shop: Config = {
  module: {
    app: { is: servers, with: { subnet: "${var.app_subnet}", group: "${var.app_group}" } },
    store: { is: stores, with: { subnets: "${var.db_subnets}", group: "${var.db_group}" } },
  },
};

export const good: Config = {
  resource: {
    aws_lb: {
      front: {
        internal: false,
        subnets: ["${module.network.edge}"],
        security_groups: ["${module.groups.lb}"],
        ...tier("load-balancer"),
      },
    },
    aws_cloudtrail: { all: { name: "all", enable_logging: true, is_multi_region_trail: true } },
    aws_instance: {
      jump: {
        subnet_id: "${module.network.edge}",
        associate_public_ip_address: true,
        iam_instance_profile: "${aws_iam_instance_profile.jump.name}",
        ...tier("bastion"),
      },
    },
    aws_iam_instance_profile: { jump: { name: "shop-jump", role: "shop-jump" } },
  },
  module: {
    network: { is: network },
    groups: { is: groups, with: { vpc: "${module.network.vpc}" } },
    shop: {
      is: shop,
      with: {
        app_subnet: "${module.network.app}",
        app_group: "${module.groups.app}",
        db_subnets: "${module.network.db}",
        db_group: "${module.groups.db}",
      },
    },
  },
};

/** The same with a value in place of another, at a path such as `module.groups.is.resource.…`; undefined takes it out. */
export function changed(config: Config, path: string, value: unknown): Config {
  const copy = structuredClone(config) as Record<string, unknown>;
  const steps = path.split("/");
  let node = copy;
  for (const step of steps.slice(0, -1)) {
    node[step] ??= {};
    node = node[step] as Record<string, unknown>;
  }
  const last = steps.at(-1)!;
  if (value === undefined) delete node[last];
  else node[last] = value;
  return copy as Config;
}
