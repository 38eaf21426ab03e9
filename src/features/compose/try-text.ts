/** What became of a try: each service in a line, and why where it broke. Pure. */
import { isGood } from "../../compose/try/watch.ts";
import { fold, type Page, plainPage } from "../../reports/page.ts";
import { clean, count } from "../../reports/paint.ts";
import type { Tried, TriedService } from "../../results/compose.ts";

const heads: Readonly<Record<Tried["verdict"], string>> = {
  works: "Tried: it starts, and starts again.",
  broken: "Tried: it breaks what works without it.",
  "not told":
    "Tried: it does not start, and neither does the original when it is tried so; the fix is not to blame for that.",
};

const how =
  "On fresh volumes and copies of files, without published ports, and with no way out of its own networks; data that is there was not tried.";

export function tryText({ verdict, services, notes, left }: Tried, page: Page = plainPage): string {
  const width = Math.max(0, ...services.map(({ name }) => clean(name).length));
  const told = [
    ...notes.map((note) => fold(`  ${clean(note)}`, page)),
    ...(left.length === 0 ? [] : [fold(`  not started, for a profile: ${clean(left.join(", "))}`, page)]),
  ];
  return [
    page.paint(verdict === "works" ? "good" : "bad", fold(heads[verdict], page)),
    fold(how, page),
    services.map((service) => serviceText(service, width, page)).join("\n"),
    ...(told.length === 0 ? [] : [["Not as it will be:", ...told].join("\n")]),
  ].join("\n\n");
}

const originals: Readonly<Record<NonNullable<TriedService["original"]>, string>> = {
  works: "the original works when it is tried so",
  "breaks too": "the original breaks, too, when it is tried so",
  "not told": "the original never came to a second start when it was tried so",
};

function serviceText(service: TriedService, width: number, page: Page): string {
  const { name, broke, original } = service;
  const head = `  ${clean(name).padEnd(width)}  ${standingText(service)}`;
  if (broke === undefined) return fold(head, page, width + 4);
  const line = (text: string) => fold(`      ${text}`, page);
  return [
    fold(page.paint("bad", head), page, width + 4),
    ...broke.log.map((each) => `      | ${clean(each)}`),
    ...broke.look.map((each) => line(`look at ${each}`)),
    ...(original === undefined ? [] : [line(originals[original])]),
  ].join("\n");
}

function standingText({ first, again, broke }: TriedService): string {
  const when = again === undefined ? "at its first start" : "when it was started again";
  if (broke === undefined) return again === undefined ? first : `${first}, and again after a restart`;
  const { exitCode, restarts } = broke;
  const standing = again === undefined || !isGood(first) ? first : again;
  const ended = standing === "exited" ? `exited with ${exitCode}` : standing;
  return `${ended} ${when}${restarts === 0 ? "" : `, after ${count(restarts, "restart")}`}`;
}
