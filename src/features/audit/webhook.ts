/** The URL that a file of the line's has: a secret, which is said nowhere. */

import type { Call, Outside } from "../../command/command.ts";
import { isOpenToOthers, lineOf } from "../../command/files.ts";
import { HardenError } from "../../errors.ts";

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Throws HardenError `usage`. */
export async function webhookOf(
  file: string | undefined,
  outside: Outside,
): Promise<Omit<Call, "body"> | undefined> {
  if (file === undefined) return undefined;
  const url = await lineOf({ file, what: "webhook file" }, outside);
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isSafe =
    parsed?.protocol === "https:" || (parsed?.protocol === "http:" && loopback.test(parsed.hostname));
  if (!isSafe || parsed.username !== "")
    throw new HardenError("usage", `The webhook file ${file} has no URL that begins with https://.`, {
      hint: "One line, such as https://hooks.example.com/…; http:// goes to this machine alone, for the URL is a secret.",
      hostState: "no host was contacted",
    });
  if (await isOpenToOthers(file))
    outside.say(
      `harden: warning: others on this machine can read the webhook file ${file}; chmod 600 ends that.`,
    );
  return { url, file };
}
