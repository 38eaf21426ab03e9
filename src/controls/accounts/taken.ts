/** What gives back an account, or its keys, must not be what the run itself comes in by. Pure. */
import { nameOf } from "../../kinds/index.ts";
import type { Access } from "../../plan/access.ts";
import type { Change, Finding } from "../../plan/plan.ts";
import { findingsOf } from "../findings.ts";

const { block } = findingsOf("accounts");

const takes = ({ kind, action }: Change) => (kind === "account" || kind === "keys") && action === "delete";

/** `changes`: of a rollback, or of a section that is switched off. */
export function takenFrom(changes: readonly Change[], { now, via }: Access): readonly Finding[] {
  const all = changes.filter((change) => takes(change) && nameOf(change.address) === now.login);
  const what = [...new Set(all.map(({ kind }) => (kind === "account" ? "account" : "keys")))];
  return block(
    "own-login",
    via === "ssh" &&
      what.length > 0 &&
      `This would take away the ${what.join(" and the ")} of ${now.login}, as which this run came in: nobody could prove it, nor come back.`,
    "Come in as another login that stays, or do it on the host's console.",
  );
}
