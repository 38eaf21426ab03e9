import { appendFileSync } from "node:fs";

/** Tells `npm test` what can't be run on this machine, for its last words. */
export function note(line: string) {
  process.stderr.write(`${line}\n`);
  if (process.env.HARDEN_TEST_NOTES) appendFileSync(process.env.HARDEN_TEST_NOTES, `${line}\n`);
}
