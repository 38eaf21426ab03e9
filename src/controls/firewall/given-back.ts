/** What a rollback means for the firewall: which rules come and go, and whose ports close, from the files that it restores. */
import { lazy } from "../../once.ts";
import type { GivenBack, Restored } from "../../plan/control.ts";
import type { Change } from "../../plan/plan.ts";
import { filteredBy, type Rules } from "../ssh/guards/filtered.ts";
import { nowText, wantedText } from "./claims.ts";
import { ports } from "./guards/ports.ts";
import { ruleLines } from "./lines.ts";
import type { FamilyView, FirewallInput, FirewallView } from "./model.ts";
import { paths } from "./probes.ts";
import { readSettings } from "./settings.ts";
import { plannedRuleset } from "./skeleton.ts";
import { takingTables } from "./tables.ts";
import type { Family } from "./tuple.ts";
import { parseUserRules } from "./user-rules.ts";

export function givenBack(input: FirewallInput, { changes, contents }: Restored): GivenBack {
  const { view } = input;
  if (!view.installed || view.unreadable.length > 0) return { changes, findings: [] };
  const later = restoredView(input, contents);
  const lines = ruleLines(later.families.filter(({ family }) => contents.has(paths[`user${family}`])));
  const told = changes.map((change) => toldOf(change, { view, later, lines }));
  const starts = told.some(({ kind, action }) => kind === "firewall" && action !== "disable");
  const findings = starts && view.rules !== undefined ? ports(input, later) : [];
  return {
    changes: told,
    findings: starts ? [...findings, ...filteredBy(rulesOf(later), input.access)] : findings,
  };
}

const rulesOf = ({ families, rules }: FirewallView): Rules => ({
  of: (wanted) => {
    const found = families.find(({ family }) => family === wanted);
    return found && { ruleset: found.planned(), links: found.links };
  },
  unwalked: takingTables(rules?.nft ?? [])[0],
});

interface Told {
  readonly view: FirewallView;
  readonly later: FirewallView;
  readonly lines: ReadonlyMap<Family, readonly string[]>;
}

function toldOf(change: Change, { view, later, lines }: Told): Change {
  if (change.kind === "firewall")
    return {
      ...change,
      before: nowText(view),
      ...(change.action === "disable" ? {} : { after: wantedText(later) }),
    };
  const [details = []] = [...lines].flatMap(([family, each]) =>
    change.address.endsWith(`:${paths[`user${family}`]}`) ? [each] : [],
  );
  return details.length === 0 ? change : { ...change, details };
}

/** As ufw's restored files say, with everything else of the kernel's as it is. */
function restoredView({ facts, view }: FirewallInput, contents: Restored["contents"]): FirewallView {
  const now = (fact: typeof facts.conf) => (fact.state === "present" ? fact.value.content : undefined);
  const [defaults, conf] = [
    contents.get(paths.defaults) ?? now(facts.defaults),
    contents.get(paths.conf) ?? now(facts.conf),
  ];
  const settings =
    defaults === undefined || conf === undefined ? view.settings : readSettings(defaults, conf);
  const policies = settings?.policies ?? view.policies;
  const families = view.families.map((each): FamilyView => {
    const text = contents.get(paths[`user${each.family}`]) ?? each.userFile?.content ?? Buffer.alloc(0);
    const rules = { ...each, policies, wanted: parseUserRules(text, each.family), wantedText: text };
    return { ...rules, planned: lazy(() => plannedRuleset(rules)) };
  });
  return { ...view, settings, policies, families };
}
