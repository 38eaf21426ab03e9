/**
 * The value types that controls build their schemas from. A value is taken literally or refused:
 * none of these accepts a newline, NUL or any other unprintable character, so that no value can
 * become a second directive, whatever file it is written into.
 */
import { z } from "zod";
import { formatAddress, formatNetwork, networkOf, parseNetwork } from "./network.ts";
import { printableLine } from "./text.ts";

const line = (max: number) =>
  z.string().max(max).regex(printableLine, {
    error: "must be one line of printable characters: no newline, control or invisible character",
  });

const matching = (pattern: RegExp, error: string) => z.string().regex(pattern, { error });

/** A TCP or UDP port, 1 to 65535. */
export const port = z.int().min(1).max(65535);

/** A time in whole seconds, 1 second to 10 years. */
export const duration = z.int().min(1).max(315_360_000);

/** A switch, with what it does. */
export const flag = (on: boolean, about: string) => z.boolean().default(on).describe(about);

/** Any text of one printable line, at most 500 characters, possibly empty. */
export const singleLine = line(500);

/** A line of a report, which names what a host has: at most 4000 characters, possibly empty. */
export const reportedLine = line(4000);

/** A day of the calendar, `2027-01-31`. */
export const day = z.iso.date({ error: "must be a day, such as 2027-01-31" });

/**
 * A note of one printable line, 1 to 200 bytes, without `'`, `"`, a backtick or a backslash, and
 * without a blank at either end. ufw refuses `'` in a comment; the kernel keeps 255 bytes of one.
 */
export const comment = line(200)
  .min(1)
  .regex(/^[^'"`\\]*$/, { error: "must be without quotes and backslashes" })
  .regex(/^(\S|\S.*\S)?$/u, { error: "must not begin or end with a blank" })
  .refine((text) => Buffer.byteLength(text) <= 200, { error: "must be at most 200 bytes" });

const accountName = (kind: string) =>
  matching(
    /^(?!\d+$)[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}$/,
    `must be a ${kind} name: letters, digits, _ . -, at most 32, not only digits, not beginning with - or .`,
  );

/** A login name (POSIX portable characters, at most 32); never a number, which tools take for a uid. */
export const userName = accountName("user");

/** A group name, by the same rule as {@link userName}. */
export const groupName = accountName("group");

const mailbox = "[A-Za-z0-9_][A-Za-z0-9_.+=-]{0,63}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?";

/** A mail address with plain characters only: no quotes, spaces or `%`, and no leading `-`. */
export const email = matching(new RegExp(`^${mailbox}$`), "must be a mail address such as admin@example.org");

/** Who gets mail: an address, a local user name such as root, or '' for nobody. */
export const mailTo = matching(
  new RegExp(`^(?:|${mailbox}|[A-Za-z_][A-Za-z0-9_.-]{0,31})$`),
  "must be a mail address, a local user name, or '' for nobody",
);

/** An absolute, normal path: printable, at most 4095 characters, without `.`, `..`, `//` or a final slash. */
export const absolutePath = line(4095).refine(
  (text) =>
    text === "/" ||
    (text.startsWith("/") &&
      text
        .slice(1)
        .split("/")
        .every((part) => !["", ".", ".."].includes(part))),
  { error: "must be an absolute path without `.`, `..`, `//` or a slash at its end" },
);

/** A systemd unit with its suffix, such as `ssh.service` or `getty@tty1.service`. */
export const unitName = z
  .string()
  .max(255)
  .regex(
    /^[A-Za-z0-9_.:\\@][A-Za-z0-9_.:\\@-]*\.(service|socket|timer|target|path|mount|automount|swap|slice|scope|device)$/,
    {
      error: "must be a systemd unit with its suffix, such as ssh.service",
    },
  );

/**
 * A network in its one spelling: `10.0.0.0/8`, `2001:db8::/32`. Host bits, upper case or a missing
 * prefix are refused with the right spelling as the suggestion, so that what is shown on the host
 * (which prints networks in this form) equals the profile.
 */
export const cidr = z.string().superRefine((text, context) => checkNetwork(text, { bare: false, context }));

/** A network as {@link cidr}, or an address alone in its one spelling: `192.0.2.7`, `2001:db8::1`. */
export const ipOrCidr = z
  .string()
  .superRefine((text, context) => checkNetwork(text, { bare: true, context }));

function checkNetwork(text: string, { bare, context }: { bare: boolean; context: z.RefinementCtx }): void {
  const refuse = (message: string, suggestion?: string) =>
    context.addIssue({ code: "custom", message, params: { suggestion } });
  const given = parseNetwork(text);
  if (given === undefined) {
    refuse(`must be ${bare ? "an address or " : ""}a network such as 10.0.0.0/8 or 2001:db8::/32`);
    return;
  }
  const right = networkOf(given);
  if (!text.includes("/")) {
    if (!bare) refuse("must be a network, with the length of its prefix", formatNetwork(given));
    else if (text !== formatAddress(given)) refuse("must be in its short spelling", formatAddress(given));
  } else if (right.value !== given.value) {
    refuse(`the address has bits set beyond its first ${given.prefix}`, formatNetwork(right));
  } else if (text !== formatNetwork(right)) {
    refuse("must be in its short spelling", formatNetwork(right));
  }
}
