/** What is exported: Terraform that passes the same checks, and sections that profiles take. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { catalogue } from "../../src/assess/catalogue.ts";
import { described, identifiers, literal } from "../../src/cloud/export/names.ts";
import { tableText } from "../../src/cloud/export/table.ts";
import { terraformText } from "../../src/cloud/export/terraform.ts";
import { ufwText } from "../../src/cloud/export/ufw.ts";
import { cloudOfTiers, tiersSeen } from "../../src/cloud/from-tiers.ts";
import { judgeCloud } from "../../src/cloud/judge.ts";
import { cloudOfTerraform } from "../../src/cloud/terraform/cloud.ts";
import { controls } from "../../src/controls/index.ts";
import { parseProfile } from "../../src/profile/parse.ts";
import { validate } from "../../src/profile/validate.ts";
import type { Tiers } from "../../src/project/tiers.ts";
import { type Config, planOf, stateOf } from "./plan-of.ts";
import { attestations, changed, good, tiersOf, today, wrong } from "./world.ts";

fc.configureGlobal({ seed: 831610384 });

const separated = [...attestations, { ...attestations[0]!, line: "cloud.separation" }];

/** The exported configuration as Terraform would plan it; `beside`: the project file that it is judged with. */
function again(tiers: Tiers, made: (config: Config) => string = planOf, beside = tiers) {
  const config = JSON.parse(terraformText(tiers)) as Config;
  const { cloud } = cloudOfTerraform("plan.json", made(config), tiersSeen(beside));
  const at = { file: "harden.yaml", line: 1, column: 1 };
  const planned = cloudOfTiers("harden.yaml", beside, () => at);
  return judgeCloud({ cloud, planned, attestations: separated, today });
}

/** Without a project file. */
function alone(tiers: Tiers) {
  const { cloud } = cloudOfTerraform("plan.json", planOf(JSON.parse(terraformText(tiers)) as Config), []);
  return judgeCloud({ cloud, attestations: separated, today });
}

const ids = (clouded: ReturnType<typeof again>) => [
  ...new Set(wrong(clouded).map((line) => line.split(" ").slice(0, 2).join(" "))),
];

describe("as Terraform", () => {
  const { tiers } = tiersOf(good);

  it.each([planOf, stateOf])("passes the checks that the file passes (%#)", (made) => {
    expect(wrong(again(tiers, made))).toEqual([]);
    const passed = again(tiers, made)
      .checks.filter(({ verdict }) => verdict === "pass")
      .map(({ id }) => id);
    expect(passed).toEqual(
      expect.arrayContaining(
        ["default-deny", "ssh-source", "entry", "app-source", "data-source"].map((one) => `cloud.${one}`),
      ),
    );
  });

  it("says by its tags which tier is what, also where no project file is; a redirect it can't say", () => {
    expect(wrong(alone(tiers)).map((line) => line.replace(/ plan.*/, ""))).toEqual([
      "error cloud.entry aws_vpc_security_group_ingress_rule.web_from_0_0_0_0_0_tcp_80",
      "error cloud.entry aws_vpc_security_group_ingress_rule.web_from____0_tcp_80",
    ]);
  });

  it.each([
    [
      "cloud.ssh-source",
      "{from: web}\n      - {from: bastion, port: 22}",
      "{from: web}\n      - {from: db, port: 22}",
    ],
    ["cloud.entry", "{from: anywhere, why: visitors}", "{from: anywhere, port: 8443}"],
    ["cloud.app-source", "{from: web}", "{from: db}"],
    ["cloud.data-source", "{from: db, port: 5432, why: replication}", "{from: pl-01234567, port: 5432}"],
    ["cloud.default-deny", "{from: web}", "{from: web, port: '9000-65535'}"],
    ["cloud.no-internet", "services: [postgresql, redis]", "outbound: [{to: anywhere, port: 443}]"],
  ])("fails %s where the file does", (check, from, to) => {
    expect(ids(again(tiersOf(changed(good, [from, to])).tiers))).toEqual([`fail ${check}`]);
  });

  it.each([
    ["a port", "{from: web}", "{from: web, port: [8080, 8081]}"],
    ["ports", "{from: web}", "{from: web, port: '8080-8090'}"],
    ["a tier", "{from: web}", "{from: web}\n      - {from: bastion, port: 9100}"],
  ])("is more than the file says where a rule has %s more", (_, from, to) => {
    const { tiers: more } = tiersOf(changed(good, [from, to]));
    expect(ids(again(more, planOf, tiers))).toEqual(["fail cloud.default-deny"]);
    expect(ids(again(tiers, planOf, more))).toEqual([]);
  });

  it("keeps names apart that become one identifier", () => {
    const two = "tiers:\n  a-b: {role: app, inbound: [{from: a.b}]}\n  a.b: {role: load-balancer}\n";
    const { resource } = JSON.parse(terraformText(tiersOf(two).tiers)) as {
      resource: Record<string, Record<string, { tags?: object; security_group_id?: string }>>;
    };
    expect(Object.keys(resource.aws_security_group!)).toEqual(["a_b", "a_b_2"]);
    expect(Object.values(resource.aws_vpc_security_group_ingress_rule!)[0]).toMatchObject({
      security_group_id: "${aws_security_group.a_b.id}",
      referenced_security_group_id: "${aws_security_group.a_b_2.id}",
    });
  });

  it("begins no template by a text, and no description that AWS refuses", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(literal(text).replaceAll("$${", "").replaceAll("%%{", "")).not.toMatch(/\$\{|%\{/);
        expect(described(text)).toMatch(/^[A-Za-z0-9 ._:/()#,@+=&;!$*?-]{0,255}$/);
      }),
    );
  });

  it("makes of each name an identifier of its own", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 3 }), { maxLength: 12 }), (names) => {
        const made = identifiers(names);
        expect(new Set(made).size).toBe(names.length);
        for (const one of made) expect(one).toMatch(/^[A-Za-z][A-Za-z0-9_]*$/);
      }),
    );
  });
});

