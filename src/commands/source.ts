/** Where an apply's plans come from. */
import { parsePlanFile, profileOf, type SavedPlan } from "../plan/planfile.ts";
import type { ProfileChoice } from "./ports.ts";

export type Source =
  | { readonly kind: "profile"; readonly choice: ProfileChoice }
  | { readonly kind: "saved"; readonly plans: readonly SavedPlan[] };

export const choiceOfSaved = (saved: SavedPlan): ProfileChoice => ({
  profile: profileOf(saved),
  only: saved.only,
  skip: saved.skip,
});

export const parseSource = (text: string, about: { tool: string; where: string }): Source => ({
  kind: "saved",
  plans: parsePlanFile(text, about),
});
