/** How deep a profile's maps and lists may lie in each other. */
import type { CST } from "yaml";
export const maxDepth = 32;

/**
 * The offset of the first token that lies deeper than {@link maxDepth} maps and lists; undefined
 * when there is none. Without recursion, and to be asked before anything recurses: V8 doesn't throw
 * but ends the whole process where the stack runs out while it compiles a regular expression.
 */
export function tooDeep(tokens: readonly CST.Token[]): number | undefined {
  const open: { token: CST.Token; depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  let first: number | undefined;
  for (let next = open.pop(); next; next = open.pop()) {
    const { token, depth } = next;
    if (depth > maxDepth) {
      first = Math.min(first ?? token.offset, token.offset);
      continue;
    }
    if ("value" in token && token.value) open.push({ token: token.value, depth });
    for (const { key, value } of "items" in token ? token.items : []) {
      if (key) open.push({ token: key, depth: depth + 1 });
      if (value) open.push({ token: value, depth: depth + 1 });
    }
  }
  return first;
}
