/** How much of what a noisy shell prints before us is kept, for error messages: bytes. */
const noiseKept = 64 * 1024;
/** Beyond this much of it the host is taken to print without end: bytes. */
const noiseLimit = 1024 * 1024;
/** Our own lines are short; a longer one is no line of ours: bytes. */
const lineLimit = 1024;

/** One output stream of a run: what comes before our ready line, the script's own bytes, what comes after. */
export interface StreamFrame {
  push(chunk: Buffer): void;
  /** The words after `NONCE ready`, once that line is whole. */
  ready(): string | undefined;
  /** The script's exit status, once `NONCE end STATUS` is whole. */
  end(): number | undefined;
  /** What came before the ready line; its tail where that is long. */
  noise(): string;
  /** The host prints without end where it should not: give up. */
  overflow(): boolean;
}

/** Finds our two lines by their nonce wherever the chunks are cut, and hands on what stands between them. */
export function createFrame(nonce: string, onPayload: (bytes: Buffer) => void): StreamFrame {
  const readyMark = Buffer.from(`${nonce} ready`);
  const endMark = Buffer.from(`${nonce} end `);
  let pending: Buffer = Buffer.alloc(0);
  let noise: Buffer = Buffer.alloc(0);
  let noiseBytes = 0;
  let ready: string | undefined;
  let end: number | undefined;

  /** Takes the rest of the line that starts with `mark`, or undefined while it is not whole. */
  function takeLine(mark: Buffer, before: (bytes: Buffer) => void): string | undefined {
    const at = pending.indexOf(mark);
    if (at < 0) {
      const keep = partialLength(pending, mark);
      before(pending.subarray(0, pending.length - keep));
      pending = pending.subarray(pending.length - keep);
      return undefined;
    }
    before(pending.subarray(0, at));
    pending = pending.subarray(at);
    const newline = pending.indexOf(10);
    if (newline < 0) return undefined;
    const line = pending.subarray(mark.length, newline).toString("latin1");
    pending = pending.subarray(newline + 1);
    return line;
  }

  return {
    push(chunk) {
      if (end !== undefined || pending.length > lineLimit) return;
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
      if (ready === undefined) {
        ready = takeLine(readyMark, (bytes) => {
          noise = Buffer.concat([noise, bytes]);
          noise = noise.subarray(Math.max(0, noise.length - noiseKept));
          noiseBytes += bytes.length;
        })?.trim();
      }
      if (ready === undefined) return;
      const status = takeLine(endMark, (bytes) => {
        if (bytes.length > 0) onPayload(bytes);
      });
      if (status === undefined) return;
      end = Number.parseInt(status, 10);
      pending = Buffer.alloc(0);
    },
    ready: () => ready,
    end: () => end,
    overflow: () => noiseBytes > noiseLimit || pending.length > lineLimit,
    noise: () => (ready === undefined ? Buffer.concat([noise, pending]) : noise).toString("utf8"),
  };
}

/** The length of the longest end of `bytes` that could be the beginning of `mark`. */
function partialLength(bytes: Buffer, mark: Buffer): number {
  for (let length = Math.min(bytes.length, mark.length - 1); length > 0; length--) {
    if (bytes.subarray(bytes.length - length).equals(mark.subarray(0, length))) return length;
  }
  return 0;
}
