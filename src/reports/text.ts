/** For a person at a terminal; hosts without a result are told beside it. */
import type { Format } from "./format.ts";
import { plansText } from "./plan.ts";
import { verifyText } from "./verify.ts";

export const text: Format = { plan: plansText, verify: verifyText };
