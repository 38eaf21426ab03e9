/** What matters on a host, and which layers guard it: if one fails, another should hold. Pure. */
import { type AssetName, assets } from "../checks/assets.ts";
import type { CheckRecord } from "../checks/check.ts";
import type { Layer } from "../checks/layers.ts";
import { isBad } from "./assess.ts";
import type { CheckReport } from "./report.ts";

export interface Asset {
  readonly asset: AssetName;
  readonly guards: readonly {
    readonly layer: Layer;
    readonly does: string;
    /** Of the checks that must hold: those that don't, or were not measured; empty where it guards. */
    readonly open: readonly string[];
  }[];
}

type Seen = Pick<CheckReport, "id" | "verdict">;

/** What is there, with the layers that could guard it: a layer of which nothing was applicable is left out. */
export function assetsOf(checks: readonly Seen[], records: readonly CheckRecord[]): readonly Asset[] {
  const applicable = checks.filter(({ verdict }) => verdict !== "not applicable");
  const of = (isPart: (record: CheckRecord) => boolean) => {
    const ids = new Set(records.filter(isPart).map(({ id }) => id));
    return applicable.filter(({ id }) => ids.has(id));
  };
  const isThere = ({ asset, ...kind }: (typeof assets)[number]) =>
    "always" in kind ||
    of(({ shows = [] }) => shows.includes(asset)).length > 0 ||
    of(({ finds = [] }) => finds.includes(asset)).some(isBad);
  return assets.filter(isThere).map(({ asset, guards }) => ({
    asset,
    guards: guards.flatMap(({ layer, does }) => {
      const own = of((record) => record.guards?.includes(`${asset}.${layer}`) === true);
      if (own.length === 0) return [];
      const open = new Set(own.filter(isBad).map(({ id }) => id));
      return [{ layer, does, open: [...open].sort() }];
    }),
  }));
}

export const guarding = ({ guards }: Asset): readonly Layer[] =>
  guards.filter(({ open }) => open.length === 0).map(({ layer }) => layer);
