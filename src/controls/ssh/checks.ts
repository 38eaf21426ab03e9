/** The catalogue of ssh checks. */
import { startsAtBoot } from "./at-boot.ts";
import { configMode, hostKeyModes, portCheck, running, type SshCheck, start } from "./check.ts";
import { keywordCheck } from "./keyword.ts";
import { keywords } from "./keywords.ts";

export const checks: readonly SshCheck[] = [
  ...keywords.map(keywordCheck),
  portCheck,
  configMode,
  hostKeyModes,
  running,
  start,
  startsAtBoot,
];
