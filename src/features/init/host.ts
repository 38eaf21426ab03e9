/** `harden init HOST`: a host as it is becomes a profile, and a host of the project. */
import { join } from "node:path";
import type { Outside, Shown } from "../../command/command.ts";
import { written as viewed } from "../../command/formats.ts";
import { targetsOf } from "../../command/inputs.ts";
import { nextOf } from "../../command/next.ts";
import type { NewText } from "../../command/write-all.ts";
import { isAcceptable } from "../../controls/privileges/params.ts";
import { privileges } from "../../controls/privileges.ts";
import type { HostEntry } from "../../plan/control.ts";
import { acceptingText, whyByHand } from "../../profile/accepted.ts";
import { listProfiles } from "../../profile/list.ts";
import { loadProfile } from "../../profile/load.ts";
import { isName } from "../../profile/search.ts";
import { withEntries } from "../../project/edit.ts";
import { freeName, hostKey, profileNameOf } from "../../project/names.ts";
import { assignedTo } from "../../project/project.ts";
import { redactAll } from "../../secrets/index.ts";
import { localTarget } from "../../targets.ts";
import type { InitLine } from "./options.ts";
import {
  type ProfilePlace,
  pathIn,
  placeOf,
  projectOf,
  shownFiles,
  unwritten,
  usage,
  withTexts,
  writeAsked,
} from "./place.ts";
import { filesText, initData, initText, proposalText } from "./text.ts";
import type { InitReport } from "./work.ts";
import { initCommand } from "./work.ts";

/** What the new profile is called, by what the host calls itself. Throws HardenError `usage` for a name that can't be had. */
async function namingOf({ given }: InitLine, { places }: ProfilePlace) {
  const { name, target = localTarget } = given;
  const taken = (await listProfiles(places, places)).map((each) => each.name);
  if (name === undefined) return (hostname: string) => freeName(profileNameOf(target, hostname), taken);
  if (!isName(name) || /\.ya?ml$/.test(name))
    throw usage(`${JSON.stringify(name)} is no name of a profile.`, "Take letters, digits, _ . - only.");
  if (taken.includes(name))
    throw usage(`There is a profile ${name} already.`, "Take another name: none is overwritten.");
  return () => name;
}

function refuseKnown(line: InitLine, { project }: ProfilePlace): void {
  const key = hostKey(line.given.target ?? localTarget);
  if (project === undefined || !Object.hasOwn(project.values.hosts, key)) return;
  throw usage(
    `${key} is a host of the project already.`,
    `See what its profile would change: ${nextOf(line)("plan", key)}`,
    project.file,
  );
}

/** What is written, as what reads it understands it. */
async function textsOf(
  { target, name, text }: { readonly target: string; readonly name: string; readonly text: string },
  place: ProfilePlace,
): Promise<readonly NewText[]> {
  const { projectPath, before } = place;
  const key = hostKey(target);
  const texts = [
    { path: pathIn(place, name), text, before: undefined },
    {
      path: projectPath,
      text: withEntries(before, projectPath, [[["hosts", key], { profile: name }]]),
      before,
    },
  ];
  const project = await projectOf(place, texts);
  if (assignedTo(project, key)?.name !== name)
    throw new Error(`${projectPath} would not say what ${key} has`);
  return texts;
}

/** Those that a person accepts: a question a kind, none where a tool must not write them. */
async function acceptedOf(
  { unexplained }: InitReport,
  unasked: string,
  outside: Outside,
): Promise<readonly HostEntry[]> {
  const accepted: HostEntry[] = [];
  const open = unexplained.filter(
    (each) => whyByHand(each, unexplained) === undefined && isAcceptable(each.name),
  );
  for (const kind of new Set(open.map((each) => each.kind))) {
    const own = open.filter((each) => each.kind === kind);
    const these = own.length === 1 ? "this entry" : `these ${own.length} entries`;
    if (await outside.ask(`Accept ${these} of ${kind} in the profile?`, unasked)) accepted.push(...own);
  }
  return accepted;
}

interface Accepting {
  readonly found: InitReport;
  readonly draft: readonly NewText[];
  readonly accepted: readonly HostEntry[];
  /** Throws HardenError `profile`. */
  readonly load: (name: string, text: string) => Promise<unknown>;
}

async function withAccepted({ found, draft, accepted, load }: Accepting, place: ProfilePlace) {
  if (accepted.length === 0) return { report: found, texts: draft };
  const text = acceptingText(found.parts, privileges.id, accepted);
  await load(found.name, text);
  const report = { ...found, text };
  return { report, texts: await textsOf(report, place) };
}

export async function initHost(line: InitLine, unasked: string, outside: Outside): Promise<Shown> {
  const { given } = line;
  const place = await placeOf(outside);
  refuseKnown(line, place);
  const { places } = place;
  const [nameOf, base, compared] = await Promise.all([
    namingOf(line, place),
    loadProfile(join(places.packagedDir, "production.yaml"), places),
    loadProfile(given.profile, places),
  ]);
  const targets = given.target === undefined ? [] : [given.target];
  const next = nextOf(line);
  const ports = await outside.ports(given, { targets, next, unasked });
  const options = {
    ...(await targetsOf({ ...given, targets }, outside)),
    base,
    nameOf,
    compared: { profile: compared, only: [], skip: [] },
    load: (name: string, text: string) => {
      const path = pathIn(place, name);
      return loadProfile(path, withTexts(places, [{ path, text, before: undefined }]));
    },
  };
  outside.begin("nothing");
  const found = await initCommand(options, ports);
  const write = given.write === true;
  const page = { ...outside.sidePage, next };
  const draft = await textsOf(found, place);
  const shownDraft = { report: redactAll(found), files: await shownFiles(place, draft), accepted: [] };
  if (!write) outside.say(proposalText(shownDraft, page));
  const accepted = write ? [] : await acceptedOf(found, unasked, outside);
  const { report, texts } = await withAccepted({ found, draft, accepted, load: options.load }, place);
  const files = await shownFiles(place, texts);
  const view = { report: redactAll(report), files, accepted: redactAll(accepted) };
  const proposal = () => (accepted.length === 0 ? "" : filesText(files, page).join("\n\n"));
  if (!(await writeAsked(texts, { ...view, proposal, unasked, write }, outside))) return unwritten;
  const shown = viewed(
    {
      text: () => initText({ ...view, isShown: !write }, { ...outside.page, next }),
      failures: () => [],
      data: () => initData(view),
    },
    given.format,
  );
  return { ...shown, status: 0, hosts: [] };
}
