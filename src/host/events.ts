/** What the host runtime prints for us: lines `@harden RUN WORD …`; everything else is noise. Pure. */
import { redactOutput } from "../secrets/index.ts";

export const outcomes = [
  "waiting", // applied; the dead-man waits for the confirm
  "more", // packages are installed; the second batch is awaited
  "refused", // preflight; nothing was changed
  "locked", // another run holds the host
  "nothing", // an empty batch; an uninstall where nothing is
  "rolled-back",
  "confirmed",
  "too-late", // a confirm that came after the rollback's claim
  "not-ready", // a confirm or second batch while the apply works
  "unwritable", // a confirm that the run's journal does not take
  "unknown-run",
  "pending",
  "rolling",
  "lost", // the run's events could not be read
  "pruned",
  "uninstalled",
  "unbanned", // an address is let in again
  "renewed", // certbot came to its end, well or not
] as const;
export type Outcome = (typeof outcomes)[number];

export type ReportedState = "pending" | "rolling" | "confirmed" | "rolled-back";

export type HostEvent = { readonly run: string } & (
  | { readonly event: "progress"; readonly what: string; readonly text: string }
  | { readonly event: "ready" }
  | {
      readonly event: "locked";
      readonly who: string;
      readonly since: string;
      readonly by: string;
      readonly state: string;
    }
  | { readonly event: "lease-taken-over"; readonly who: string; readonly since: string; readonly by: string }
  | {
      readonly event: "refused";
      readonly code: string;
      readonly object: string;
      readonly text: string;
      readonly address: string;
    }
  | { readonly event: "armed"; readonly applySeconds: number; readonly confirmSeconds: number }
  | { readonly event: "packages"; readonly names: readonly string[] }
  | {
      readonly event: "step";
      readonly number: number;
      readonly phase: "start" | "done";
      readonly address: string;
    }
  | { readonly event: "note"; readonly code: string; readonly object: string; readonly text: string }
  | {
      readonly event: "failed";
      readonly code: string;
      readonly object: string;
      readonly text: string;
      readonly step: number;
    }
  | { readonly event: "more"; readonly seconds: number }
  | { readonly event: "waiting"; readonly seconds: number; readonly deadline: number }
  | { readonly event: "state"; readonly state: ReportedState; readonly secondsLeft: number }
  | { readonly event: "rolling"; readonly why: string }
  | { readonly event: "rolled-back"; readonly clean: boolean; readonly why: string }
  | { readonly event: "confirmed" }
  | { readonly event: "pruned" | "prunable"; readonly id: string }
  | { readonly event: "end"; readonly outcome: Outcome }
);

/** Text of a host, safe to show: no control characters but the newline. */
function plain(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/g, " ");
}

function text(word: string | undefined): string {
  if (word === undefined || word === "-") return "";
  return plain(Buffer.from(word, "base64").toString("utf8"));
}

/** Our own words, behind them what a program has said, and then where all of that is. */
function trouble(word: string | undefined, output: string | undefined, run?: string): string {
  const own = text(word);
  const whole = text(output).trim();
  const shown = redactOutput(whole);
  // Ours may end with a command that somebody copies.
  const said = shown === "" || own === "" || /[:.]$/.test(own) ? shown : `(${shown})`;
  const isWhole = shown === whole || run === undefined;
  const place = isWhole ? "" : `(On the host there is more: cat /var/lib/harden/runs/${run}/output)`;
  return [own, said, place].filter(Boolean).join(" ");
}

const isOutcome = (word: string | undefined): word is Outcome => outcomes.some((outcome) => outcome === word);
const states: readonly string[] = ["pending", "rolling", "confirmed", "rolled-back"];
const isState = (word: string | undefined): word is ReportedState =>
  word !== undefined && states.includes(word);

/** The event of a line, or undefined for noise; `id` of the run keeps out what another one printed. */
export function parseEvent(line: string, id?: string): HostEvent | undefined {
  const [prefix, run, event, ...rest] = line.replace(/\r$/, "").split(" ");
  if (prefix !== "@harden" || run === undefined || (id !== undefined && run !== id && run !== "-"))
    return undefined;
  const words = rest.map(plain);
  const word = (index: number) => words[index] ?? "";
  const count = (index: number) => (/^-?\d{1,12}$/.test(word(index)) ? Number(word(index)) : 0);
  switch (event) {
    case "ready":
    case "confirmed":
      return { run, event };
    case "progress":
      return { run, event, what: word(0), text: text(words[1]) };
    case "locked":
      return { run, event, who: text(words[0]), since: word(1), by: word(2), state: word(3) };
    case "lease-taken-over":
      return { run, event, who: text(words[0]), since: word(1), by: word(2) };
    case "refused":
      return {
        run,
        event,
        code: word(0),
        object: text(words[1]),
        text: trouble(words[2], words[4]),
        address: text(words[3]),
      };
    case "armed":
      return { run, event, applySeconds: count(0), confirmSeconds: count(1) };
    case "packages":
      return { run, event, names: words.map(text) };
    case "step": {
      const phase = word(1);
      if (phase !== "start" && phase !== "done") return undefined;
      return { run, event, number: count(0), phase, address: text(words[2]) };
    }
    case "note":
      return { run, event, code: word(0), object: text(words[1]), text: trouble(words[2], words[3], run) };
    case "failed": {
      const said = trouble(words[2], words[4], run);
      return { run, event, code: word(0), object: text(words[1]), text: said, step: count(3) };
    }
    case "more":
      return { run, event, seconds: count(0) };
    case "waiting":
      return { run, event, seconds: count(0), deadline: count(1) };
    case "state":
      return isState(words[0]) ? { run, event, state: words[0], secondsLeft: count(1) } : undefined;
    case "rolling":
      return { run, event, why: word(0) };
    case "rolled-back":
      return { run, event, clean: word(0) === "clean", why: word(1) };
    case "pruned":
    case "prunable":
      return { run, event, id: word(0) };
    case "end":
      return isOutcome(words[0]) ? { run, event, outcome: words[0] } : undefined;
    default:
      return undefined;
  }
}
