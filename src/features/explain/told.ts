/** What is printed in brackets and is no check: findings, and the codes of what a host says itself. Pure. */
import { everyFinding } from "../../audit/every-finding.ts";
import { notes, refusals } from "../../host/codes.ts";
import { kinds } from "../../kinds/index.ts";

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
    id,
    title,
    control: id.slice(0, id.indexOf(".")),
    parameters: [],
    why: "This is a finding and no check: it neither passes nor fails, and no waiver is about it.",
    next: "It says itself what is so on that host, and what to do. While one says BLOCKED no apply begins; a warning and a note are to be read.",
  }),
];

/** Where a check has the same id, its own explanation is the one. */
export const findingsExplained: readonly Explained[] = [
  ...new Map(everyFinding.flatMap(({ id, about }) => (about === undefined ? [] : [[id, about] as const]))),
  ...kinds.map(
    ({ name }) =>
      [`plan.${name}`, `Something of the kind ${name} can't be made as the profile wants it`] as const,
  ),
].map(([id, about]) => ofFinding(id, about));

/** One of both is told once: what the host lacked is the same, whether it had begun or not. */
export const codesExplained: readonly Explained[] = Object.entries({ ...notes, ...refusals }).map(
  ([id, title]) => [
    id,
    () => ({
      id,
      title,
      control: "host",
      parameters: [],
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
