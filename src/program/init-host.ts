/** `harden init HOST`: a host as it is becomes a profile, and a host of the project. */
import { join } from "node:path";
import { initCommand } from "../commands/init.ts";
import { listProfiles } from "../profile/list.ts";
import { loadProfile } from "../profile/load.ts";
import { isName } from "../profile/search.ts";
import { withEntries } from "../project/edit.ts";
import { freeName, hostKey, profileNameOf } from "../project/names.ts";
import { assignedTo } from "../project/project.ts";
import { initData, initText, proposalText } from "../reports/init.ts";
import { redactAll } from "../secrets/index.ts";
import { localTarget } from "../targets.ts";
import type { Outside, Shown } from "./command.ts";
import { written as viewed } from "./formats.ts";
import {
  type Place,
  pathIn,
  placeOf,
  projectOf,
  shownFiles,
  unwritten,
  usage,
  withTexts,
  writeAsked,
} from "./init-place.ts";
import type { InitLine } from "./init-words.ts";
import { targetsOf } from "./inputs.ts";
import { nextOf } from "./next.ts";
import type { NewText } from "./write-all.ts";

/** What the new profile is called, by what the host calls itself. Throws HardenError `usage` for a name that can't be had. */
async function namingOf({ given }: InitLine, { places }: Place) {
  const { name, target = localTarget } = given;
  const taken = (await listProfiles(places, places)).map((each) => each.name);
  if (name === undefined) return (hostname: string) => freeName(profileNameOf(target, hostname), taken);
  if (!isName(name) || /\.ya?ml$/.test(name))
    throw usage(`${JSON.stringify(name)} is no name of a profile.`, "Take letters, digits, _ . - only.");
  if (taken.includes(name))
    throw usage(`There is a profile ${name} already.`, "Take another name: none is overwritten.");
  return () => name;
}

function refuseKnown(line: InitLine, { project }: Place): void {
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
  place: Place,
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
    ...{ base, nameOf, compared: { profile: compared, only: [], skip: [] } },
    load: (name: string, text: string) => {
      const path = pathIn(place, name);
      return loadProfile(path, withTexts(places, [{ path, text, before: undefined }]));
    },
  };
  outside.begin("nothing");
  const report = await initCommand(options, ports);
  const texts = await textsOf(report, place);
  const view = { report: redactAll(report), files: await shownFiles(place, texts) };
  const write = given.write === true;
  const proposal = () => proposalText(view, { ...outside.sidePage, next });
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
