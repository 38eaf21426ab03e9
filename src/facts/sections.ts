/** Collectors that print many texts put a line `@NONCE WORD…` before each. */

export interface SectionText {
  readonly words: readonly string[];
  readonly content: Buffer;
}

/** The texts with the words of their line; what stands before the first line has no words. */
export function sections(data: Buffer): readonly SectionText[] {
  const text = data.toString("latin1");
  const heads = [...text.matchAll(/(?:^|\n)@[0-9a-f]+ ([^\n]*)\n/g)];
  const end = (index: number) => heads[index]?.index ?? text.length;
  const bytes = (from: number, to: number) => Buffer.from(text.slice(from, to), "latin1");
  const first = { words: [], content: bytes(0, end(0)) };
  const rest = heads.map((head, index) => ({
    words: Buffer.from(head[1]!, "latin1").toString("utf8").split(" "),
    content: bytes(head.index + head[0].length, end(index + 1)),
  }));
  return [first, ...rest];
}
