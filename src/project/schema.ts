/** What a project file may say: hosts, groups, compose projects, tiers and attestations. */
import { z } from "zod";
import { day, oneOrMore, singleLine } from "../profile/types.ts";
import { tiersSchema } from "./tiers.ts";

/** As a group is called behind `@`; a compose project is called so as well. */
export const groupForm = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/;
const plainName = z.string().regex(groupForm, {
  error: "must be a name: letters, digits, _ . - only",
});

/** As ssh knows a host, or `this machine`: `parseTarget` has the last word. */
export const hostForm = /^(this machine|[^\s@/-][^\s/]*)$/u;
const hostName = z.string().regex(hostForm, {
  error: "must be a host as ssh knows it: an alias of ~/.ssh/config, or user@host:port",
});

const profile = singleLine.min(1).optional();

const values = z
  .record(z.string(), z.unknown())
  .refine((sections) => !("extends" in sections), { error: "has sections of a profile, and no extends" })
  .optional();

const hostSchema = z.strictObject({
  profile: profile.describe("Its profile, by name or path; else that of its groups, else the project's"),
  groups: z
    .array(plainName)
    .default([])
    .describe("The groups that it is in; later ones are written over earlier ones"),
  values: values.describe(
    "Sections as in a profile, written over the host's own: what is so on this host alone",
  ),
});

const groupSchema = z.strictObject({
  profile: profile.describe("The profile of its hosts"),
  values: values.describe("Sections as in a profile, written over the profile of each of its hosts"),
});

const composeSchema = z.strictObject({
  files: oneOrMore(singleLine.min(1), "a compose file")
    .transform((files) => [files].flat())
    .describe(
      "Its compose files, from the project file's folder; several are merged as by docker compose -f",
    ),
  hosts: z
    .array(singleLine.min(1))
    .default([])
    .describe("Where it runs: hosts, and @groups; none: on whichever host it is found"),
});

const attestationSchema = z
  .strictObject({
    line: singleLine.min(1).describe("The line of the checklist, or the check, that it answers"),
    who: singleLine.min(1).describe("Who answers for it"),
    when: day.describe("The day on which it was looked at"),
    until: day.describe("The last day (UTC) on which it counts"),
    evidence: singleLine.min(1).describe("What was seen: a ticket, a page, a document"),
  })
  .refine(({ when, until }) => when <= until, {
    path: ["until"],
    error: "must not be before the day on which it was looked at",
  });

export type Attestation = z.output<typeof attestationSchema>;

export const projectSchema = z.strictObject({
  profile: singleLine
    .min(1)
    .default("production")
    .describe("The profile of hosts that neither name one nor have one by their groups"),
  hosts: z.record(hostName, hostSchema).default({}).describe("The hosts, as ssh knows them"),
  groups: z.record(plainName, groupSchema).default({}).describe("Groups of hosts, typed as @NAME"),
  compose: z.record(plainName, composeSchema).default({}).describe("The compose projects, by name"),
  tiers: tiersSchema.default({}),
  attestations: z
    .array(attestationSchema)
    .default([])
    .describe("What only a person can answer: who has looked, when, and until when that counts"),
});

export type ProjectValues = z.output<typeof projectSchema>;
