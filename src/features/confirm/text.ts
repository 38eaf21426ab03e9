/** What a confirm gives, for a person. */
import { resultsText } from "../../reports/end.ts";
import type { Page } from "../../reports/page.ts";
import { clean } from "../../reports/paint.ts";
import type { Settled } from "../../results/settled.ts";
import type { ConfirmResult } from "./work.ts";

export const confirmsText = (report: readonly Settled<ConfirmResult>[], { paint }: Page) =>
  resultsText(
    report,
    (target, { run }) =>
      `${paint("strong", target)}: ${paint("good", "confirmed")} (run ${clean(run)}). What has changed since its proof is not looked at: harden verify says what holds now.`,
  );
