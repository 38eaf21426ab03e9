/** What a control wants of a host: a resource with whose it is, and why. */
import type { FileResource } from "../kinds/file.ts";
import type { Resource } from "../kinds/index.ts";
import type { Draft, Effect } from "../kinds/kind.ts";
import type { PackageResource } from "../kinds/package.ts";
import type { ServiceResource } from "../kinds/service.ts";

export interface Claim {
  readonly control: string;
  readonly resource: Resource;
  readonly reason: string;
  /** For files: what a change disturbs, as the plan shows it. */
  readonly effect?: Effect;
  readonly details?: Draft<unknown>["details"];
}

/** Claims in the name of a control. */
export const claimsOf =
  (control: string) =>
  <R extends Resource>(reason: string, resource: R) =>
    ({ control, reason, resource }) satisfies Claim;

/** A file of root's that others may read, unless it says otherwise. */
export const rootFile = (
  path: string,
  content: FileResource["content"],
  more: Partial<FileResource> = {},
): FileResource => ({
  kind: "file",
  path,
  content,
  mode: "0644",
  owner: "root",
  group: "root",
  ...more,
});

/** A package of the distribution's, and what it brings. */
export const debian = (name: string, brings: string): PackageResource => ({ kind: "package", name, brings });

type More = Partial<Omit<ServiceResource, "stale">> & { readonly stale?: string | undefined };

/** A service that runs, and again after a reboot. */
export const daemon = (unit: string, { stale, ...more }: More = {}): ServiceResource => ({
  kind: "service",
  unit,
  enabled: true,
  active: true,
  on: [],
  how: "restart",
  ...more,
  ...(stale === undefined ? {} : { stale }),
});
