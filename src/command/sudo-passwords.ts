/** `--sudo-passwords`: hosts whose sudo has a password of its own. Whatever is wrong, its place is told and nothing that stands there. */
import { HardenError } from "../errors.ts";

interface File {
  readonly text: string;
  /** As people see it. */
  readonly name: string;
}

/**
 * A YAML map of targets, as they are typed, to passwords. Every value is text as it stands, also `0042` or `yes`. Throws
 * HardenError `usage`.
 */
export async function sudoPasswordsIn({ text, name }: File): Promise<ReadonlyMap<string, string>> {
  const { isMap, isNode, isScalar, LineCounter, parseDocument } = await import("yaml");
  const lineCounter = new LineCounter();
  // Its own messages quote what they are about.
  const options = { version: "1.2", schema: "failsafe", prettyErrors: false, lineCounter } as const;
  const { contents, errors } = parseDocument(text, options);
  const refuse = (offset: number, why: string) => {
    const { line, col } = lineCounter.linePos(offset);
    return new HardenError("usage", `The file of sudo's passwords can't be used: ${why}.`, {
      where: `${name}:${Math.max(1, line)}:${Math.max(1, col)}`,
      hint: 'It is a map, a host a line as it is typed or stands in harden.yaml: web1: "its password".',
      hostState: "no host was contacted",
    });
  };
  const [first] = errors;
  if (first !== undefined)
    throw refuse(
      first.pos[0],
      first.code === "DUPLICATE_KEY" ? "a host stands there twice" : "it is no YAML",
    );
  if (!isMap(contents)) throw refuse(0, "it is no map of hosts");
  const all = contents.items.map(({ key, value }) => {
    const at = isNode(key) ? (key.range?.[0] ?? 0) : 0;
    if (!isScalar(key) || typeof key.value !== "string") throw refuse(at, "a host is no text");
    if (key.value.startsWith("@")) throw refuse(at, "a group has no password of its own, its hosts have");
    if (!isScalar(value) || typeof value.value !== "string" || value.value === "")
      throw refuse(at, "a host has no text as its password");
    if (/\p{Cc}/u.test(value.value))
      throw refuse(at, "a password has a line end or another control character");
    return [key.value, value.value] as const;
  });
  return new Map(all);
}
