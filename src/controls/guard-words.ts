/** Words that guards of several controls share. */
export const maskedHint = (unit: string) =>
  `Somebody masked it on purpose; if it should run: systemctl unmask ${unit}`;

/** At most so many of a list, so that a line stays readable. */
export function some(texts: readonly string[], most = 8): string {
  const more = texts.length > most ? ` and ${texts.length - most} more` : "";
  return `${texts.slice(0, most).join(", ")}${more}`;
}
