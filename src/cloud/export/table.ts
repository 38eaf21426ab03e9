/** Tiers as a table of rules, for whichever cloud it is. Pure. */
import type { Tiers } from "../../project/tiers.ts";
import { spanText } from "../network.ts";
import { peerText, rulesOf } from "./rules.ts";

/** Nothing of a cell can end it, or begin anything of Markdown or HTML. */
const cell = (text: string) =>
  text.replace(/\s+/g, " ").replace(/[^\p{L}\p{N} .,:/()@_-]/gu, (char) => `&#${char.codePointAt(0)};`);

const row = (cells: readonly string[]) => `| ${cells.map(cell).join(" | ")} |`;

export const tableText = (tiers: Tiers): string =>
  [
    row(["tier", "role", "direction", "from or to", "protocol", "ports", "what for"]),
    "|---|---|---|---|---|---|---|",
    ...rulesOf(tiers).map(({ tier, direction, peer, protocol, ports, why }) =>
      row([tier, tiers[tier]!.role, direction, peerText(peer), protocol, spanText(ports), why]),
    ),
    "",
    "Everything else is denied, in both directions.",
    "",
  ].join("\n");
