/** What is to be said of a host as a whole, and of how the profile was found, before any control has its say. */
import type { Finding } from "../checks/finding.ts";
import { type FindingRecord, findingOf, findingsOf } from "../checks/finding.ts";
import { fromAnywhere as anywhere } from "../controls/firewall/from-anywhere.ts";
import { firewall } from "../controls/firewall.ts";
import { asRoot, type Facts, readFact, valueOr } from "../facts/probe.ts";
import { strayUnits } from "../facts/stray-units.ts";
import { unsettled } from "../facts/unsettled.ts";
import { type Next, type NextThere, nextAt } from "../next.ts";
import type { Managed } from "../plan/managed.ts";
import { owned } from "../plan/owned.ts";
import { unsettledFindings, unsettledUnknown } from "../plan/unsettled.ts";
import type { Profile } from "../profile/profile.ts";

const say = findingsOf("host", {
  "stray-units": ["warn", "A run has left units and no journal, as after a reset that took its folder"],
  "owned-unknown": [
    "block",
    "What harden has set on this host could not be read, so that it can't be given back",
  ],
});

const measured: FindingRecord = {
  id: "profile.measured",
  level: "note",
  about: "A section of the profile says apply: false, so that it is measured alone",
};
const nearby: FindingRecord = {
  id: "profile.nearby",
  level: "warn",
  about: "The packaged profile is used, though a file of that name lies nearby",
};

export const findings: readonly FindingRecord[] = [...say.records, measured, nearby];

export function aboutHost({
  facts,
  managed,
  profile,
  target,
  next,
}: {
  readonly facts: Facts;
  readonly managed: readonly Managed[];
  readonly profile: Profile;
  readonly target: string;
  readonly next: Next;
}): readonly Finding[] {
  return [
    ...unsettledFindings(valueOr(readFact(facts, unsettled), []), nextAt(next, target)),
    ...unknownWhether(facts),
    ...strayFindings(facts, nextAt(next, target)),
    ...ownedUnknown(facts, managed),
    ...nearbyFindings(profile),
    ...measuredOnly(managed),
    ...fromAnywhere(managed, profile),
  ];
}

/** Units whose run the host has forgotten, as after a reset that took its journal. */
const strayFindings = (facts: Facts, next: NextThere): readonly Finding[] =>
  valueOr(readFact(facts, strayUnits), []).flatMap(({ run, paths }) =>
    say(
      "stray-units",
      `Run ${run} has left units and no journal: it was not rolled back, and what it changed stays (${paths.join(", ")}).`,
      `The units do nothing. Remove them, with all that harden remembers of this host: ${next("uninstall")}`,
    ),
  );

/** Advice about the profile itself: only the operator knows from where the others come. */
function fromAnywhere(managed: readonly Managed[], { access }: Profile): readonly Finding[] {
  const isOpened = managed.some(({ control, mode }) => control.id === firewall.id && mode === "apply");
  if (!isOpened || !access.from.some((network) => network.endsWith("/0"))) return [];
  const message = "ssh is open to the whole world: access.from names who may come.";
  return [findingOf({ id: anywhere.id, level: "note" }, firewall.id, message)];
}

/** An empty plan must not look as if the section were in force. */
const measuredOnly = (managed: readonly Managed[]): readonly Finding[] =>
  managed
    .filter(({ mode }) => mode === "measure")
    .map(({ control: { id } }) =>
      findingOf(
        measured,
        id,
        `${id} is only measured: its section says apply: false, so that no apply changes or gives back anything of it.`,
      ),
    );

/** A name that stands for another file than whoever types it may think. */
function nearbyFindings({ name, nearby: files }: Profile): readonly Finding[] {
  const [first] = files;
  if (first === undefined) return [];
  const path = first.includes("/") ? first : `./${first}`;
  return [
    findingOf(
      nearby,
      "profile",
      `This is the packaged profile ${name}, though there is ${files.join(", ")}.`,
      `Name the file where it is meant: --profile ${path}. A bare name is looked for in profiles/ of this folder, and of those above it within the git work tree.`,
    ),
  ];
}

function unknownWhether(facts: Facts): readonly Finding[] {
  const fact = readFact(facts, unsettled);
  return fact.state === "unknown" ? unsettledUnknown(fact.why) : [];
}

/** What can't be told to be ours can't be given back, and must not look as if there were nothing to give. */
function ownedUnknown(facts: Facts, managed: readonly Managed[]): readonly Finding[] {
  const fact = readFact(facts, owned);
  if (fact.state !== "unknown" || managed.every(({ mode }) => mode !== "off")) return [];
  return say(
    "owned-unknown",
    `What harden has set on this host could not be read (${fact.why}), so a control that is switched off can't give it back.`,
    asRoot,
  );
}
