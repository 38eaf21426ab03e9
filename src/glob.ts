/**
 * Python's fnmatch.fnmatch on a case-sensitive system: `*`, `?`, `[abc]`, `[!a-z]`; of the shell's globs each part of a
 * path is one. Never slower than n × m.
 */

type Part = "*" | ((char: string) => boolean);

export const globMatches = (pattern: string, text: string) => matches(parse([...pattern]), text);

/** glob(3) of a path: wildcards don't cross `/` and don't match a leading dot. */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const wanted = pattern.split("/").map(nameMatcher);
  // A host's paths are asked of some hundred patterns: most differ before the first wildcard.
  const plain = pattern.replace(/[*?[].*/s, "");
  return (path) => {
    if (!path.startsWith(plain)) return false;
    const names = path.split("/");
    return names.length === wanted.length && names.every((name, index) => wanted[index]!(name));
  };
}

function nameMatcher(pattern: string): (name: string) => boolean {
  // Most names of a path are plain ones.
  if (!/[*?[]/.test(pattern)) return (name) => name === pattern;
  const parts = parse([...pattern]);
  return (name) => (pattern.startsWith(".") || !name.startsWith(".")) && matches(parts, name);
}

function matches(parts: readonly Part[], text: string): boolean {
  const chars = [...text];
  let part = 0;
  let char = 0;
  let star = -1;
  let resume = 0;
  while (char < chars.length) {
    const current = parts[part];
    if (current === "*") {
      star = part++;
      resume = char;
    } else if (current?.(chars[char]!)) {
      part++;
      char++;
    } else if (star !== -1) {
      part = star + 1;
      char = ++resume;
    } else return false;
  }
  return parts.slice(part).every((each) => each === "*");
}

function parse(pattern: readonly string[]): readonly Part[] {
  const parts: Part[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at]!;
    // A `]` that comes first is one of the set.
    const close = char === "[" ? pattern.indexOf("]", at + (pattern[at + 1] === "!" ? 3 : 2)) : -1;
    if (char === "*") parts.push("*");
    else if (char === "?") parts.push(() => true);
    else if (close !== -1) {
      parts.push(charSet(pattern.slice(at + 1, close)));
      at = close;
    } else parts.push((each) => each === char);
  }
  return parts;
}

function charSet(body: readonly string[]): (char: string) => boolean {
  const not = body[0] === "!";
  const set = not ? body.slice(1) : body;
  const ranges: [string, string][] = [];
  for (let at = 0; at < set.length; at++) {
    const isRange = set[at + 1] === "-" && at + 2 < set.length;
    ranges.push([set[at]!, isRange ? set[at + 2]! : set[at]!]);
    if (isRange) at += 2;
  }
  return (char) => ranges.some(([from, to]) => from <= char && char <= to) !== not;
}
