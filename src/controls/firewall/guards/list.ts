/** All of them: what is left out of a list would be open, or shut, and nobody told. */
export const all = (texts: readonly string[]) => texts.join(", ");

/** The first twenty, of what stays as it is. */
export const someOf = (texts: readonly string[]): string =>
  texts.length <= 20
    ? all(texts)
    : `${all(texts.slice(0, 20))}, and ${texts.length - 20} more, which ufw status numbered shows`;
