/**
 * The value types that controls build their schemas from. A value is taken literally or refused:
 * none of these accepts a newline, NUL or any other unprintable character, so that no value can
 * become a second directive, whatever file it is written into.
 */
import { z } from "zod";

/** A profile is read once a process: code that zod would make for that costs more than it saves. */
z.config({ jitless: true });

import { durationForm, durationWanted, formatDuration, parseDuration } from "./duration.ts";
import { formatAddress, formatNetwork, networkOf, parseNetwork } from "./network.ts";
import { printableLine } from "./text.ts";

const line = (max: number) =>
  z.string().max(max).regex(printableLine, {
    error: "must be one line of printable characters: no newline, control or invisible character",
  });

const matching = (pattern: RegExp, error: string) => z.string().regex(pattern, { error });

/** A TCP or UDP port, 1 to 65535. */
export const port = z.int().min(1).max(65535);

const portsForm = /^[1-9]\d{0,4}(?:[:-][1-9]\d{0,4})?$/;
const portsWanted = "a port, or a range such as 6000:6010";

/** A port, or a range of them in one spelling, `6000:6010`; `6000-6010` and a port in quotes are taken, too. */
export const portOrRange = z
  .union([port, z.string().regex(portsForm, { error: `must be ${portsWanted}` })], { error: portsWanted })
  .transform((given, context) => {
    const [first = 0, last] = String(given).split(/[:-]/).map(Number);
    const wrong =
      Math.max(first, last ?? first) > 65535
        ? "a port is at most 65535"
        : last !== undefined && first >= last
          ? "the first port of a range must be the smaller one"
          : undefined;
    if (wrong !== undefined) context.addIssue({ code: "custom", message: wrong });
    return last === undefined ? first : `${first}:${last}`;
  });

/** One of them, or a list of at least one. */
export const oneOrMore = <T extends z.ZodType>(type: T, wanted: string) =>
  z.union([type, z.array(type).min(1)], { error: `${wanted}, or a list of them` });

const tenYears = 315_360_000;

/** A length of time as people write it, in seconds once it is read; its bounds are seconds, too. */
export const duration = ({ min = 1, max = tenYears } = {}) =>
  z
    .union(
      [z.int().min(min).max(max), z.string().regex(durationForm, { error: `must be ${durationWanted}` })],
      { error: durationWanted },
    )
    .meta({ title: "time" })
    .transform((given, context) => {
      const seconds = typeof given === "number" ? given : (parseDuration(given) ?? 0);
      if (seconds < min || seconds > max) {
        const message = `must be between ${formatDuration(min)} and ${formatDuration(max)}`;
        context.addIssue({ code: "custom", message });
      }
      return seconds;
    });

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
 * A network in its one spelling: `10.0.0.0/8`, `2001:db8::/32`; an address alone is a network of its own, and gets its
 * prefix. Host bits and upper case are refused with the right spelling as the suggestion, so that what is shown on the
 * host (which prints networks in this form) equals the profile.
 */
export const cidr = z.string().transform((text, context) => {
  const refuse = (message: string, suggestion?: string) => {
    context.addIssue({ code: "custom", message, params: { suggestion } });
    return text;
  };
  const given = parseNetwork(text);
  if (given === undefined)
    return refuse("must be an address or a network, such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32");
  // As an address it is nobody's: a rule for it would never match.
  if (given.value === 0n && given.prefix === given.bits)
    return refuse("is the address of nobody", given.bits === 32 ? "0.0.0.0/0" : "::/0");
  const network = networkOf(given);
  const whole = formatNetwork(network);
  const right = text.includes("/") ? whole : formatAddress(network);
  if (network.value !== given.value)
    return refuse(`the address has bits set beyond its first ${given.prefix}`, right);
  return text === right ? whole : refuse("must be in its short spelling", right);
});

/** A size in the units that systemd and rsyslog share, powers of 1024: `500M`, `1G`. */
export const size = matching(/^[1-9]\d{0,5}[MGT]$/, "must be a size such as 500M, 1G or 2T");

/** As the container engine writes it. */
export const engineSize = matching(/^[1-9]\d{0,5}[kmg]$/, "must be a size such as 500k, 10m or 1g");

/** A host by name or by address. */
export const hostName = matching(
  /^(?=.{1,253}$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9_])?(?:\.(?!$)|$))+$|^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]+$/,
  "must be a host's name or address, such as logs.example.org",
);

/** An absolute path of plain characters, which needs no quotes in any file. */
export const plainPath = absolutePath.regex(/^[A-Za-z0-9._/@+-]+$/, {
  error: "must be a path of letters, digits and . _ / @ + - only",
});
