/** The profile's section `accounts`. */
import { z } from "zod";
import { fingerprintOf, keyOf } from "../../kinds/keys/line.ts";
import { printableLine } from "../../profile/text.ts";
import { absolutePath, groupName } from "../../profile/types.ts";

/** What useradd(8) of every release takes, and sudoers(5) can't mistake for an alias. */
const loginName = z.string().regex(/^[a-z_][a-z0-9_-]{0,30}$/, {
  error:
    "must be a login name that useradd takes: small letters, digits, _ and -, at most 31, beginning with a letter or _",
});

const usual = "/bin/bash";

const wanted = "must be a public key in one line, such as the content of ~/.ssh/id_ed25519.pub";

const keyLine = z
  .string()
  .max(16_384)
  .transform((text, context) => {
    const refuse = (message: string) => {
      context.addIssue({ code: "custom", message });
      return text;
    };
    if (/PRIVATE KEY|PuTTY-User-Key-File/.test(text))
      return refuse(
        "is a private key: take it out of this file, and of every copy of it; a profile has public keys only",
      );
    const line = text.trim();
    if (!printableLine.test(line)) return refuse(`${wanted}: no newline, control or invisible character`);
    const key = keyOf(line);
    if (key === undefined) return refuse(wanted);
    if (key.type === "ssh-dss") return refuse("is a DSA key, which no sshd of today takes");
    if (/(^|,)cert-authority(,|$)/i.test(key.options))
      return refuse("is a certificate authority, which is no key of one person");
    return line;
  });

const sudo = z
  .union([z.literal(false), z.enum(["password", "nopasswd"])], { error: "nopasswd, password or false" })
  .describe(
    "Whether sudo lets it become root: nopasswd, which a login by key needs to be of use to harden; password asks for the account's own; false gives nothing",
  );

const userSchema = z.strictObject({
  name: loginName.describe("The login; made, with a home and a group of its own, where it isn't there"),
  keys: z
    .array(keyLine)
    .prefault([])
    .describe(
      "Lines of authorized_keys, with options where there are any; those of profiles that extend each other add up",
    ),
  sudo: sudo.default(false),
  groups: z
    .array(groupName)
    .prefault([])
    .describe("Groups of the host that it is a member of, besides its own"),
  shell: absolutePath.default(usual).describe("Of an account that is made; one that is there keeps its own"),
});

export type WantedUser = z.output<typeof userSchema>;

/** Profiles that extend each other may each say a part of an account. */
function together(users: readonly WantedUser[], context: z.RefinementCtx): readonly WantedUser[] {
  const byName = new Map<string, WantedUser>();
  for (const user of users) {
    const known = byName.get(user.name);
    byName.set(user.name, known === undefined ? user : joined(known, user));
  }
  for (const { name, keys } of byName.values()) {
    const blobs = keys.map((line) => keyOf(line)!);
    const twice = blobs.find(({ blob }, at) => blobs.findIndex((other) => other.blob === blob) < at);
    if (twice !== undefined)
      context.addIssue({
        code: "custom",
        message: `${name} has the key ${fingerprintOf(twice)} twice, with different options or comments`,
      });
  }
  return [...byName.values()];
}

const joined = (one: WantedUser, other: WantedUser): WantedUser => ({
  ...other,
  keys: [...new Set([...one.keys, ...other.keys])],
  groups: [...new Set([...one.groups, ...other.groups])],
  sudo: other.sudo === false ? one.sudo : other.sudo,
  shell: other.shell === usual ? one.shell : other.shell,
});

export const schema = z.strictObject({
  users: z
    .array(userSchema)
    .prefault([])
    .transform(together)
    .describe(
      "Who can log in, with which keys. They add up with those of extended profiles, by name: keys and groups together, sudo and shell of the later one. An account that is left out stays as it is",
    ),
  otherKeys: z
    .enum(["keep", "warn", "fail", "remove"])
    .default("fail")
    .describe(
      "What becomes of keys of these users that the profile doesn't list; keys of another account with the same number are judged, too, and never taken away. keep: not judged; warn: told as advice; fail: the audit fails; remove: they go out of ~/.ssh/authorized_keys, and what is left elsewhere fails the audit",
    ),
});

export type AccountsParams = z.output<typeof schema>;
