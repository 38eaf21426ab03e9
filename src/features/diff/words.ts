import type { Baseline } from "../../assess/baseline.ts";
import { auditInput, auditOptions, type auditWords, isFile } from "../../command/auditing.ts";
import { savedAudit } from "../../command/baseline.ts";
import type { Command, Line, Outside, Shown } from "../../command/command.ts";
import { format, written } from "../../command/formats.ts";
import { choicesOf, targetsOf } from "../../command/inputs.ts";
import { nextOf } from "../../command/next.ts";
import { choice, reach, word } from "../../command/words.ts";
import { HardenError } from "../../errors.ts";
import { commandText } from "../../next.ts";
import type { CommandOutcome, Ports } from "../../run/ports.ts";
import { redactAll } from "../../secrets/index.ts";
import { localTarget } from "../../targets.ts";
import { withoutPassword } from "../../transports/target.ts";
import type { Sides } from "./choices.ts";
import type { DiffReport } from "./work.ts";

const words = {
  arguments: {
    sides: word<readonly string[]>({
      spelled: "<what...>",
      text: "two hosts; a host and two ids of its runs, this machine's without a host; two profiles, each as profile:NAME, or a file by a slash or .yaml; two saved audits by .json, or one and what is so today, with a host of it for that one alone",
      parse: (typed, before = []) => [...before, withoutPassword(typed)],
    }),
  },
  options: { ...reach, ...choice, ...format, name: auditOptions.name, ca: auditOptions.ca },
};

type DiffLine = Line<typeof words.arguments & typeof words.options>;

async function run(line: Line, outside: Outside): Promise<Shown> {
  const typed = line as DiffLine;
  const { sidesOf } = await import("./choices.ts");
  const sides = sidesOf(typed.given.sides);
  const [{ report: whole, status }, { diffsText }, { plainResult, errorTexts }] = await Promise.all([
    compared(sides, typed, outside),
    import("./text.ts"),
    import("../../reports/error.ts"),
  ]);
  const report = redactAll(whole);
  const view = {
    text: () => diffsText(report, outside.page),
    failures: () => errorTexts(report.flatMap((each) => (each.ok ? [] : [each]))),
    data: () => report.map(plainResult),
  };
  return { ...written(view, typed.given.format), status, hosts: report };
}

const what = "saved audit";

async function compared(sides: Sides, line: DiffLine, outside: Outside): Promise<CommandOutcome<DiffReport>> {
  const commands = await import("./work.ts");
  switch (sides.of) {
    case "profiles":
      return commands.diffProfiles(sides.names, await outside.places());
    case "audits": {
      const [a, b] = sides.files;
      return commands.diffAudits(
        await savedAudit({ file: a, what }, outside),
        await savedAudit({ file: b, what }, outside),
      );
    }
    case "runs": {
      const { host, runs } = sides;
      const targets = host === undefined ? [] : [host];
      const input = { ...(await targetsOf({ ...line.given, targets }, outside)), runs };
      return commands.diffRuns(input, await portsTo(targets, line, outside));
    }
    case "hosts": {
      if (!line.typed.has("profile")) await refuseProfiles(sides.hosts, outside);
      const on = hostsLine(line, sides.hosts);
      const input = { ...(await targetsOf(on.given, outside)), ...(await choicesOf(on, outside)) };
      return commands.diffHosts(input, await portsTo(sides.hosts, line, outside));
    }
    case "today": {
      const earlier = await savedAudit({ file: sides.file, what }, outside);
      const { hosts, files } = namedBy(earlier, sides);
      const on = { ...hostsLine(line, hosts), files: [] } as unknown as Line<
        typeof auditWords & typeof auditOptions
      >;
      const given = { ...on.given, files: files.flat() };
      const input = { ...(await auditInput({ ...on, given }, outside)), files, earlier };
      return commands.diffToday(input, await portsTo(hosts, line, outside));
    }
  }
}

/** Two names that are profiles, and hosts of no project, are hardly meant as hosts. Throws HardenError `usage`. */
async function refuseProfiles(names: readonly [string, string], outside: Outside): Promise<void> {
  const [places, project, { availableNames }, { folders }] = await Promise.all([
    outside.places(),
    outside.project(),
    import("../../profile/chain.ts"),
    import("../../profile/search.ts"),
  ]);
  const profiles = await availableNames(folders(places), places);
  const isHost = (name: string) => project !== undefined && Object.hasOwn(project.values.hosts, name);
  if (names.some((name) => isHost(name) || !profiles.includes(name))) return;
  const [asProfiles, asHosts] = ["profile:", "ssh://"].map((form) =>
    commandText(["diff", ...names.map((name) => `${form}${name}`)]),
  );
  throw new HardenError("usage", `${names.join(" and ")} are profiles.`, {
    hint: `They are compared by: ${asProfiles}; hosts that are called so by: ${asHosts}`,
    hostState: "no host was contacted",
  });
}

const hostsLine = (line: DiffLine, targets: readonly string[]) => ({
  ...line,
  given: { ...line.given, targets },
});

function portsTo(targets: readonly string[], line: DiffLine, outside: Outside): Promise<Ports> {
  outside.begin("nothing");
  return outside.ports(line.given, { targets, next: nextOf(hostsLine(line, targets)), unasked: "" });
}

/** What was judged then: hosts, and files, of which several may have been one project. */
function namedBy({ file, targets }: Baseline, { host }: { readonly host?: string }) {
  const all = [...targets.keys()];
  if (host !== undefined && !all.includes(host))
    throw new HardenError("usage", `${file} is an audit of ${all.join(", ")}, not of ${host}.`, {
      hint: "A host is known by the words that it was typed by.",
      hostState: "no host was contacted",
    });
  if (host !== undefined) return { hosts: [host], files: [] };
  const isOfFile = (each: string) => targets.get(each)?.machineId === undefined && isFile(each);
  return {
    hosts: all.filter((each) => each === localTarget || !isOfFile(each)),
    files: all.filter(isOfFile).map((each) => each.split(" + ")),
  };
}

export const diff: Command = {
  words: "diff",
  summary:
    "what two things differ in: hosts, runs, profiles, or an audit and today's; reads only; exit 2: something",
  ...words,
  run,
};
