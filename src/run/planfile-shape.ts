/** What a saved plan must look like before anything believes it: its digest can be renewed by whoever edits it. Pure. */
import { z } from "zod";
import { controls } from "../controls/index.ts";
import { kinds } from "../kinds/index.ts";
import { actions, stages } from "../kinds/kind.ts";
import { lazy } from "../once.ts";
import { profileSchema } from "../profile/schema.ts";
import { printableLine } from "../profile/text.ts";

/** Made when a saved plan is read: it takes as long as all sections of a profile. */
const saved = lazy(() => {
  const text = z.string();

  const profileFacts = z.object({
    name: text,
    file: text.optional(),
    digest: text,
    commit: text.optional(),
    dirty: z.boolean().optional(),
  });

  const host = z.object({
    hostname: text,
    machineId: text,
    bootId: text,
    distro: text,
    version: text,
    codename: text,
    kernel: text,
    architecture: text,
    container: text,
    systemd: z.boolean(),
    uid: z.number(),
  });

  const change = z.object({
    address: text,
    control: text,
    reason: text,
    kind: z.enum(kinds.map(({ name }) => name)),
    action: z.enum(actions),
    before: text.optional(),
    after: text.optional(),
    diff: text.optional(),
    details: z.array(text).optional(),
    effect: z.enum(["now", "reload", "restart", "reboot"]),
    afterInstall: z.enum(["exact", "address"]).optional(),
    undo: z.enum(["full", "best effort", "none"]),
    stage: z.enum(stages),
    fleeting: z.literal(true).optional(),
    steps: z.array(z.looseObject({ verb: text })),
  });

  const finding = z.object({
    control: text,
    id: text,
    message: text,
    hint: text.optional(),
    level: z.enum(["block", "warn", "note"]),
  });

  const plan = z.object({
    version: z.literal(1),
    tool: text,
    target: z.string().regex(printableLine).min(1),
    host,
    hostKey: text.optional(),
    profile: profileFacts,
    folders: z.record(text, text).optional(),
    changes: z.array(change),
    findings: z.array(finding),
  });

  const {
    access,
    waivers,
    extends: _extends,
    description: _description,
    ...sections
  } = profileSchema(controls).shape;

  const profile = z.object({
    name: text,
    description: text,
    access,
    waivers,
    file: text,
    digest: text,
    nearby: z.array(text),
    files: z.array(text),
    sections: z.strictObject(sections),
    git: z.object({ commit: text, dirty: z.boolean() }).optional(),
  });

  return z.array(z.object({ plan, profile, only: z.array(text), skip: z.array(text) }));
});

/** The path of the first value that no plan of ours has, such as `saved.0.plan.changes.2.action`; undefined where all is well. */
export function misshapen(value: unknown): string | undefined {
  const [issue] = saved().safeParse(value).error?.issues ?? [];
  return issue === undefined ? undefined : ["saved", ...issue.path].join(".");
}
