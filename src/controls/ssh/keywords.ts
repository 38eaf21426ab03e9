/** Each keyword that the profile may speak of, in the order of the lines that are written. Pure. */
import type { Keyword } from "./keywords/keyword.ts";
import { lists } from "./keywords/lists.ts";
import { methods } from "./keywords/methods.ts";
import { sessions } from "./keywords/sessions.ts";

export const keywords: readonly Keyword[] = [...methods, ...sessions, ...lists];
