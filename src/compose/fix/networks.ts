/** Networks that a file should have, and ports that nobody outside should reach. Pure. */
import type { CheckReport } from "../../assess/report.ts";
import type { Seen, View } from "../check.ts";
import { roleIn } from "../checks/networks.ts";
import { roleOf } from "../images.ts";
import { networksOf, portsOf } from "../service.ts";
import { entriesOf, get, isTrue } from "../tree.ts";
import type { Mend } from "./wish.ts";

type Bad = readonly Pick<CheckReport, "id" | "object">[];

const fails = (bad: Bad, id: string, name: string) =>
  bad.some((each) => each.id === id && each.object.split(" ")[0] === name);

/** From an internal network nothing can be published: only where no service needs that. */
export function networkWishes(seen: Seen, own: readonly View[], bad: Bad): readonly Mend[] {
  // By its port alone it may be something else: of owncloud/ocis 9200 is the page itself.
  const closed = own.filter(
    ({ node, name, image = "" }) =>
      portsOf(node).length > 0 && fails(bad, "networks.database", name) && roleOf(image) === "data",
  );
  const ports = closed.map(({ name }) => [{ key: ["services", name, "ports"], value: undefined }]);
  const publishes = ({ node, name }: View) =>
    portsOf(node).length > 0 && !closed.some((each) => each.name === name);
  return [...ports, ...fresh(seen, own, publishes), ...internal(seen, own, { bad, publishes })];
}

type Publishes = (view: View) => boolean;

/** Where the file has no networks at all, and a proxy: the two that every such file should have. */
function fresh(seen: Seen, own: readonly View[], publishes: Publishes): readonly Mend[] {
  const isBare = own.every(
    ({ node }) => networksOf(node) === undefined && get(node, "network_mode") === undefined,
  );
  const proxies = own.filter((view) => roleIn(view) === "proxy");
  const others = own.filter((view) => roleIn(view) !== "proxy");
  const alone = own.length === seen.services.length && get(seen.tree, "networks") === undefined;
  if (!isBare || !alone || proxies.length === 0 || others.some(publishes)) return [];
  const mend = [
    ...proxies.map(({ name }) => ({ key: ["services", name, "networks"], value: ["frontend", "internal"] })),
    ...others.map(({ name }) => ({ key: ["services", name, "networks"], value: ["internal"] })),
    { key: ["networks", "frontend"], value: {} },
    { key: ["networks", "internal", "internal"], value: true },
  ];
  return [mend];
}

function internal(
  seen: Seen,
  own: readonly View[],
  { bad, publishes }: { readonly bad: Bad; readonly publishes: Publishes },
): readonly Mend[] {
  return entriesOf(get(seen.tree, "networks"))
    .filter(([name, { value }]) => {
      const joined = own.filter(({ node }) => networksOf(node)?.some((each) => each.name === name));
      const isOpen = get(value, "internal") === undefined && !isTrue(get(value, "external"));
      return isOpen && fails(bad, "networks.internal", name) && !joined.some(publishes);
    })
    .map(([name]) => [{ key: ["networks", name, "internal"], value: true }]);
}
