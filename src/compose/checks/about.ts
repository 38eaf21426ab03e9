/** Stricter measures that several checks of files share, each with its price. */

export const searched =
  "A search of all that is committed and built (gitleaks, trufflehog): false alarms have to be sorted out.";

export const pairs =
  "A network for each pair that talks, such as proxy and app, app and database: more names in the file.";
