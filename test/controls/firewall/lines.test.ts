import { describe, expect, test } from "vitest";
import { desired } from "../../../src/controls/firewall/claims.ts";
import { ruleLine, ruleLines } from "../../../src/controls/firewall/lines.ts";
import { release } from "../../../src/controls/firewall/release.ts";
import { schema } from "../../../src/controls/firewall/schema.ts";
import { tupleText } from "../../../src/controls/firewall/tuple.ts";
import { applied, but, fileFact, inactive, inputOf, notInstalled, rulesFact } from "./host.ts";

test("thousands of rules are told of within a moment", () => {
  const blocks = Array.from({ length: 20_000 }, (_, port) => {
    const tuple = { action: "allow", protocol: "tcp", to: "0.0.0.0/0", toPort: `${port}` };
    return {
      text: "",
      ours: false,
      tuple: { ...tuple, fromPort: "any", from: "0.0.0.0/0", direction: "in", comment: "" },
    };
  });
  const user = { head: "", tail: "", blocks } as never;
  const wanted = { head: "", tail: "", blocks: blocks.slice(1) } as never;
  expect([...ruleLines([{ family: 4, user, wanted }]).values()].flat()).toEqual([
    "- allow 0/tcp (the host's own)",
  ]);
});

type Input = Parameters<typeof desired>[0];

/** The lines of user.rules and of user6.rules. */
const linesOf = (claims: ReturnType<typeof desired>) =>
  ["user.rules", "user6.rules"].map((name) =>
    claims.flatMap(({ resource, details = [] }) =>
      resource.kind === "file" && resource.path.endsWith(`/${name}`) ? details : [],
    ),
  );

const rules = [
  { port: 443, protocol: "any", comment: "https" },
  { port: 9100, from: "10.1.2.3/32", comment: "node exporter" },
  { port: "6000:6010", protocol: "udp", from: "fd00::/8" },
  { port: 80 },
];
const added = [
  [
    ...['+ allow 22/tcp "ssh"', '+ allow 443 "https"', '+ allow 9100/tcp "node exporter" from 10.1.2.3/32'],
    "+ allow 80/tcp",
  ],
  ["+ allow 6000:6010/udp from fd00::/8"],
];
const converged = (): Input => {
  const input = inputOf(inactive, { rules });
  return applied(input, desired(input));
};

/** The same host with more blocks in a file of ufw's, as its own command writes them. */
function withRule(input: Input, name: "user4" | "user6", tuple: string): Input {
  const fact = input.facts[name];
  if (fact.state !== "present") throw new Error(name);
  const text = fact.value.content!.toString();
  const content = text.replace("### END RULES", `### tuple ### ${tuple}\n\n### END RULES`);
  return but(input, { facts: { ...input.facts, [name]: fileFact(content) } });
}

describe("the lines of a change of ufw's rules", () => {
  test.each([
    ["a pristine ufw", inactive],
    ["no ufw yet", notInstalled],
  ])("one for each new rule, whichever families it is for: %s", (_name, facts) => {
    expect(linesOf(desired(inputOf(facts, { rules })))).toEqual(added);
  });

  test("nothing where nothing changes, or only the profile's order", () => {
    expect(linesOf(desired(converged()))).toEqual([[], []]);
    const params = schema.parse({ rules: [...rules].reverse() });
    const claims = desired(but(converged(), { params }));
    expect(linesOf(claims)).toEqual([[], []]);
    expect(
      claims.flatMap(({ resource }) => (resource.kind === "firewall" ? [resource.operation] : [])),
    ).toEqual(["none"]);
  });

  test("rules that stand in one family only name it, unless their addresses do", () => {
    const facts = { ...inactive, rules: rulesFact({ ipv6: false }) };
    expect(linesOf(desired(inputOf(facts, { rules })))).toEqual([added[0], []]);
    const input = inputOf(inactive, { rules: [{ port: 80, from: "::/0" }] });
    expect(linesOf(desired(input))).toEqual([['+ allow 22/tcp "ssh"'], ["+ allow 80/tcp (IPv6)"]]);
  });

  test("a rule that goes, one that comes, and one that is called otherwise", () => {
    const params = schema.parse({
      rules: [{ port: 443, protocol: "any", comment: "web" }, rules[1], rules[2], { port: 81 }],
    });
    expect(linesOf(desired(but(converged(), { params })))).toEqual([
      ["- allow 80/tcp", '~ allow 443 "web", was allow 443 "https"', "+ allow 81/tcp"],
      [],
    ]);
  });

  test("switched off: the profile's rules go, and the host's own are none of it", () => {
    const own = withRule(converged(), "user4", "deny tcp 7 0.0.0.0/0 any 10.0.0.0/8 in");
    const gone = added.map((lines) => lines.map((line) => line.replace("+", "-")));
    expect(linesOf(release(own, { original: () => undefined, rewrites: () => [] }).claims)).toEqual(gone);
  });

  test("a rule of ours that somebody has put in, too, goes, and theirs is no change", () => {
    const own = withRule(converged(), "user4", "allow tcp 80 0.0.0.0/0 any 0.0.0.0/0 in");
    expect(linesOf(desired(own))[0]).toEqual(["- allow 80/tcp (IPv4)"]);
  });

  test.each([
    [
      "a long comment",
      "web ".repeat(75),
      /^- allow 22\/tcp "(?:web ){19}web…" from 10\.0\.0\.0\/8 \(the host's own\)$/,
    ],
    [
      "quotes",
      'ssh" from 192.0.2.1/32',
      /^- allow 22\/tcp "ssh\\" from 192\.0\.2\.1\/32" from 10\.0\.0\.0\/8 /,
    ],
    ["newlines", "ssh\n+ allow 1/tcp", /^- allow 22\/tcp "ssh \+ allow 1\/tcp" from 10\.0\.0\.0\/8 /],
  ])("a comment hides no address, and plays none: %s", (_name, comment, expected) => {
    const hex = Buffer.from(comment).toString("hex");
    const own = withRule(converged(), "user4", `allow tcp 22 0.0.0.0/0 any 10.0.0.0/8 in comment=${hex}`);
    const [block] = own.view.families[0]!.user.blocks.filter(({ ours }) => !ours);
    expect(`- ${ruleLine(block!)}`).toMatch(expected);
    expect(tupleText(block!.tuple)).toMatch(/^allow 22\/tcp from 10\.0\.0\.0\/8 \([^()"\n]*\)$/);
  });
});
