/** The profile's section `privileges`. */
import { z } from "zod";
import { printableLine } from "../../profile/text.ts";
import { duration } from "../../profile/types.ts";
import { type KindName, kindNames } from "./kind-names.ts";

const setting = z.enum(["fail", "warn", "keep"]);

export type PrivilegesSetting = z.output<typeof setting>;

const ofEach = <T extends z.ZodType>(make: (kind: KindName) => T) =>
  Object.fromEntries(kindNames.map((kind) => [kind, make(kind)])) as Record<KindName, T>;

/** What an intruder leaves and an operator hardly ever does. */
const failing: readonly KindName[] = [
  ...(["root-accounts", "empty-passwords", "sudo-for-everybody", "preload"] as const),
  ...(["ssh-password-servers", "changed-files", "subordinate-ids", "package-sources"] as const),
];

const settingFor = (kind: KindName) =>
  failing.includes(kind) ? setting.default("fail") : setting.optional();

const entry = z
  .string()
  .max(4096)
  .regex(printableLine, { error: "must be one line, as `harden audit --inventory` prints it" });

/** Whether a profile can name an entry that is called so. */
export const isAcceptable = (name: string) => entry.safeParse(name).success;

export const schema = z.strictObject({
  accepted: z
    .strictObject(ofEach(() => z.array(entry).prefault([])))
    .prefault({})
    .describe(
      "Entries of the inventory that are meant to be there, by kind, as `harden audit --inventory` names them",
    ),
  unexplained: z
    .strictObject({ default: setting.default("warn"), ...ofEach(settingFor) })
    .prefault({})
    .describe(
      "What becomes of an entry that neither the distribution nor the profile explains, by kind; `default` is of the others. fail: the audit fails; warn: told as advice; keep: not told. Against a baseline each new one counts, whatever it says here",
    ),
  seconds: duration({ min: 1, max: 40 })
    .default(15)
    .describe("How long verify and audit may look for the inventory, at low priority"),
});

export type PrivilegesParams = z.output<typeof schema>;
