/** The formats of `plan` and `verify`: one line each, beside its name in names.ts. */
import type { ReportFormat } from "./format.ts";
import { html } from "./html.ts";
import { json } from "./json.ts";
import { junit } from "./junit.ts";
import { markdown } from "./markdown.ts";
import type { FormatName } from "./names.ts";
import { sarif } from "./sarif.ts";
import { text } from "./text.ts";

export const formats: Readonly<Record<FormatName, ReportFormat>> = {
  text,
  json,
  junit,
  sarif,
  markdown,
  html,
};
