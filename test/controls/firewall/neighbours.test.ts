import { describe, expect, test } from "vitest";
import { checks } from "../../../src/controls/firewall/checks.ts";
import { desired } from "../../../src/controls/firewall/claims.ts";
import { guard } from "../../../src/controls/firewall/guard.ts";
import { accessOf, applied, fileFact, fixture, inactive, inputOf } from "./host.ts";

const before6 = fixture("before6.rules").toString();
const told = (text: string, caller?: string) => {
  const access = accessOf(caller === undefined ? {} : { caller });
  const input = inputOf({ ...inactive, before6: fileFact(text) }, {}, access);
  const levels = guard(input).flatMap(({ id, level }) => (id === "firewall.neighbours-shut" ? [level] : []));
  const check = checks.find(({ id }) => id === "firewall.ssh-open")!;
  const { verdict, role } = check.test(applied(input, desired(input)));
  return { levels, verdict, role };
};

describe("a host that its neighbours find by IPv6", () => {
  test("has ufw's own rules", () => {
    expect(told(before6)).toMatchObject({ levels: [], verdict: "pass" });
    expect(told(before6, "2001:db8::7")).toMatchObject({ levels: [], verdict: "pass" });
  });

  test.each([
    ["without their lines", before6.replace(/.*neighbor.*\n/g, "")],
    ["with advertisements alone", before6.replace(/.*neighbor-solicitation.*\n/g, "")],
    ["by a rule that comes first", before6.replace(/^(-A ufw6-before-input)/m, "$1 -p icmpv6 -j DROP\n$1")],
    [
      "by a rule for other hops than theirs",
      before6.replaceAll("neighbor-solicitation -m hl --hl-eq 255", "neighbor-solicitation -m hl --hl-eq 1"),
    ],
  ])("%s is found no more: whoever comes that way is stopped, others are told", (_, text) => {
    expect(told(text, "2001:db8::7").levels).toEqual(["block"]);
    expect(told(text, "192.0.2.7")).toEqual({ levels: ["warn"], verdict: "fail", role: "audit" });
  });

  test("may have a rule that takes some of those messages only", () => {
    const some = before6.replace(
      /^(-A ufw6-before-input)/m,
      "$1 -p icmpv6 --icmpv6-type 135 -m limit --limit 9/sec -j DROP\n$1",
    );
    expect(told(some, "2001:db8::7")).toMatchObject({ levels: [], verdict: "pass" });
  });
});
