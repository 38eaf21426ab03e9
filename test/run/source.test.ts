import { expect, test } from "vitest";
import { bareNext } from "../../src/next.ts";
import { parsePlanFile } from "../../src/run/planfile.ts";
import { nextBySaved, sourceOf } from "../../src/run/source.ts";
import { parseTarget } from "../../src/transports/target.ts";
import { savedText } from "../plan/saved.ts";

test("a host of a saved plan is planned anew by the profile of that, and never applied by another one", async () => {
  const plans = parsePlanFile(await savedText("1.0"), { tool: "1.0", where: "web.plan" });
  const [{ plan, profile }] = plans as [(typeof plans)[number]];
  const next = nextBySaved(bareNext, plans);
  expect(next("apply", plan.target)).toBe(`harden plan ${plan.target} --out FILE --profile ${profile.file}`);
  expect(next("verify", plan.target)).toContain("--profile");
  expect(next("rollback", plan.target, "run")).toBe(`harden rollback ${plan.target} run`);
  expect(next("apply", "elsewhere")).toBe("harden apply elsewhere");
});

const sourceKind = async (word: string) => {
  const text = await savedText("1.0");
  const { kind } = await sourceOf([word], {
    textOf: async () => text,
    choices: async () => ({
      choiceOf: () => {
        throw new Error("no profile is wanted");
      },
    }),
    tool: "1.0",
    typed: [],
    next: bareNext,
  });
  return kind;
};

test.each(["web1", "root@web1:22", "ssh://root@web1", "ssh://web1/", "web1/", "ssh://web1.json"])(
  "apply takes %s for a target, when plan does",
  async (word) => {
    expect(() => parseTarget(word)).not.toThrow();
    expect(await sourceKind(word)).toBe("profile");
  },
);

test.each(["friday.plan", "./friday", "plans/web1", "/tmp/web1.json", "-"])(
  "apply takes %s for a saved plan, when plan refuses it as a target",
  async (word) => {
    expect(() => parseTarget(word)).toThrow();
    expect(await sourceKind(word)).toBe("saved");
  },
);
