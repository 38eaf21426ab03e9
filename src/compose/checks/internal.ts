/** Who reaches the world outside, and who must. */
import { type Fault, type ObjectResult, resultOf } from "../../checks/object.ts";
import { pairs } from "../../checks/texts.ts";
import { type ComposeRow, eachService, inspect } from "../check.ts";
import { networksOf } from "../service.ts";
import { get, keyAt, type Origin, textOf } from "../tree.ts";
import { mustCallOut, type ProjectSeen, type ServiceView, views } from "../view.ts";
import { isExternal, isInternal, joins, roleIn } from "./joined.ts";

/** Of every network that services join and no proxy does. */
function internal(seen: ProjectSeen): readonly ObjectResult[] {
  const all = views(seen);
  const names = [...new Set(all.flatMap(({ node }) => (networksOf(node) ?? []).map(({ name }) => name)))];
  const results = names.flatMap((name): readonly ObjectResult[] => {
    const at: Origin = keyAt(get(seen.tree, "networks"), name) ?? firstJoin(all, name);
    if (all.some((view) => roleIn(view) === "proxy" && joins(view, name)) && !isInternal(seen, name))
      return [{ object: name, at, verdict: "not applicable", found: "a proxy is on it" }];
    if (isInternal(seen, name)) return [{ object: name, at, verdict: "pass", found: "" }];
    const silent = all.filter((view) => joins(view, name) && !mustCallOut(view));
    if (silent.length === 0)
      return [{ object: name, at, verdict: "pass", found: "by the profile all on it must call out" }];
    if (isExternal(seen, name))
      return [
        resultOf(name, {
          at,
          unknown: true,
          found: "it is external: whether it is internal the file doesn't say",
          remedy: "Look by docker network inspect, and waive it with the reason.",
        }),
      ];
    return [
      resultOf(name, {
        at,
        found: openText(silent, all.filter((view) => joins(view, name)).length),
        remedy: `Write internal: true below networks: ${name}; for a service that must call out, egress: true of its image in the profile's images, or a waiver with the reason.`,
      }),
    ];
  });
  if (results.length > 0) return results;
  const at = keyAt(seen.tree, "networks") ?? keyAt(seen.tree, "services") ?? seen.tree.at;
  return [{ object: "", at, verdict: "not applicable", found: "no service names a network" }];
}

/** `silent`: those of the `joined` services that the profile doesn't let call out. */
const openText = (silent: readonly ServiceView[], joined: number) =>
  silent.length === joined
    ? "no proxy is on it, and it isn't internal: its services reach the world"
    : `it isn't internal, and of its services ${silent.map(({ name }) => name).join(", ")} must not call out by the profile`;

/** Of what must call out by the profile. */
function egress(view: ServiceView): readonly Fault[] | string {
  if (!mustCallOut(view)) return "no profile says that it must call out";
  const mode = textOf(get(view.node, "network_mode"));
  if (mode !== undefined && mode !== "none") return "network_mode gives it no network of the file";
  const { seen, node, name, at } = view;
  const joined = mode === "none" ? [] : (networksOf(node) ?? [{ name: "default", at }]);
  const open = joined.filter((each) => !isInternal(seen, each.name));
  if (open.some((each) => !isExternal(seen, each.name))) return [];
  const place = keyAt(node, "networks") ?? keyAt(node, "network_mode") ?? at;
  const remedy = `Add the network egress to networks: of ${name}, and below networks: of the file, without internal.`;
  if (open.length > 0)
    return [
      {
        at: place,
        remedy,
        unknown: true,
        found: `${open[0]!.name} is external: whether it is internal the file doesn't say`,
      },
    ];
  return [
    {
      at: place,
      remedy,
      found: `by the profile it must call out, and its networks are internal: ${view.known?.why}`,
    },
  ];
}

const firstJoin = (all: readonly ServiceView[], name: string): Origin =>
  all.flatMap(({ node }) => networksOf(node) ?? []).find((each) => each.name === name)!.at;

/** What a network that becomes internal asks of whoever uses the file. */
export const callsOut =
  "Services on networks that are internal now reach nothing outside: what calls out needs one more network that isn't (images of a profile, egress: true).";

export const internalCheck: ComposeRow = {
  id: "networks.internal",
  criteria: ["CC6.6", "CC6.7"],
  title: "Networks behind the proxy are internal",
  severity: "medium",
  answers: ["network.database", "deployed.networks"],
  role: "audit",
  expected: "internal: true for each network that no proxy is on",
  why: "From an internal network nothing leaves: what is stolen stays, and nothing more is fetched.",
  breaks: "A service that calls others' APIs needs a network that isn't.",
  leavesOpen:
    "Within it everything reaches everything, and older engines pass questions for names on to the outside (CVE-2024-29018).",
  stricter: pairs,
  look: "docker network inspect -f '{{.Internal}}' NETWORK",
  test: internal,
  heed: callsOut,
};

export const egressCheck: ComposeRow = {
  id: "networks.egress",
  title: "What must call out can",
  severity: "low",
  role: "audit",
  expected: "a network that isn't internal for each service whose image has egress in the profile",
  why: "A service that is cut off fails later, and whoever mends that in a hurry opens the network that all share.",
  leavesOpen: "What may call out may call anybody: who breaks in sends out what there is.",
  stricter: "A proxy for what goes out, with a list of names (`HTTPS_PROXY`): each new one is a new line.",
  look: inspect("{{json .NetworkSettings.Networks}}"),
  test: eachService(egress),
};
