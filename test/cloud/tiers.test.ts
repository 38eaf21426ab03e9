/** The project file's tiers: one that passes, and each thing that is wrong turns its own check red, and no other. */
import { describe, expect, it } from "vitest";
import { cloudChecks } from "../../src/cloud/judge.ts";
import { attestations, changed, good, judged, today, wrong } from "./world.ts";

type Row = readonly [check: string, object: string, from: string, to: string];

const lb = "{from: anywhere, why: visitors}";
const ssh = "{from: web}\n      - {from: bastion, port: 22}";

const rows: readonly Row[] = [
  ["cloud.default-deny", "app 9000:65535/tcp", "{from: web}", "{from: web, port: '9000-65535'}"],
  ["cloud.ssh-source", "app 22/tcp", ssh, "{from: web}\n      - {from: anywhere, port: 22}"],
  ["cloud.ssh-source", "app 22/tcp", ssh, "{from: web}\n      - {from: '::/0', port: 22}"],
  ["cloud.ssh-source", "app 22/tcp", ssh, "{from: web}\n      - {from: pl-0123456789abcdef0, port: 22}"],
  ["cloud.ssh-source", "app 22/tcp", ssh, "{from: web}\n      - {from: [bastion, web], port: 22}"],
  ["cloud.ssh-source", "app 22/tcp", ssh, "{from: web}\n      - {from: 10.0.0.0/16, port: 22}"],
  ["cloud.ssh-source", "app 20:30/tcp", ssh, "{from: web}\n      - {from: db, port: '20-30'}"],
  ["cloud.ssh-source", "bastion 22/tcp", "[vpn, 203.0.113.0/24]", "[0.0.0.0/1, 128.0.0.0/1]"],
  ["cloud.ssh-source", "bastion 22/tcp", "[vpn, 203.0.113.0/24]", "app"],
  ["cloud.entry", "web 8443/tcp", lb, "{from: anywhere, port: 8443}"],
  ["cloud.entry", "web 9443/tcp", lb, "{from: pl-01234567, port: 9443}"],
  ["cloud.entry", "web 80/tcp", ", redirect: true", ""],
  ["cloud.entry", "bastion 443/tcp", "[vpn, 203.0.113.0/24], why", "'::/0', port: 443, why"],
  ["cloud.app-source", "app 8080/tcp", "{from: web}", "{from: db}"],
  ["cloud.app-source", "app 8080/tcp", "{from: web}", "{from: [web, anywhere]}"],
  ["cloud.app-source", "app 9100/tcp", "{from: web}", "{from: 192.0.2.0/24, port: 9100}"],
  ["cloud.app-source", "app 8080/tcp", "{from: web}", "{from: pl-01234567}"],
  ["cloud.data-source", "db 5432/tcp", "{from: db, port: 5432, why: replication}", "{from: web, port: 5432}"],
  [
    "cloud.data-source",
    "db 5432/tcp",
    "{from: db, port: 5432, why: replication}",
    "{from: '::/0', port: 5432}",
  ],
  ["cloud.no-internet", "app", "wayOut: nat", "wayOut: gateway"],
  ["cloud.no-internet", "app", "wayOut: nat", "publicAddresses: true"],
  ["cloud.no-internet", "db", "services: [postgresql, redis]", "wayOut: nat"],
  [
    "cloud.no-internet",
    "db outbound",
    "services: [postgresql, redis]",
    "outbound: [{to: anywhere, port: 443}]",
  ],
  ["cloud.subnets", "app", "wayOut: nat", "subnet: public"],
  ["cloud.data-tier", "web redis:7", "services: [nginx]", "services: [nginx, 'redis:7']"],
  ["cloud.separation", "db shop-app", "iamRoles: [shop-db]", "iamRoles: [shop-app]"],
];

describe("a project file's tiers", () => {
  it("pass where they are as the guide has them", () => {
    const { checks, tiers } = judged(good);
    expect(wrong({ checks } as never)).toEqual([]);
    expect(checks.every(({ verdict }) => verdict === "pass")).toBe(true);
    expect(tiers).toEqual(["vpn", "bastion", "web", "app", "db"]);
  });

  it.each(rows)("%s: %s", (check, object, from, to) => {
    const text = changed(good, [from, to]);
    const found = wrong(judged(text));
    expect(found).toEqual([
      expect.stringMatching(
        new RegExp(`^fail ${check} ${object.replace(/[[\]]/g, ".")} harden\\.yaml:\\d+:\\d+$`),
      ),
    ]);
  });

  it("are told with the line and column of the rule", () => {
    const [check] = judged(changed(good, ["{from: web}", "{from: db}"])).checks.filter(
      ({ verdict }) => verdict === "fail",
    );
    const line = good.split("\n").findIndex((text) => text.includes("{from: web}")) + 1;
    expect(check?.place).toEqual({ file: "harden.yaml", line, column: 9 });
    expect(check?.found).toBe("8080 from db");
  });

  it("names anybody where a rule has no source", () => {
    const found = judged(changed(good, ["{from: web}", "{port: 8080}"]));
    expect(wrong(found).map((line) => line.split(" ")[1])).toEqual([
      "cloud.default-deny",
      "cloud.app-source",
    ]);
    expect(found.checks[0]?.found).toContain("anybody, for it names no source");
  });

  it("lets a second tier be no second entry", () => {
    const second = `${good}  web2:\n    role: load-balancer\n    inbound: [{from: anywhere}]\n`;
    expect(wrong(judged(second))).toEqual([expect.stringContaining("fail cloud.entry web2 443/tcp")]);
  });
});

describe("what only a person can say", () => {
  const only = (change: object) =>
    wrong(
      judged(
        good,
        attestations.map((each) => (each.line === "cloud.credentials" ? { ...each, ...change } : each)),
      ),
    );

  it.each([
    ["fail", { until: "2027-01-14" }],
    ["error", { when: "2027-01-16", until: "2027-02-01" }],
    ["error", { when: "2027-01-02", until: "2027-01-01" }],
    ["error", { line: "cloud.something" }],
  ])("%s where it says %j", (verdict, change) => {
    expect(only(change)).toEqual([`${verdict} cloud.credentials`]);
  });

  it("counts to the end of its last day", () => {
    expect(only({ until: today })).toEqual([]);
  });

  it("is asked for each principle of identities where no file says it", () => {
    const bare = changed(
      good,
      ["iamRoles: [shop-bastion]", ""],
      ["iamRoles: [shop-web]", ""],
      ["iamRoles: [shop-app]", ""],
      ["iamRoles: [shop-db]", ""],
    );
    expect(wrong(judged(bare, []))).toEqual(
      ["least-privilege", "credentials", "separation", "audit-trail"].map((name) => `error cloud.${name}`),
    );
  });
});

it("fails each check somewhere", () => {
  const failed = new Set([
    ...rows.map(([check]) => check),
    "cloud.credentials",
    "cloud.least-privilege",
    "cloud.audit-trail",
  ]);
  expect(cloudChecks.map(({ id }) => id).filter((id) => !failed.has(id))).toEqual([]);
});
