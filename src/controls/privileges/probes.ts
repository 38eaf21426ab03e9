/** All that the privileges control reads of a host. */
import { authorizedKeys } from "../../facts/accounts.ts";
import { emptyHashes } from "../../facts/empty-hashes.ts";
import { inventory } from "../../facts/inventory.ts";
import { keySources } from "../../facts/key-sources.ts";
import { manifestRows } from "../../facts/manifest.ts";
import type { Probe } from "../../facts/probe.ts";
import { sshServers } from "../../facts/ssh-servers.ts";
import type { Visit } from "../../facts/sshd.ts";
import type { Seen } from "../../plan/control.ts";
import type { PrivilegesParams } from "./params.ts";

/** The paths of files that harden's own runs have made or changed. */
const ownFiles: Probe<ReadonlySet<string>> = {
  collector: "owned",
  args: [],
  parse: (data) =>
    new Set(
      manifestRows(data).flatMap(({ address }) => {
        const path = /(?:^|\/)(?:file|edit|mode):(\/[^#]*)/.exec(address)?.[1];
        return path === undefined ? [] : [path];
      }),
    ),
};

export const privilegesProbes = ({ seconds }: PrivilegesParams, visit: Visit) => ({
  inventory: inventory(seconds),
  emptyHashes,
  keys: authorizedKeys(visit),
  keySources: keySources(visit),
  ownFiles,
  sshServers,
});

export type PrivilegesSeen = Seen<PrivilegesParams, ReturnType<typeof privilegesProbes>>;
