/** The text of `nft list table`: what a table does with packets, as far as it can be told without walking it. */
import { strangeWords } from "./nft-words.ts";

export interface NftTable {
  /** `inet mine`. */
  readonly name: string;
  /** Hooks at which it may take packets away: `input`, `prerouting`, … */
  readonly takes: readonly string[];
  /** As part of a sentence, why nobody knows what packets are after it; undefined where it leaves them as they are. */
  readonly unwalked?: string;
}

const base = /\btype (\w+) hook (\w+)[^;}]*;(?: *policy \w+;)?/g;

/** Hooks before a socket is looked up for what comes in, or before it goes on to a container. */
const onTheWayIn: ReadonlySet<string> = new Set(["ingress", "prerouting", "input", "forward"]);

/** Sets, maps, counters and such: what they do, a rule says. */
const objects = /^\t(?!chain )[\w ]+ \S+ \{\n[\s\S]*?^\t\}/gm;
const heads = /\b(?:table \w+|chain) \S+ \{(?: #.*)?|^\tflags [\w,]+$/gm;

/** A table without a chain at a hook does nothing. Words within comments count too for `takes`: more is said than there is, never less. */
export function readNftTable(name: string, text: string): NftTable {
  const hooks = [...text.matchAll(base)].map(([, type = "", hook = ""]) => ({ type, hook }));
  // Verdicts of a map are not printed.
  const mayTake = /\b(drop|reject|queue)\b|: verdict\b/.test(text);
  const takes = mayTake ? hooks.filter(({ type }) => type !== "nat") : [];
  const unwalked = reason(text, hooks);
  return {
    name,
    takes: [...new Set(takes.map(({ hook }) => hook))],
    ...(unwalked === undefined ? {} : { unwalked }),
  };
}

type Hook = Readonly<Record<"type" | "hook", string>>;

function reason(text: string, hooks: readonly Hook[]): string | undefined {
  if (!text.trimEnd().endsWith("}")) return "not all of its text was read";
  if (!hooks.some(({ hook }) => onTheWayIn.has(hook))) return undefined;
  const rules = text.replace(objects, "").replace(heads, "").replace(base, "");
  // Of what goes out another source changes nothing; of what comes in it does, before ufw's rules ask for it.
  const isInput = hooks.some(({ type, hook }) => type === "nat" && hook === "input");
  const strange = strangeWords(rules).filter((word) => word !== "snat" || isInput);
  return strange.length === 0 ? undefined : `its rules say ${strange.slice(0, 3).join(", ")}`;
}
