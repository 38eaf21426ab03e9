/** How the rules of user.rules and user6.rules change, a line each for a person. */
import { formatNetwork, parseNetwork } from "../../profile/network.ts";
import { oneLine } from "../../text.ts";
import { type Family, mostOfALine, shortNote, trafficKey, zeroNetwork } from "./tuple.ts";
import { type Block, type UserRules, withoutMark } from "./user-rules.ts";

/** One family's rules before and after. */
export interface Rewritten {
  readonly family: Family;
  readonly user: UserRules;
  readonly wanted: UserRules;
}

/**
 * `+ allow 9100/tcp "node exporter" from 10.1.2.3/32`, by family: what both have in common is told with the first one,
 * and names no family.
 */
export function ruleLines(families: readonly Rewritten[]): ReadonlyMap<Family, readonly string[]> {
  const all = families.map(({ family, ...rules }) => {
    const lines = linesOf(rules);
    return { family, lines, texts: new Set(lines.map(({ text }) => text)) };
  });
  return new Map(
    all.map(({ family, lines }, index) => {
      const has = (other: (typeof all)[number], { text }: Line) => other.texts.has(text);
      const first = lines.filter((line) => !all.slice(0, index).some((other) => has(other, line)));
      const alone = (line: Line) =>
        line.everywhere && !all.every((other) => has(other, line)) ? ` (IPv${family})` : "";
      return [family, first.map((line) => `${line.text}${alone(line)}`)];
    }),
  );
}

interface Line {
  readonly text: string;
  /** It names no address, which would tell its family. */
  readonly everywhere: boolean;
}

function linesOf({ user, wanted }: Pick<Rewritten, "user" | "wanted">): readonly Line[] {
  // Of several the first one counts, and a host may have thousands.
  const before = new Map(user.blocks.toReversed().map((block) => [blockKey(block), block]));
  const after = new Set(wanted.blocks.map(blockKey));
  const gone = user.blocks.filter((block) => !after.has(blockKey(block)));
  return [
    ...gone.map((block) => line("-", block)),
    ...wanted.blocks.flatMap((block) => {
      const was = before.get(blockKey(block));
      if (was === undefined) return [line("+", block)];
      const [old, now] = [ruleLine(was), ruleLine(block)];
      return old === now ? [] : [line("~", block, `, was ${old}`)];
    }),
  ];
}

const blockKey = ({ ours, tuple }: Block) => `${ours} ${tuple.action} ${trafficKey(tuple)}`;

const line = (mark: "+" | "-" | "~", block: Block, more = ""): Line => ({
  text: `${mark} ${ruleLine(block)}${more}`,
  everywhere: isAnywhere(block.tuple.from) && isAnywhere(block.tuple.to),
});

const isAnywhere = (address: string) => address === zeroNetwork[4] || address === zeroNetwork[6];

/** A network as a profile has it, with the prefix of a single address. */
const networkText = (address: string) => {
  const network = parseNetwork(address);
  return network === undefined ? address : formatNetwork(network);
};

/** `allow 5432/tcp "postgresql" from 10.0.0.0/8`, of which a comment alone is cut, and escaped as in JSON; whatever is not of the profile says so. */
export function ruleLine({ tuple, ours }: Block): string {
  const { action, direction, toPort, protocol, to, from, fromPort } = tuple;
  const comment = ours ? withoutMark(tuple.comment) : tuple.comment;
  const parts = [
    action,
    direction === "in" ? "" : direction.replace("_", " on "),
    `${toPort === "any" ? "all ports" : toPort}${protocol === "any" ? "" : `/${protocol}`}`,
    comment === "" ? "" : JSON.stringify(shortNote(comment)),
    isAnywhere(to) ? "" : `to ${networkText(to)}`,
    isAnywhere(from) ? "" : `from ${networkText(from)}`,
    fromPort === "any" ? "" : `from port ${fromPort}`,
    ours ? "" : "(the host's own)",
  ];
  return oneLine(parts.filter((part) => part !== "").join(" "), mostOfALine);
}
