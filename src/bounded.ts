/** Input of any length, such as a device's or a pipe's, that must not fill the memory. */

/** More than any plan of a thousand hosts. */
const mostBytes = 64 * 1024 * 1024;

/** All that comes. Rejects once that is more than 64 MiB. */
export async function allOf(input: AsyncIterable<Uint8Array | string>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of input) {
    chunks.push(Buffer.from(chunk));
    length += chunk.length;
    if (length > mostBytes) throw new Error(`it is larger than ${mostBytes / 1024 / 1024} MiB`);
  }
  return Buffer.concat(chunks);
}
