/** Networks that a file should have, and ports that nobody outside should reach. Pure. */
import type { CheckReport } from "../../assess/report.ts";
import type { ComposeCheck } from "../check.ts";
import { isInternal, joins, roleIn } from "../checks/joined.ts";
import { networkChecks } from "../checks/networks.ts";
import { roleOf } from "../images.ts";
import { networksOf, portsOf } from "../service.ts";
import { entriesOf, get, isTrue, keyAt } from "../tree.ts";
import { mustCallOut, type ProjectSeen, type ServiceView } from "../view.ts";
import { type ComposeEdit, editOf, type Mend, withItems } from "./wish.ts";

type Bad = readonly Pick<CheckReport, "id" | "object">[];

/** The one network of those that must call out. */
export const egress = "egress";

const fails = (bad: Bad, { id }: ComposeCheck, name: string) =>
  bad.some((each) => each.id === id && each.object.split(" ")[0] === name);

/** From an internal network nothing can be published: only where no service needs that. */
export function networkWishes(seen: ProjectSeen, own: readonly ServiceView[], bad: Bad): readonly Mend[] {
  // By its port alone it may be something else: of owncloud/ocis 9200 is the page itself.
  const closed = own.filter(
    ({ node, name, image = "" }) =>
      portsOf(node).length > 0 &&
      fails(bad, networkChecks.database, name) &&
      roleOf(image, seen.images) === "data",
  );
  const ports = closed.map(({ name }) => [{ key: ["services", name, "ports"], value: undefined }]);
  const publishes = ({ node, name }: ServiceView) =>
    portsOf(node).length > 0 && !closed.some((each) => each.name === name);
  const outward = own.filter(({ name }) => fails(bad, networkChecks.egress, name));
  return [
    ...ports,
    ...fresh(seen, own, publishes),
    ...internal(seen, own, { bad, publishes }),
    ...outward.map((view) => wayOut(seen, view)),
  ];
}

type Publishes = (view: ServiceView) => boolean;

/** Where the file has no networks at all, and a proxy: the two that every such file should have, and one for what must call out. */
function fresh(seen: ProjectSeen, own: readonly ServiceView[], publishes: Publishes): readonly Mend[] {
  const isBare = own.every(
    ({ node }) => networksOf(node) === undefined && get(node, "network_mode") === undefined,
  );
  const proxies = own.filter((view) => roleIn(view) === "proxy");
  const others = own.filter((view) => roleIn(view) !== "proxy");
  const alone = own.length === seen.services.length && get(seen.tree, "networks") === undefined;
  if (!isBare || !alone || proxies.length === 0 || others.some(publishes)) return [];
  const of = (view: ServiceView) => (mustCallOut(view) ? ["internal", egress] : ["internal"]);
  const mend = [
    ...proxies.map(({ name }) => ({ key: ["services", name, "networks"], value: ["frontend", "internal"] })),
    ...others.map((view) => ({ key: ["services", view.name, "networks"], value: of(view) })),
    { key: ["networks", "frontend"], value: {} },
    { key: ["networks", "internal", "internal"], value: true },
    ...(others.some(mustCallOut) ? [{ key: ["networks", egress], value: {} }] : []),
  ];
  return [mend];
}

/** With a way out for those on it that must call out: without it they would be cut off. */
function internal(
  seen: ProjectSeen,
  own: readonly ServiceView[],
  { bad, publishes }: { readonly bad: Bad; readonly publishes: Publishes },
): readonly Mend[] {
  return entriesOf(get(seen.tree, "networks"))
    .filter(([name, { value }]) => {
      const isOpen = get(value, "internal") === undefined && !isTrue(get(value, "external"));
      const joined = own.filter((view) => joins(view, name));
      return name !== egress && isOpen && fails(bad, networkChecks.internal, name) && !joined.some(publishes);
    })
    .map(([name]) => [
      { key: ["networks", name, "internal"], value: true },
      ...own
        .filter((view) => joins(view, name) && mustCallOut(view) && !joins(view, egress))
        .flatMap((view) => wayOut(seen, view)),
    ]);
}

/** Nothing where the file has an internal `egress`: that is a person's to see. */
function wayOut(seen: ProjectSeen, view: ServiceView): readonly ComposeEdit[] {
  const { name, node } = view;
  if (get(node, "network_mode") !== undefined || isInternal(seen, egress)) return [];
  const isMap = get(seen.tree, "services", name, "networks")?.kind === "map";
  const join = isMap
    ? { path: ["networks", egress], value: {} }
    : withItems(view, "networks", networksOf(node) === undefined ? ["default", egress] : [egress]);
  const isThere = keyAt(get(seen.tree, "networks"), egress) !== undefined;
  return [editOf(view, join), ...(isThere ? [] : [{ key: ["networks", egress], value: {} }])];
}
