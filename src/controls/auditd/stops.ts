/** Lines at which the next boot may end loading, so that rules of ours behind them are not loaded. Pure. */
import { type AuditRule, fulfils, isAlike } from "../../facts/audit-rule.ts";
import type { BootRules } from "./boot.ts";
import { rulesPath } from "./rules.ts";

type Stop = Pick<BootRules["faults"][number], "path" | "text">;

const isSame = (a: AuditRule, b: AuditRule) => JSON.stringify(a) === JSON.stringify(b);

/** auditctl(8) reads its file up to the first line that is refused. What the kernel has it has taken; of two equal lines it refuses one. */
export function stopsBefore(
  { rules, faults, strict = rules.length }: BootRules,
  kernel: readonly AuditRule[],
): readonly Stop[] {
  const end = rules.findLastIndex(({ path }) => path === rulesPath) + 1;
  const left = [...kernel];
  let open = [...rules.entries()];
  for (const fits of [isSame, fulfils, isAlike])
    open = open.filter(([, { rule }]) => {
      const at = left.findIndex((each) => fits(each, rule));
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
  const refused = open.flatMap(([at, rule]) =>
    at < Math.min(end, strict) && rule.path !== rulesPath ? [rule] : [],
  );
  return [...faults.filter(({ at }) => at < end), ...refused];
}
