/** A remark that somebody has written for people, such as the comment of a firewall rule. Pure. */
import { gap } from "./pairs.ts";
import { isOrdinary } from "./random.ts";
import { redact } from "./redact.ts";
import { isHiddenKey, mayNameSecret } from "./words.ts";

const namesSecret = (word: string) =>
  /^(?:bearer|code|cred|login|otp|pin)s?$/i.test(word) || isHiddenKey(word) || mayNameSecret(word);

const address =
  /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}:[0-9a-f]{0,4}:[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){0,5})(?:\/\d{1,3})?$/i;

/** `user:x` may be a login; `ssh:22` and a URL are none. */
const isShown = (word: string) =>
  address.test(word) ||
  (!/:(?!\d{1,5}$|\/\/|$)/.test(word) && word.split(/[^\p{L}\p{N}]+/u).every((part) => isOrdinary(part)));

/**
 * Only names, numbers and words of a language, and nothing behind a word that names a secret: people write a password into a
 * note without any sign that parts the two. Twice is as once.
 */
export function redactRemark(text: string): string {
  let isNamed = false;
  const shown = redact(text).replace(/[^\s()[\]{}"'`<>,;|]+/g, (word) => {
    if (isNamed) return gap;
    const [, name = "", sign = "", value = ""] = /^([^=:]*)([=:]?)(.*)$/.exec(word) ?? [];
    isNamed = namesSecret(name);
    if (isNamed) return value === "" ? word : `${name}${sign}${gap}`;
    return isShown(word) ? word : gap;
  });
  return shown.replace(/…(?:\s+…)+/g, gap);
}
