/** What is printed in brackets and is no check: findings, and the codes of what a host says itself. Pure. */
import { ruleNames } from "../controls/auditd/rules.ts";
import { toldByControls } from "../controls/told.ts";
import { notes, refusals } from "../host/codes.ts";
import { kinds } from "../kinds/index.ts";
import { told } from "../plan/told.ts";

interface Told {
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly next: string;
  readonly control: string;
  readonly parameters: readonly never[];
}

type Explained = readonly [id: string, () => Told];

const ofFinding = (id: string, title: string): Explained => [
  id,
  () => ({
    ...{ id, title, control: id.slice(0, id.indexOf(".")), parameters: [] },
    why: "This is a finding and no check: it neither passes nor fails, and no waiver is about it.",
    next: "It says itself what is so on that host, and what to do. While one says BLOCKED no apply begins; a warning and a note are to be read.",
  }),
];

export const findingsExplained: readonly Explained[] = [
  ...Object.entries({ ...told, ...toldByControls }).map(([id, title]) => ofFinding(id, title)),
  ...kinds.map(({ name }) =>
    ofFinding(`plan.${name}`, `Something of the kind ${name} can't be made as the profile wants it`),
  ),
  ...ruleNames.map((name) =>
    ofFinding(
      `auditd.no-folder-${name}`,
      `What the audit rules ${name} would watch isn't there, and the kernel takes no rule for it`,
    ),
  ),
];

/** One of both is told once: what the host lacked is the same, whether it had begun or not. */
export const codesExplained: readonly Explained[] = Object.entries({ ...notes, ...refusals }).map(
  ([id, title]) => [
    id,
    () => ({
      ...{ id, title, control: "host", parameters: [] },
      why: [
        "The host itself says so of a run.",
        ...(id in refusals
          ? ["As a reason to refuse it stands before any change: nothing was changed."]
          : []),
        ...(id in notes ? ["As a note it stands with a run that has begun, which goes on."] : []),
      ].join(" "),
      next: "What it is about stands before it; harden runs HOST RUN tells a run with its notes.",
    }),
  ],
);
