/** Marks in place of variables whose values are elsewhere. Pure. */

/** Of a variable that nothing is known of. */
export const unknownMark = "${?}";

/** Of one without which compose refuses to start: it is something, and nobody here knows what. */
const wantedMark = "${!}";

export const isUnknown = (text: string | undefined): boolean => text?.includes(unknownMark) === true;

/** Whether a part of a text is of a variable, given or not. */
export const isMarked = (text: string | undefined): boolean =>
  isUnknown(text) || text?.includes(wantedMark) === true;

/** A text with marks in place of these variables, as compose writes them. */
export const marked = (text: string, names: readonly string[]): string =>
  names.reduce(
    (rest, name) =>
      rest
        .replace(new RegExp(`\\$\\{${name}:?\\?[^}]*\\}`, "g"), () => wantedMark)
        .replace(new RegExp(`\\$(?:\\{${name}\\}|${name}\\b)`, "g"), () => unknownMark),
    text,
  );

/** The same of every variable that is left in a text. */
export const allMarked = (text: string): string =>
  text.replace(/\$(?:\{(?![?!]\})[^}]*\}|[A-Za-z_]\w*)/g, () => unknownMark);
