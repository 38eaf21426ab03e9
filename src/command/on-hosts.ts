/** The commands that reach hosts: what is the same in all of them. */
import type { HardenError } from "../errors.ts";
import type { Next } from "../next.ts";
import type { Plan, UndoPlan } from "../plan/plan.ts";
import { errorTexts, plainResult } from "../reports/error.ts";
import { fold, type Page } from "../reports/page.ts";
import type { Settled } from "../results/settled.ts";
import type { Judged } from "../results/verdict.ts";
import type { CommandOutcome, Event, Ports } from "../run/ports.ts";
import { redactAll } from "../secrets/index.ts";
import type { Changes, Command, Line, Outside, Shown } from "./command.ts";
import { type anyFormat, checkReadable, type Format, type format, written } from "./formats.ts";
import { type Every, oneHost, withNamedHosts } from "./named-hosts.ts";
import { againWith, nextOf } from "./next.ts";
import { type Given, keptOf, type reach, type targetAndRun, traced, type Words } from "./words.ts";

type Report<T> = readonly Judged<T>[];

interface About<W extends Words, Input> {
  readonly given: Given<W>;
  readonly input: Input;
  readonly version: string;
}

interface Ended<Input> {
  readonly input: Input;
  /** That the process will end with. */
  readonly status: number;
}

type HostOptions = typeof reach & (typeof format | typeof anyFormat);

interface OnHosts<A extends Words, O extends HostOptions, Input, T> extends Omit<Command, "run"> {
  readonly arguments: A;
  readonly options: O;
  /** Whether no target may stand for all hosts of a project; left out, it does. */
  readonly everyHost?: (given: Given<A & O>) => Every;
  /** By what was typed, where a command that only reads may do more. */
  readonly changes: Changes | ((input: Input) => Changes);
  /** Reads what the line names: a profile, a secret, a file. */
  readonly input: (line: Line<A & O>, outside: Outside) => Promise<Input>;
  /** Loaded when the command is called, as are its texts: help must not wait for them. */
  readonly act: () => Promise<(input: Input, ports: Ports) => Promise<CommandOutcome<Report<T>>>>;
  readonly text: () => Promise<(report: Report<T>, page: Page, input: Input) => string>;
  /** All formats, where there are more than text and data. */
  readonly formats?: () => Promise<
    Readonly<Record<string, (report: Report<T>, page: Page, input: Input) => string>>
  >;
  /** Of the plans that somebody is asked about. */
  readonly plans?: () => Promise<(report: readonly Settled<Plan | UndoPlan>[], page: Page) => string>;
  /** What is to be saved of the report. */
  readonly file?: (report: Report<T>, about: About<A & O, Input>) => Promise<Shown["file"]>;
  /** Who is to hear of it. */
  readonly webhook?: (report: Report<T>, about: Ended<Input>) => Promise<Shown["webhook"]>;
}

/** Types a command by its own words, input and report, then forgets them so that commands make one list. */
export function onHosts<A extends Words, O extends HostOptions, Input, T>(
  command: OnHosts<A, O, Input, T>,
): Command {
  const { words, summary, arguments: taken, options } = command;
  const forgotten = command as unknown as OnHosts<Words, HostOptions, unknown, unknown>;
  const run = (line: Line, outside: Outside) => carryOut(forgotten, line as HostLine, outside);
  return { words, summary, arguments: taken, options: { ...options, ...traced }, run };
}

type HostLine = Line<Words & HostOptions> & {
  readonly given: Given<typeof traced> & {
    readonly targets?: readonly string[];
    readonly diff?: boolean;
    readonly quiet?: boolean;
    readonly failedOnly?: boolean;
    readonly yes?: boolean;
  };
};

/** What somebody is asked about is told whole. */
const pagesOf = ({ page, sidePage }: Outside, { given }: HostLine, next: Next) => {
  const asked = { next, whole: given.diff === true };
  const kept = keptOf(given);
  return {
    page: { ...page, ...asked, ...kept },
    sidePage: { ...sidePage, ...asked, ...(given.yes ? kept : {}) },
  };
};

const failedIn = (report: readonly Settled<unknown>[]) => report.flatMap((each) => (each.ok ? [] : [each]));

async function carryOut(
  command: OnHosts<Words, HostOptions, unknown, unknown>,
  typedLine: HostLine,
  outside: Outside,
): Promise<Shown> {
  const every = command.everyHost?.(typedLine.given) ?? "may be meant";
  if ("target" in command.arguments)
    await oneHost(typedLine.given as unknown as Given<typeof targetAndRun>, outside);
  const line = "targets" in command.arguments ? await withNamedHosts(typedLine, every, outside) : typedLine;
  const { given } = line;
  const { version } = outside;
  checkReadable(given.format, outside.page);
  const next = nextOf(line);
  const { page, sidePage } = pagesOf(outside, line, next);
  const about = { targets: given.targets ?? [], next, unasked: againWith("--yes", command, typedLine) };
  const ports = await outside.ports(given, about);
  // Loaded while ssh is asked for its configuration.
  const [act, plans] = await Promise.all([command.act(), command.plans?.()]);
  const input = await command.input(line, outside);
  const { changes } = command;
  outside.begin(typeof changes === "string" ? changes : changes(input));
  // Whoever is asked about the plans must know which hosts have none.
  const told = new Set<HardenError>();
  const emit = (event: Event) => {
    ports.emit(event);
    if (event.kind !== "plans" || plans === undefined) return;
    outside.say(plans(redactAll(event.report), sidePage));
    const failed = failedIn(event.report);
    for (const { error } of failed) told.add(error);
    for (const each of errorTexts(failed)) outside.say(fold(each, sidePage));
  };
  const acting = act(input, { ...ports, emit });
  // Loaded while the hosts answer.
  const loading = new Promise(setImmediate).then(command.text);
  const [{ report: whole, status }, text] = await Promise.all([acting, loading]);
  // What a host has said leaves without its secrets, in whatever format and to whomever.
  const report = redactAll(whole);
  const view = {
    text: () => text(report, page, input),
    failures: () => errorTexts(failedIn(report).filter(({ error }) => !told.has(error))),
    data: () => report.map(plainResult),
  };
  const file = await command.file?.(report, { given, input, version });
  const webhook = await command.webhook?.(report, { input, status });
  const others = given.format === "text" ? undefined : await command.formats?.();
  const shown =
    others === undefined
      ? written(view, given.format as Format)
      : { out: others[given.format]!(report, page, input), errors: [] };
  return { ...shown, status, hosts: report, file, webhook };
}
