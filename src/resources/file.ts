/** Whole files: our drop-ins, and structured edits that a control computed. */
import { dirname } from "node:path/posix";
import { structuredPatch } from "diff";
import { type FileFact, file, preimage } from "../facts/files.ts";
import { readFact } from "../facts/probe.ts";
import { blocked, change, type DiffInput, type Draft, type Outcome, same } from "./diff.ts";
import type { Resource } from "./resource.ts";
import type { Preimage, Step } from "./step.ts";

type FileResource = Extract<Resource, { kind: "file" }>;

export function diffFile(input: DiffInput<FileResource>): Outcome {
  const { resource, facts, installing, claim } = input;
  const fact = readFact(facts, file(resource.path));
  if (fact.state === "unknown" || fact.state === "unsupported")
    return blocked(
      `${resource.path} could not be read: ${fact.why}`,
      "Run as root, or as a login that may use sudo.",
    );
  const now = fact.state === "present" ? fact.value : undefined;
  // A package that is still to come may bring the folder.
  const alone = fact.state === "absent" && fact.folder === "missing" && !installing;
  const obstacle = now && obstacleTo(resource.path, now);
  if (obstacle !== undefined) return obstacle;
  const effect = claim.effect ?? "now";
  const stage = resource.finalize === true ? "finalize" : "files";
  const common = { effect, undo: resource.finalize === true ? "none" : "full", stage } as const;
  if (resource.content === "absent")
    return now === undefined ? same : change({ ...common, ...removal(resource.path, now) });
  if (resource.content === "after install") {
    if (!installing) return blocked(`${resource.path} is missing, and no package brings it`);
    return change({
      ...common,
      action: "update",
      after: "known after install",
      afterInstall: "address",
      steps: [],
    });
  }
  if (now?.content?.equals(resource.content) && sameMode(now, resource)) return same;
  return change({
    ...common,
    action: now === undefined ? "create" : "update",
    ...(now === undefined ? {} : { before: modeText(now) }),
    after: alone ? `${modeText(resource)}, in ${newFolder(resource.path)}` : modeText(resource),
    diff: unifiedDiff(resource.path, now?.content, resource.content),
    ...(installing ? { afterInstall: "exact" as const } : {}),
    steps: [
      write(resource, resource.content, alone ? { state: "absent", folder: "missing" } : preimage(now)),
    ],
  });
}

const newFolder = (path: string) => `the new folder ${dirname(path)} (0755 root:root)`;

function obstacleTo(path: string, now: FileFact): Outcome | undefined {
  if (now.type === "symlink")
    return blocked(
      `${path} is a symbolic link to ${now.linkTarget ?? "another file"}`,
      "Make it a file of its own, or take the control out of the profile: harden replaces files, never what a link leads to.",
    );
  if (now.type !== "file") return blocked(`${path} is not a regular file`);
  if (now.immutable)
    return blocked(
      `${path} is immutable (chattr +i or +a)`,
      `Somebody set the flag on purpose; harden never clears it. Look at it, then: chattr -ia ${path}`,
    );
  if (now.content === undefined) return blocked(`${path} is larger than 1 MiB`);
  return undefined;
}

const sameMode = (
  a: Pick<FileFact, "mode" | "owner" | "group">,
  b: Pick<FileResource, "mode" | "owner" | "group">,
) => a.mode === b.mode && a.owner === b.owner && a.group === b.group;

/** `0644 root:root`. */
export const modeText = (of: { mode: string; owner: string; group: string }) =>
  `${of.mode} ${of.owner}:${of.group}`;

function removal(path: string, now: FileFact): Pick<Draft, "action" | "before" | "diff" | "steps"> {
  return {
    action: "delete",
    before: modeText(now),
    diff: unifiedDiff(path, now.content, undefined),
    steps: [{ verb: "remove", path, before: preimage(now) }],
  };
}

function write(resource: FileResource, content: Buffer, before: Preimage): Step {
  const { path, mode, owner, group } = resource;
  return {
    verb: "file",
    path,
    content: content.toString("base64"),
    mode,
    owner,
    group,
    before,
  };
}

/** Unified diff with three lines of context; bytes that are not UTF-8 show as U+FFFD, a CR as ␍. */
export function unifiedDiff(path: string, before: Buffer | undefined, after: Buffer | undefined): string {
  const text = (content: Buffer | undefined) => (content?.toString("utf8") ?? "").replaceAll("\r", "␍");
  const { hunks } = structuredPatch(path, path, text(before), text(after), "", "", { context: 3 });
  const heads = [
    `--- ${before === undefined ? "/dev/null" : path}`,
    `+++ ${after === undefined ? "/dev/null" : path}`,
  ];
  // As diff(1) has it: where a side has no lines, its number is that of the line before.
  const side = (start: number, lines: number) => `${lines === 0 ? start - 1 : start},${lines}`;
  const body = hunks.flatMap((hunk) => [
    `@@ -${side(hunk.oldStart, hunk.oldLines)} +${side(hunk.newStart, hunk.newLines)} @@`,
    ...hunk.lines,
  ]);
  return [...heads, ...body].join("\n");
}
