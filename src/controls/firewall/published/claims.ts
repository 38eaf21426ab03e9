/** What holds containers' ports: a script with the chains, the drop-in that runs it, and the load. Pure. */
import renderDropIn from "../../../../templates/published.conf.hbs";
import renderScript from "../../../../templates/published.sh.hbs";
import { valueOr } from "../../../facts/probe.ts";
import { type Claim, claimsOf, rootFile } from "../../../plan/claim.ts";
import type { FamilyView, FirewallInput, FirewallView } from "../model.ts";
import { paths } from "../probes.ts";
import { ourChain, userChain } from "./chains.ts";
import { differences, isLoaded, notWanted, toolOf } from "./holding.ts";

const claim = claimsOf("firewall");

export const dropInText = Buffer.from(renderDropIn({ script: paths.publishedScript }));

export const scriptText = (families: readonly FamilyView[]): Buffer =>
  Buffer.from(
    renderScript({
      families: families.flatMap(({ family, published }) =>
        published === undefined ? [] : [{ tool: toolOf(family), rules: published.lines.join("\n") }],
      ),
    }),
  );

/** How the kernel is otherwise than wanted; not at all where Docker is yet to start and will see to it: before, nothing is published. */
export function driftOf({ view, facts }: Pick<FirewallInput, "view" | "facts">): readonly string[] {
  const { families } = view;
  const isEmpty = families.every(({ live }) => live !== undefined && !live.has(userChain));
  return isEmpty && notAtStart({ view, facts }) === undefined ? [] : families.flatMap(differences);
}

/** Which of the two files would keep Docker's start from it, as the end of a sentence. */
export function notAtStart({ view, facts }: Pick<FirewallInput, "view" | "facts">): string | undefined {
  const is = (key: "publishedScript" | "publishedDropIn", text: Buffer) =>
    valueOr(facts[key], undefined)?.content?.equals(text) === true;
  if (!is("publishedScript", scriptText(view.families))) return `${paths.publishedScript} says otherwise`;
  return is("publishedDropIn", dropInText) ? undefined : `${paths.publishedDropIn} does not run it`;
}

export const isHeld = ({ families }: FirewallView) =>
  families.some(({ published }) => published !== undefined);

export function publishedClaims(input: FirewallInput): readonly Claim[] {
  const { view, facts } = input;
  if (notWanted(input) !== undefined) return released(input);
  // Somebody may have emptied the kernel's rules: what a start of Docker needs stays.
  if (!isHeld(view)) return [];
  const script = rootFile(paths.publishedScript, scriptText(view.families), { mode: "0755" });
  const dropIn = rootFile(paths.publishedDropIn, dropInText);
  const reasons = driftOf({ view, facts });
  return [
    claim("What containers publish is held to the profile's rules, too.", script),
    claim("The kernel forgets these rules at a boot; Docker's start brings them back.", dropIn),
    claim(reasons.length === 0 ? "the kernel has the rules" : reasons.join("; "), {
      kind: "published",
      operation: reasons.length === 0 ? "none" : "load",
      before: view.families.some(isLoaded) ? `${ourChain}, otherwise` : "not held",
      after: "held to the profile's rules",
    }),
  ];
}

/** The profile asks for it no more, or Docker is gone. */
function released({ view, facts }: Pick<FirewallInput, "view" | "facts">): readonly Claim[] {
  const reason = "What containers publish is not held to the profile's rules.";
  const files = (["publishedDropIn", "publishedScript"] as const).flatMap((key) =>
    valueOr(facts[key], undefined) === undefined ? [] : [claim(reason, rootFile(paths[key], "absent"))],
  );
  if (!view.families.some(isLoaded)) return files;
  return [
    ...files,
    claim(reason, {
      kind: "published",
      operation: "drop",
      before: "held to rules of an earlier profile",
      after: "not held",
    }),
  ];
}