describe("as sections of profiles", () => {
  const against = { sections: controls, checks: catalogue };
  const checked = (text: string) => {
    const { tree, problems } = parseProfile(text, "p.yaml");
    expect(problems).toEqual([]);
    return validate(tree!, against);
  };

  it("is what profiles take, for each tier with hosts", () => {
    const documents = ufwText(tiersOf(good).tiers).split("---\n");
    expect(documents.map((text) => text.split("\n")[0])).toEqual([
      "# bastion bastion1",
      "# web lb1",
      "# app @app",
      "# db db1",
    ]);
    for (const text of documents) expect(checked(text)).toMatchObject({ problems: [], missing: [] });
    expect(checked(documents[2]!).values).toMatchObject({
      access: { from: ["10.0.0.0/28"] },
      firewall: { rules: [{ port: 8080, protocol: "tcp", from: ["10.0.1.0/24"] }] },
    });
  });

  it("takes any note and any host's name without a line more", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }),
        fc.string({ unit: "grapheme", minLength: 1 }),
        (why, host) => {
          const { tiers } = tiersOf(good);
          const app = { ...tiers.app!, hosts: [host], inbound: [{ ...tiers.app!.inbound[0]!, why }] };
          const text = ufwText({ ...tiers, app });
          const [head] = text.split("---\n")[2]!.split("\n");
          expect(head!.startsWith("# app ")).toBe(true);
          expect(parseAllDocuments(text)).toHaveLength(4);
        },
      ),
    );
  });

  it("refuses a source whose addresses nobody has written down", () => {
    const bare = changed(good, ["networks: [10.0.1.0/24]", ""]);
    expect(() => ufwText(tiersOf(bare).tiers)).toThrow("The rules of app name the tier web, whose addresses");
    const list = changed(good, ["{from: web}", "{from: pl-01234567}"]);
    expect(() => ufwText(tiersOf(list).tiers)).toThrow("the prefix list pl-01234567");
  });

  it("lets nobody in by a rule that names nobody", () => {
    const [, , app] = ufwText(tiersOf(changed(good, ["{from: web}", "{port: 8080}"])).tiers).split("---\n");
    expect(app).toContain("rules: []");
  });
});

describe("as a table", () => {
  it("has each rule once, and what answers it", () => {
    const rows = tableText(tiersOf(good).tiers).split("\n");
    expect(rows).toContain("| app | app | in | web | tcp | 8080 |  |");
    expect(rows).toContain("| web | load-balancer | out | app | tcp | 8080 |  |");
    expect(new Set(rows).size).toBe(
      rows.filter((row, index) => row !== "" || rows.indexOf(row) === index).length,
    );
  });

  it("has cells that end where they should, whatever a note says", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (why) => {
        const { tiers } = tiersOf(good);
        const app = { ...tiers.app!, inbound: [{ ...tiers.app!.inbound[0]!, why }] };
        for (const row of tableText({ ...tiers, app })
          .split("\n")
          .filter((each) => each.startsWith("|")))
          expect(row.split("|")).toHaveLength(9);
      }),
    );
  });
});
