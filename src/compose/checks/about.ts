/** Stricter measures that several checks of files share, each with its price. */

export const scanned =
  "A scan of each image for known holes (trivy, grype) before it runs: somebody reads it, and builds anew.";

export const searched =
  "A search of all that is committed and built (gitleaks, trufflehog): false alarms have to be sorted out.";

export const ownKernel =
  "A kernel of its own (gVisor's `runtime: runsc`, Kata): slower, and some system calls are missing.";

export const pairs =
  "A network for each pair that talks, such as proxy and app, app and database: more names in the file.";
