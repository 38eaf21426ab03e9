/** What containers publish, and will be closed: said before, with what lets it in now. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { letIn } from "../let-in.ts";
import type { FamilyView, FirewallInput, FirewallView } from "../model.ts";
import { toldOpenings } from "../opening.ts";
import { isPublished } from "../published/check.ts";
import { notHeld, notTold, notWanted } from "../published/holding.ts";
import type { Ruleset } from "../walk.ts";
import { all } from "./list.ts";

const say = findingsOf("firewall", {
  "closing-published": ["warn", "Containers publish ports that the profile closes"],
  "published-unread": [
    "warn",
    "Whether Docker is here could not be read, so what containers publish stays as it is",
  ],
  "published-not-held": ["note", "What containers publish is not held to the profile's rules"],
});

export const findings = say.records;

export function published(input: FirewallInput, view: FirewallView): readonly Finding[] {
  const texts = (rulesetOf: (each: FamilyView) => Ruleset) =>
    toldOpenings(view, (each) => letIn(each, rulesetOf(each)).openings.filter(isPublished)).map(
      ({ text }) => text,
    );
  const now = texts((each) => each.ruleset);
  const stays = new Set(texts((each) => each.planned()));
  const closing = now.filter((text) => !stays.has(text));
  const unread = notTold(input);
  const unheld = (unread ?? notWanted(input)) === undefined ? notHeld(input) : undefined;
  return [
    ...(closing.length > 0
      ? say(
          "closing-published",
          `Containers publish what no rule opens, and it will be closed to the outside: ${all(closing)}.`,
          "Add a rule to the profile for what is meant to be reached; firewall.published: keep leaves all of them open.",
        )
      : []),
    ...(unread !== undefined
      ? say(
          "published-unread",
          `What containers publish stays as it is: docker.service could not be read (${unread}).`,
          "systemctl status docker on the host shows whether systemd answers; plan again then.",
        )
      : []),
    ...(unheld !== undefined
      ? say("published-not-held", `What containers publish is not held to these rules: ${unheld}.`)
      : []),
  ];
}
