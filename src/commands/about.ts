/** What is to be said of a host as a whole, and of how the profile was found, before any control has its say. */
import { asRoot, type Facts, readFact, valueOr } from "../facts/probe.ts";
import { strayUnits } from "../facts/stray-units.ts";
import { unsettled } from "../facts/unsettled.ts";
import { type Next, type NextThere, nextAt } from "../next.ts";
import type { Managed } from "../plan/managed.ts";
import { owned } from "../plan/owned.ts";
import type { Finding } from "../plan/plan.ts";
import { unsettledFindings, unsettledUnknownId } from "../plan/unsettled.ts";
import type { Profile } from "../profile/profile.ts";

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
    ...unsettledUnknown(facts),
    ...strayFindings(facts, nextAt(next, target)),
    ...ownedUnknown(facts, managed),
    ...nearbyFindings(profile),
    ...measuredOnly(managed),
    ...fromAnywhere(managed, profile),
  ];
}

/** Units whose run the host has forgotten, as after a reset that took its journal. */
function strayFindings(facts: Facts, next: NextThere): readonly Finding[] {
  return valueOr(readFact(facts, strayUnits), []).map(({ run, paths }) => ({
    control: "host",
    id: "host.stray-units",
    level: "warn",
    message: `Run ${run} has left units and no journal: it was not rolled back, and what it changed stays (${paths.join(", ")}).`,
    hint: `The units do nothing. Remove them, with all that harden remembers of this host: ${next("uninstall")}`,
  }));
}

/** Advice about the profile itself: only the operator knows from where the others come. */
function fromAnywhere(managed: readonly Managed[], { access }: Profile): readonly Finding[] {
  const isOpened = managed.some(({ control, mode }) => control.id === "firewall" && mode === "apply");
  if (!isOpened || !access.from.some((network) => network.endsWith("/0"))) return [];
  return [
    {
      control: "firewall",
      id: "firewall.ssh-from-anywhere",
      level: "note",
      message: "ssh is open to the whole world: access.from names who may come.",
    },
  ];
}

/** An empty plan must not look as if the section were in force. */
function measuredOnly(managed: readonly Managed[]): readonly Finding[] {
  return managed
    .filter(({ mode }) => mode === "measure")
    .map(({ control: { id } }) => ({
      control: id,
      id: "profile.measured",
      level: "note",
      message: `${id} is only measured: its section says apply: false, so that no apply changes or gives back anything of it.`,
    }));
}

/** A name that stands for another file than whoever types it may think. */
function nearbyFindings({ name, nearby }: Profile): readonly Finding[] {
  const [first] = nearby;
  if (first === undefined) return [];
  const path = first.includes("/") ? first : `./${first}`;
  return [
    {
      control: "profile",
      id: "profile.nearby",
      level: "warn",
      message: `This is the packaged profile ${name}, though there is ${nearby.join(", ")}.`,
      hint: `Name the file where it is meant: --profile ${path}. A bare name is looked for in profiles/ of this folder, and of those above it within the git work tree.`,
    },
  ];
}

/** Without root's rights nobody can tell whether what is there now will last. */
function unsettledUnknown(facts: Facts): readonly Finding[] {
  const fact = readFact(facts, unsettled);
  if (fact.state !== "unknown") return [];
  return [
    {
      control: "host",
      id: unsettledUnknownId,
      level: "warn",
      message: `Whether a run is pending on this host could not be read (${fact.why}).`,
      hint: asRoot,
    },
  ];
}

/** What can't be told to be ours can't be given back, and must not look as if there were nothing to give. */
function ownedUnknown(facts: Facts, managed: readonly Managed[]): readonly Finding[] {
  const fact = readFact(facts, owned);
  if (fact.state !== "unknown" || managed.every(({ mode }) => mode !== "off")) return [];
  return [
    {
      control: "host",
      id: "host.owned-unknown",
      level: "block",
      message: `What harden has set on this host could not be read (${fact.why}), so a control that is switched off can't give it back.`,
      hint: asRoot,
    },
  ];
}
