/** All that the permissions control reads of a host. */
import { accounts, authorizedKeys } from "../../facts/accounts.ts";
import { type FileFact, stat } from "../../facts/files.ts";
import { hashCopies } from "../../facts/hash-copies.ts";
import { openHashes } from "../../facts/open-hashes.ts";
import type { Probe } from "../../facts/probe.ts";
import type { Visit } from "../../facts/sshd.ts";
import { worldWritable } from "../../facts/world-writable.ts";
import type { Seen } from "../../plan/control.ts";
import type { PermissionsParams } from "./params.ts";
import { copyFolders, openLists, targets } from "./targets.ts";

/** Always looked at: some thousand files at most. */
const always = "/etc";
/** A collection may take a minute. */
const seconds = { always: 5, asked: 45 };

const modes = Object.fromEntries(targets.map(({ path }) => [path, stat(path)])) as Readonly<
  Record<string, Probe<Omit<FileFact, "content">>>
>;

/** The paths that are looked at besides /etc. */
export const askedPaths = ({ worldWritable: { paths } }: PermissionsParams): readonly string[] => [
  ...new Set(paths.filter((path) => path !== always)),
];

export const permissionsProbes = (params: PermissionsParams, visit: Visit) => {
  const { fix } = params.worldWritable;
  const paths = askedPaths(params);
  return {
    ...modes,
    openHashes: openHashes(openLists.map(({ path }) => path)),
    hashCopies: hashCopies(copyFolders),
    accounts: accounts([visit.login, visit.planned]),
    keys: authorizedKeys(visit),
    etc: worldWritable([always], { seconds: seconds.always, deep: false }),
    // What is to be changed must be seen by the plan; what is only told, by those who tell.
    ...(paths.length === 0 ? {} : { asked: worldWritable(paths, { seconds: seconds.asked, deep: !fix }) }),
  };
};

export type PermissionsSeen = Seen<PermissionsParams, ReturnType<typeof permissionsProbes>>;
