/** A project as data for people: each host with what is said of it, and where that was written. Pure. */
import { at, type Origin } from "../profile/tree.ts";
import { assignedTo, type Project } from "./project.ts";

export interface ShownHost {
  readonly host: string;
  readonly groups: readonly string[];
  readonly profile: { readonly name: string; readonly origin: Origin | "default" };
  /** Where sections are written over the profile, the later over the earlier. */
  readonly values: readonly Origin[];
  readonly origin: Origin;
}

export interface ShownProject {
  /** As people see it. */
  readonly file: string;
  readonly hosts: readonly ShownHost[];
}

export function showProject(project: Project, hosts: readonly string[]): ShownProject {
  const shown = hosts.flatMap((host): readonly ShownHost[] => {
    const assigned = assignedTo(project, host);
    if (assigned === undefined) return [];
    const { name, origin = "default", layers } = assigned;
    const map = at(project.tree, ["hosts"]);
    const key = map?.kind === "map" ? map.entries.get(host)?.keys.at(-1) : undefined;
    const written = key ?? project.tree.origin;
    const { groups } = project.values.hosts[host]!;
    const values = layers.map((layer) => layer.origin);
    return [{ host, groups, profile: { name, origin }, values, origin: written }];
  });
  return { file: project.file, hosts: shown };
}
