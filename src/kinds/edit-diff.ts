/** How the keys that an edit is about differ, for a person: no other value of the file is in it. Pure. */
import { shown, type Value } from "../edits/document.ts";
import { type EditFormat, type Key, parse } from "../edits/index.ts";
import { gap, isHiddenKey, redact } from "../secrets/index.ts";

interface Texts {
  readonly format: EditFormat;
  readonly before: Buffer;
  readonly after: Buffer;
}

/** As a unified diff has it, with a line a key. */
export function keyDiff(path: string, keys: readonly Key[], { format, before, after }: Texts): string {
  const [old, now] = [parse(format, before), parse(format, after)];
  const of = (parsed: typeof old, key: Key) => {
    const got = parsed.ok ? parsed.get(key) : parsed;
    return got.ok ? got.value : undefined;
  };
  const unique = [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
  const lines = unique.flatMap((key) => {
    const [from, to] = [old, now].map((parsed) => lineOf(key, of(parsed, key)));
    if (from === to && JSON.stringify(of(old, key)) === JSON.stringify(of(now, key))) return [];
    return [...(from === undefined ? [] : [`-${from}`]), ...(to === undefined ? [] : [`+${to}`])];
  });
  return [`--- ${path}`, `+++ ${path}`, ...lines].join("\n");
}

function lineOf(key: Key, value: Value | undefined): string | undefined {
  if (value === undefined) return undefined;
  const line = `${shown(key)}: ${key.some(isHiddenKey) ? gap : valueText(value)}`;
  return redact(line);
}

/** What is within a list or an object is others'. */
function valueText(value: Value): string {
  if (Array.isArray(value)) return `[${gap}]`;
  return typeof value === "object" && value !== null ? `{${gap}}` : JSON.stringify(value);
}
