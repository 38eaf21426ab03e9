/** What a profile says of images: its section `images`, and what is wrong with its keys. Pure. */
import { z } from "zod";
import { capabilityNames } from "../capabilities.ts";
import { parseImage } from "./image-name.ts";
import { type Problem, problem } from "./problem.ts";
import { at, isReset, keyOrigins, type MapTree } from "./tree.ts";
import { plainPath, singleLine } from "./types.ts";

/** What an image can be for others: who may publish ports, and who must never. */
export const imageRoles = ["app", "proxy", "database", "cache", "queue", "monitoring"] as const;

export type ImageRole = (typeof imageRoles)[number];

const folder = plainPath.refine((path) => path !== "/", { error: "must be a folder below /" });

/** Of the kernel: PID_MAX_LIMIT of a 64-bit machine. */
const mostPids = 4_194_304;

const serviceName = z.string().regex(/^[A-Za-z0-9._-]{1,128}$/, { error: "must be the name of a service" });

export const imageSchema = z.strictObject({
  why: singleLine.min(1).describe("Why it needs that: it stands in what is found of it"),
  role: z
    .enum(imageRoles)
    .optional()
    .describe(
      "What it is: a proxy may be on frontend and publish 80 and 443; a database, cache or queue publishes nothing. Not given: by its name, as of any image",
    ),
  user: z
    .string()
    .regex(/^[1-9]\d{0,9}:\d{1,10}$/, {
      error: 'must be the numbers of a user other than root and of a group, such as "1001:1001"',
    })
    .optional()
    .describe("What to write as `user`; not given: 1000:1000"),
  ownUser: z
    .boolean()
    .optional()
    .describe("Whether it runs as a user other than root where `user` is left out; not given: not known"),
  capAdd: z
    .array(z.enum(capabilityNames))
    .optional()
    .describe("Capabilities that it needs, whichever user it runs as, without CAP_"),
  pids: z
    .int()
    .min(1)
    .max(mostPids)
    .optional()
    .describe(
      "Limit of processes and threads; not given: 256 for a database or queue, 128 for a proxy, else 64",
    ),
  writable: z
    .array(folder)
    .optional()
    .describe("Folders that it writes to beside /tmp and /run: each a tmpfs, unless its data is there"),
  data: z.array(folder).optional().describe("Folders whose data must last: each a volume with a name"),
  egress: z
    .union([z.boolean(), z.array(serviceName).min(1)], { error: "true, false or a list of services' names" })
    .optional()
    .describe(
      "Whether it must call out: its services get the network `egress` beside the internal ones. A list names the only services that do",
    ),
});

/** By image, as the profile spells it. */
export const imagesSchema = z
  .record(z.string(), imageSchema)
  .default({})
  .describe(
    "What images need, by name without tag, whatever the registry: rows of harden's own table, added or changed",
  );

export type ImageParams = z.output<typeof imageSchema>;

const part = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*";
const name = new RegExp(`^(?:[A-Za-z0-9.-]+(?::\\d{1,5})?/)?${part}(?:/${part})*$`);

/** By the tree, so that each is told where its key stands, in whichever file. */
export function imageProblems(tree: MapTree): readonly Problem[] {
  const images = at(tree, ["images"]);
  if (images?.kind !== "map") return [];
  const keys = [...images.entries].flatMap(([key, { value }]) => (isReset(value) ? [] : [key]));
  return keys.flatMap((key) => {
    const fault = faultOf(key, keys);
    if (fault === undefined) return [];
    return keyOrigins(tree, ["images", key]).map((origin) => problem(origin, ["images", key], fault));
  });
}

function faultOf(key: string, keys: readonly string[]) {
  const { repository, tag, digest } = parseImage(key);
  if (tag !== undefined || digest !== undefined) {
    const bare = key.replace(/@.*/, "").replace(/:[^:/]*$/, "");
    return {
      message: "an image is meant with every tag and digest: write its name alone",
      suggestion: name.test(bare) ? bare : undefined,
    };
  }
  if (!name.test(key)) return { message: "is no image's name, such as registry.example/team/api" };
  const other = keys.find((each) => each !== key && parseImage(each).repository === repository);
  return other === undefined
    ? undefined
    : { message: `is the image of ${JSON.stringify(other)}, too: registries and library/ don't count` };
}
