/** SOC 2 criteria: each check has one, wherever its references come from. */
import { describe, expect, it } from "vitest";
import { everyCheck } from "../../src/audit/every-check.ts";
import { criteria, soc2 } from "../../src/checks/criteria.ts";

const numbersOf = ({ references }: (typeof everyCheck)[number]) =>
  references.flatMap(({ benchmark, number }) => (benchmark === soc2 ? [number] : []));

describe("the criteria of SOC 2", () => {
  it.each(everyCheck.map((check) => [check.id, check] as const))(
    "%s has one or more of them, each once",
    (_id, check) => {
      const numbers = numbersOf(check);
      expect(numbers.length).toBeGreaterThan(0);
      expect(numbers).toEqual([...new Set(numbers)]);
      expect(numbers.filter((number) => !(number in criteria))).toEqual([]);
    },
  );

  it("each is a check's", () => {
    const used = new Set(everyCheck.flatMap(numbersOf));
    expect(Object.keys(criteria).filter((number) => !used.has(number))).toEqual([]);
  });

  it.each([
    ["ssh.password-authentication", ["CC6.1"]],
    ["firewall.default-incoming-ipv4", ["CC6.6"]],
    ["ssh.ciphers", ["CC6.7"]],
    ["host.leftovers", ["CC7.1", "CC8.1"]],
    ["auditd.root-commands", ["CC7.2"]],
    ["updates.daily", ["CC8.1"]],
    ["containers.memory", ["A1.1"]],
  ])("%s is evidence for %s", (id, numbers) => {
    expect(numbersOf(everyCheck.find((check) => check.id === id)!)).toEqual(numbers);
  });

  it("comes after the numbers of benchmarks, which stay", () => {
    const { references } = everyCheck.find(({ id }) => id === "containers.pids")!;
    expect(references).toEqual([
      { benchmark: "CIS Docker 1.6.0", number: "5.29" },
      { benchmark: soc2, number: "A1.1" },
    ]);
  });
});
