/** What unattended-upgrades installs by itself, as the profile's section says it. Pure. */
import { type AptEntry, aptValue } from "../../facts/apt.ts";
import { valueOr } from "../../facts/probe.ts";
import type { DescribedControl } from "../../plan/control.ts";
import { kindOf } from "./origins.ts";
import type { UpdatesInput } from "./state.ts";
import { daily, dropInText, isOn, type UpdatesParams, waitsForShutdown } from "./wanted.ts";

const kinds = ["security", "updates"] as const;
/** Of which one is written into our drop-in. */
const choices: readonly UpdatesParams["origins"][] = [["security"], ["security", "updates"], ["updates"]];

const keys = { mail: "Unattended-Upgrade::Mail", mailReport: "Unattended-Upgrade::MailReport" } as const;

export function describe(input: UpdatesInput): DescribedControl {
  const { config, distro } = input.view;
  if (!daily(config, "Unattended-Upgrade") || waitsForShutdown(config))
    return { why: "nothing is installed by itself" };
  const automaticReboot = isOn(aptValue(config, "Unattended-Upgrade::Automatic-Reboot"));
  const own = valueOr(input.facts.dropIn, undefined)?.content?.toString("utf8");
  const said = mailsIn(own ?? "");
  const written = choices.find(
    (origins) => dropInText({ origins, automaticReboot, ...said }, distro) === own,
  );
  if (written !== undefined) return { params: { origins: written, automaticReboot, ...said } };
  const origins = acceptedBy(input);
  if (origins.length === 0) return { why: "its origins match none of the host's package lists" };
  return { params: { origins, automaticReboot, ...mailOf(config) } };
}

/** Those that our drop-in says, and not the host's own files. */
const mailsIn = (text: string) =>
  Object.fromEntries(
    Object.entries(keys).flatMap(([name, key]) => {
      const value = new RegExp(`^${key} "([^"]*)";$`, "m").exec(text)?.[1];
      return value === undefined ? [] : [[name, value]];
    }),
  ) as Pick<UpdatesParams, "mail" | "mailReport">;

function acceptedBy({ view: { now, distro } }: UpdatesInput): readonly string[] {
  try {
    const accepted = now().accepted.map((each) => kindOf(each, distro));
    return kinds.filter((kind) => accepted.includes(kind));
  } catch {
    return []; // unattended-upgrades would stop at these patterns, too.
  }
}

/** Nobody where no address is set: the report alone says nothing. */
function mailOf(config: readonly AptEntry[]) {
  const mail = aptValue(config, keys.mail);
  const mailReport = aptValue(config, keys.mailReport);
  if (mail === undefined || mail === "") return {};
  return { mail, ...(mailReport === undefined ? {} : { mailReport }) };
}
