/** What sshd lets in by beside the files of keys: authorities of certificates, and commands that say which keys count. */
import { type InventoryList, listsOf } from "./inventory.ts";
import type { Probe } from "./probe.ts";
import { type Visit, words } from "./sshd.ts";

/** `source`: where, keyword and value. `authority`: file of TrustedUserCAKeys, and a key in it. */
export type KeySourcesFact = Readonly<Record<"source" | "authority", InventoryList>>;

/** Root only; see `host/collect/key-sources.sh`. Nothing is run: of a command its line is told. */
export const keySources = (visit: Visit): Probe<KeySourcesFact> => ({
  collector: "key_sources",
  args: words(visit),
  deep: true,
  parse: (data) => listsOf(["source", "authority"], data, "the answer was cut off"),
});
