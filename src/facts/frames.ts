/** Frames within one collector's output: lines `@NONCE WORD REST`, each followed by its content. Pure. */

export interface Frame {
  readonly word: string;
  readonly rest: string;
  readonly content: Buffer;
}

/**
 * The collector prints its first frame before anything that the host's users wrote, so the nonce is read there, which
 * `parseCollected` has found to be the run's; a frame with any other nonce is content.
 */
export function innerFrames(data: Buffer): readonly Frame[] {
  const text = data.toString("latin1");
  const nonce = /^\n@([0-9a-f]+) /.exec(text)?.[1];
  if (nonce === undefined) return [];
  const heads = [...text.matchAll(new RegExp(`\\n@${nonce} (\\S+) ?(.*)\\n`, "g"))];
  return heads.map((head, index) => ({
    word: head[1]!,
    rest: Buffer.from(head[2]!, "latin1").toString("utf8"),
    content: data.subarray(head.index + head[0].length, heads[index + 1]?.index ?? data.length),
  }));
}
