/** What listens for others than the host itself, by program, and every ssh server among it beside the main one. */
import { type InventoryList, listsOf } from "./inventory.ts";
import type { Probe } from "./probe.ts";

/** `asked`: listening ports whose program is not known, as far as they could not be asked whether they are ssh servers. */
export type SshServersFact = Readonly<Record<"listener" | "ssh" | "asked", InventoryList>>;

/** Root only; see `host/collect/ssh-servers.sh`. */
export const sshServers: Probe<SshServersFact> = {
  collector: "ssh_servers",
  args: [],
  deep: "settled",
  parse: (data) => listsOf(["listener", "ssh", "asked"], data, "the answer was cut off"),
};
