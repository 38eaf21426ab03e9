/** ssh_config(5), PATTERNS: one of them matches, and none that is negated. */
import { onceByText } from "../once.ts";
export function matchesPatterns(patterns: readonly string[], name: string): boolean {
  const matches = (pattern: string) => patternOf(pattern).test(name);
  return (
    patterns.some((pattern) => !pattern.startsWith("!") && matches(pattern)) &&
    !patterns.some((pattern) => pattern.startsWith("!") && matches(pattern.slice(1)))
  );
}

const patternOf = onceByText((pattern): RegExp => {
  const wild: Readonly<Record<string, string>> = { "*": ".*", "?": "." };
  return new RegExp(`^${pattern.replace(/\W/g, (char) => wild[char] ?? `\\${char}`)}$`, "s");
}, 1000);
