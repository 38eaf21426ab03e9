/** /etc/ufw/user.rules and user6.rules: read into blocks, written again as ufw 0.36.2 itself writes them. */
import render from "../../../templates/ufw-user-rules.hbs";
import { onceByText } from "../../once.ts";
import { type LogLevel, loggingLines, type Policies } from "./logging.ts";
import {
  type Allow,
  allowBlock,
  allowTuple,
  type Family,
  parseTuple,
  prefixOf,
  sameTraffic,
  type Tuple,
} from "./tuple.ts";

/** One rule with its iptables lines. */
export interface Block {
  /** Verbatim, without the blank lines around it; Latin-1, so that no byte is lost. */
  readonly text: string;
  readonly tuple: Tuple;
  readonly ours: boolean;
}

export interface UserRules {
  readonly blocks: readonly Block[];
  /** The kernel can count by address, so that ufw writes its rate limit. */
  readonly limits: boolean;
  /** Lines that are not ufw's: it loses them whenever it writes the file, as it does when it is enabled. */
  readonly strange: readonly string[];
}

/** How our rules are told from others: by their comment, which ufw keeps and shows. */
const ourMark = "harden";

/** `harden`, or `harden: ` and the profile's comment. */
export const ourComment = (comment: string | undefined) =>
  comment === undefined ? ourMark : `${ourMark}: ${comment}`;

/** The profile's comment of a rule of ours; empty where it has none. */
export const withoutMark = (comment: string) =>
  comment === ourMark ? "" : comment.slice(`${ourMark}: `.length);

const isOurs = (tuple: Tuple) =>
  tuple.action === "allow" && (tuple.comment === ourMark || tuple.comment.startsWith(`${ourMark}: `));

/** Chains that ufw declares, in its order. */
function ufwChains(family: Family, limits: boolean): readonly string[] {
  const names = [
    ...["user-input", "user-output", "user-forward"],
    ...["before-logging-input", "before-logging-output", "before-logging-forward"],
    ...["user-logging-input", "user-logging-output", "user-logging-forward"],
    ...["after-logging-input", "after-logging-output", "after-logging-forward"],
    ...["logging-deny", "logging-allow"],
    ...(limits ? ["user-limit", "user-limit-accept"] : []),
  ];
  return names.map((name) => `${prefixOf(family)}-${name}`);
}

/** What ufw writes anew each time, outside of the rules. */
function isUfwLine(line: string, family: Family): boolean {
  const chain = /^-[AI] (\S+) /.exec(line)?.[1];
  if (chain === undefined)
    return line === "" || line === "*filter" || line === "COMMIT" || /^### [A-Z ]+ ###$/.test(line);
  return new RegExp(`^${prefixOf(family)}-((user|before|after)-logging-|logging-|user-limit)`).test(chain);
}

/** Paragraphs of the RULES part: a tuple line opens one, a blank line ends it. */
function paragraphs(body: readonly string[], family: Family): readonly (readonly string[])[] {
  const found: string[][] = [];
  let open = false;
  for (const line of body) {
    // The limit rules of the pristine file stand here, too.
    const begins = line.startsWith("### tuple ###") || (!open && !isUfwLine(line, family));
    if (line.trim() === "") open = false;
    else if (begins) found.push([line]);
    else if (open) found.at(-1)!.push(line);
    if (begins) open = true;
  }
  return found;
}

export const parseUserRules = (content: Buffer, family: Family): UserRules =>
  read[family](content.toString("latin1"));

const read = {
  4: onceByText((text) => readUserRules(text, 4), 100),
  6: onceByText((text) => readUserRules(text, 6), 100),
} as const;

function readUserRules(text: string, family: Family): UserRules {
  const lines = text.split("\n");
  const ended = lines.includes("### END RULES ###");
  const start = lines.indexOf("### RULES ###");
  const end = lines.indexOf(ended ? "### END RULES ###" : "COMMIT");
  const ordered = start >= 0 && end > start;
  const known = new Set(ufwChains(family, true).map((name) => `:${name} - [0:0]`));
  const outside = ordered ? [...lines.slice(0, start), ...lines.slice(end)] : lines;
  const inside = ordered ? paragraphs(lines.slice(start + 1, end), family) : [];
  const blocks = inside.map((each) => ({ each, tuple: parseTuple(each[0]!) }));
  return {
    blocks: blocks.flatMap(({ each, tuple }) =>
      tuple === undefined ? [] : [{ text: each.join("\n"), tuple, ours: isOurs(tuple) }],
    ),
    limits: !ended || lines.some((line) => line.startsWith(`:${prefixOf(family)}-user-limit `)),
    strange: [
      ...outside.filter((line) => !known.has(line) && !isUfwLine(line, family)),
      ...blocks.flatMap(({ each, tuple }) => (tuple === undefined ? each : [])),
    ],
  };
}

export interface Settings {
  readonly level: LogLevel;
  readonly policies: Policies;
}

export function renderUserRules(rules: UserRules, family: Family, { level, policies }: Settings): Buffer {
  const text = render({
    prefix: prefixOf(family),
    chains: ufwChains(family, rules.limits),
    blocks: rules.blocks.map((block) => block.text),
    logging: loggingLines(family, level, policies),
    limits: rules.limits,
    logged: level !== "off",
  });
  return Buffer.from(text, "latin1");
}

/** Lets the traffic through, with or without a log line or ufw's rate limit. */
export const allows = (tuple: Tuple) => /^(allow|limit)(_log(-all)?)?$/.test(tuple.action);

/**
 * The wanted rules among the others: ours that are there keep their place, missing ones come last (as `ufw allow`
 * would put them), ours that nobody wants go. Where somebody's own rule already allows the very same, ours is left out.
 */
export function withAllows(rules: UserRules, wanted: readonly Allow[]): UserRules {
  const pending = new Map(
    wanted.map((allow) => [JSON.stringify(allowTuple({ ...allow, comment: "" })), allow]),
  );
  const own = rules.blocks.filter(({ ours, tuple }) => !ours && allows(tuple));
  for (const [key, allow] of pending)
    if (own.some(({ tuple }) => sameTraffic(tuple, allowTuple(allow)))) pending.delete(key);
  const kept = rules.blocks.flatMap((block) => {
    if (!block.ours) return [block];
    const found = [...pending].find(([, allow]) => sameTraffic(allowTuple(allow), block.tuple));
    if (found === undefined) return [];
    pending.delete(found[0]);
    return [ourBlock(found[1])];
  });
  return { ...rules, blocks: [...kept, ...[...pending.values()].map(ourBlock)] };
}

export const withoutBlocks = (rules: UserRules, gone: readonly Block[]): UserRules => ({
  ...rules,
  blocks: rules.blocks.filter((block) => !gone.includes(block)),
});

/** The file without our rules, for a control that is switched off. */
export const withoutOurs = (rules: UserRules): UserRules => withAllows(rules, []);

const ourBlock = (allow: Allow): Block => ({
  text: allowBlock(allow).trimEnd(),
  tuple: allowTuple(allow),
  ours: true,
});
