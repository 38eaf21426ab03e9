/** Secrets of characters that YAML, compose, shells and redis take for their own. */
import fc from "fast-check";

const hard = "abcXYZ0189 '\"\\`$#:{}[]&*!|>%@,?-=~\n\té€😀";

/** Ends that no reader cuts off, and a beginning that no other text has. */
export const anySecret = fc
  .string({ unit: fc.constantFrom(...(hard.match(/./gsu) ?? [])), minLength: 4, maxLength: 30 })
  .map((text) => `k7${text}q9x`);

/** As compose reads it as that, and as no variable. */
export const doubled = (value: string) => value.replaceAll("$", "$$$$");

export const yamlStyles = ["QUOTE_DOUBLE", "QUOTE_SINGLE", "PLAIN", "BLOCK_LITERAL", "BLOCK_FOLDED"] as const;
