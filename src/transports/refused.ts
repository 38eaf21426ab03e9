/** A login that the host has refused, and counts: the hint says what trying again costs. */
import { HardenError } from "../errors.ts";

const counts =
  "Do not repeat it as it is: fail2ban and sshd count refused logins, several for one try, and ban this address.";

export const refusedLogin = (message: string, hint: string, cause?: unknown): HardenError =>
  new HardenError("connect", message, {
    refused: true,
    hint: `${hint} ${counts}`,
    ...(cause === undefined ? {} : { cause }),
  });
