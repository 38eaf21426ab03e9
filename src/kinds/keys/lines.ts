/** The text of an authorized_keys file and what is wanted of it; every byte that isn't in the way stays. Pure. */
import { keyOf } from "./line.ts";

interface Wanted {
  /** Lines of the profile. */
  readonly lines: readonly string[];
  readonly others: "keep" | "remove";
}

/** Equal for lines that let in the same key in the same way: a comment is only for people. */
export const meaningOf = (line: string): string | undefined => {
  const key = keyOf(line);
  return key === undefined ? undefined : `${key.options} ${key.type} ${key.blob}`;
};

/** The lines of a text with their ends, so that they make the text again. */
const linesOf = (text: string): readonly string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];

/**
 * sshd goes by the first line that fits a key, so a listed key with other options takes the place of the first line of that
 * key. `text` and the result have a character for each byte.
 */
export function wantedText(text: string, { lines, others }: Wanted): string {
  const wanted = new Map(lines.map((line) => [keyOf(line)?.blob, bytes(line)] as const));
  const meanings = new Set(lines.map(meaningOf));
  const seen = new Set<string>();
  const kept = linesOf(text).flatMap((line) => {
    const key = keyOf(line);
    if (key === undefined) return [line];
    const mine = wanted.get(key.blob);
    const isFirst = !seen.has(key.blob);
    seen.add(key.blob);
    if (mine !== undefined && isFirst) return [meanings.has(meaningOf(line)) ? line : mine + endOf(line)];
    if (others === "keep") return [line];
    return mine !== undefined && meanings.has(meaningOf(line)) ? [line] : [];
  });
  const missing = [...wanted]
    .filter(([blob]) => blob === undefined || !seen.has(blob))
    .map(([, line]) => line);
  if (missing.length === 0) return kept.join("");
  const before = kept.join("");
  const gap = before === "" || before.endsWith("\n") ? "" : "\n";
  return `${before}${gap}${missing.map((line) => `${line}\n`).join("")}`;
}

const bytes = (line: string) => Buffer.from(line, "utf8").toString("latin1");

const endOf = (line: string) => /\r?\n?$/.exec(line)![0];
