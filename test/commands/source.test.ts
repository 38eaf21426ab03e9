import { expect, test } from "vitest";
import { nextBySaved } from "../../src/commands/source.ts";
import { bareNext } from "../../src/next.ts";
import { parsePlanFile } from "../../src/plan/planfile.ts";
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
