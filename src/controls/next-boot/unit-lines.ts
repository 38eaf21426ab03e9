/** What a line of somebody's unit or drop-in does to what is ours. */
import type { BootFile } from "../../facts/boot-files.ts";
import { concernsOfCommand } from "./commands.ts";
import { isHarmlessOfSlice } from "./harmless.ts";
import {
  type Concern,
  concerns,
  concernsOfPath,
  concernsOfUnit,
  gates,
  mayMean,
  roots,
  slices,
  started,
} from "./ours.ts";

export const wordsOf = (text: string) =>
  text
    .replace(/["']/g, "")
    .split(/\s+/)
    .filter((word) => word !== "");

/** Ends with those of what is started where one of these is. */
const endings = "Conflicts|PartOf|BindsTo|Requisite|StopPropagatedFrom|PropagatesStopTo|Service";
/** What keeps a target from being reached. */
const barring = `${endings}|Condition[A-Za-z]+|Assert[A-Za-z]+|JobTimeout[A-Za-z]+`;

/** A shell or such that is given a variable to run: `sh -c "$COMMAND"`. Its value stays on the host. */
const runsVariable =
  /(^|[\s/])((ba|da|a|z|k)?sh(\s+-\S+)*\s+["']*\$|(exec|eval|sudo|env|nohup)\s+["']*\$+\{?\w+\}?(["'\s;&|]|$)|(ba|da|a|z|k)?sh\s.*[;&|]\s*["']*\$+\{?\w+\}?(["'\s;&|]|$))/;

/** `/etc/systemd/system/ssh.service.d/a.conf` -> `ssh.service` */
export const unitOfFile = (path: string) => {
  const parts = path.split("/");
  return path.endsWith(".conf") ? parts.at(-2)!.replace(/\.d$/, "") : parts.at(-1)!;
};

export function ofUnitLine(line: string, { path, lines }: BootFile): readonly Concern[] {
  const [, key = "", value = ""] = /^(\w+)\s*=\s*(.*)$/.exec(line) ?? [];
  const name = unitOfFile(path);
  if (slices.test(name)) return key === "" || isHarmlessOfSlice(key, value) ? [] : started;
  if (gates.includes(name) && key === "Requires") return started;
  if (roots.includes(name) && new RegExp(`^(${barring})$`).test(key)) return started;
  if (key.startsWith("Exec")) return runsVariable.test(value) ? concerns : concernsOfCommand(value);
  if (key === "StandardInputText") return concernsOfCommand(value);
  if (key === "StandardInputData") return concerns;
  if (key === "Where") return concernsOfPath(value, true);
  if (key === "SuccessAction") return value === "none" ? [] : started;
  // One that has to be done first may never be.
  const waits = lines.some(({ text }) => /^Type\s*=\s*(oneshot|forking|notify|dbus)/.test(text));
  if (key === "Before") return waits ? wordsOf(value).flatMap(concernsOfUnit) : [];
  if (!new RegExp(`^(${endings})$`).test(key)) return [];
  const named = wordsOf(value.replaceAll("%n", name).replace(/%[NpP]/g, name.replace(/@?\.\w+$/, "")));
  const takesAll = /^(Conflicts|PropagatesStopTo)$/.test(key) && named.some((word) => mayMean(word, roots));
  return takesAll ? started : named.flatMap(concernsOfUnit);
}

/** Of a unit's lines those that are judged without a name of ours in them. */
export const linesOfUnits = `:[ \\t]*(${barring}|Requires|Where|SuccessAction|Before|Type|StandardInputData)[ \\t]*=|:[ \\t]*Exec[A-Za-z]*[ \\t]*=.*(sh|exec|eval|sudo|env|nohup)[ \\t].*[$]|[.]slice([.]d/[^:]*)?:|/slice[.]d/`;
