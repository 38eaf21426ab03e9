/** The text of `nft list table`: what a table does with packets, as far as it can be told without walking it. */

export interface NftTable {
  /** `inet mine`. */
  readonly name: string;
  /** Hooks at which it may take packets away: `input`, `prerouting`, … */
  readonly takes: readonly string[];
  /** It may send packets that come in to another address or port. */
  readonly changes: boolean;
}

const base = /\btype (\w+) hook (\w+)/g;

/** Hooks before a socket is looked up for what comes in. */
const onTheWayIn: ReadonlySet<string> = new Set(["ingress", "prerouting", "input"]);

/** Statements by which a packet goes elsewhere; a mark that is set leaves it as it is. Source: nft(8), statements. */
const elsewhere =
  /\b(?:dnat|redirect|tproxy|fwd)\b|(?:\b[ds](?:port|addr)|@(?:ll|nh|th|ih)\b[\s,\d]*)\s+set\b/;

/** A table without a chain at a hook does nothing. Words within comments count too: more is said than there is, never less. */
export function readNftTable(name: string, text: string): NftTable {
  const hooks = [...text.matchAll(base)].map(([, type = "", hook = ""]) => ({ type, hook }));
  const takes = /\b(drop|reject|queue)\b/.test(text) ? hooks.filter(({ type }) => type !== "nat") : [];
  return {
    name,
    takes: [...new Set(takes.map(({ hook }) => hook))],
    changes: hooks.some(({ hook }) => onTheWayIn.has(hook)) && elsewhere.test(text),
  };
}
