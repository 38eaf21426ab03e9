/** What `ansible-inventory --list` says, as hosts and groups of a project. Variables are not taken over. Pure. */
import { localTarget } from "../targets.ts";
import { parseTarget } from "../transports/target.ts";
import { groupForm, hostForm } from "./schema.ts";

export interface InventoryHost {
  /** As Ansible calls it. */
  readonly name: string;
  /** As ssh knows it. */
  readonly target: string;
  /** Those of the groups around its own first: what is said of the inner ones counts more. */
  readonly groups: readonly string[];
}

export interface AnsibleInventory {
  readonly hosts: readonly InventoryHost[];
  readonly groups: readonly string[];
  /** What can't be in a project file: a name, and why, each. */
  readonly wrong: readonly string[];
  /** Of all hosts: variables that say nothing of the way there, such as `ansible_become`. */
  readonly left: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const own = (fields: Fields, name: string) => (Object.hasOwn(fields, name) ? fields[name] : undefined);
const textsIn = (value: unknown) =>
  Array.isArray(value) ? value.filter((each) => typeof each === "string") : [];

/** In every inventory. */
const everyone: ReadonlySet<string> = new Set(["all", "ungrouped"]);

/** Undefined where the text is no answer of ansible-inventory. */
export function parseInventory(text: string): AnsibleInventory | undefined {
  const root = jsonOf(text);
  if (root === undefined || !Object.hasOwn(root, "_meta")) return undefined;
  const variables = fieldsOf(own(fieldsOf(own(root, "_meta")), "hostvars"));
  const named = Object.keys(root).filter((name) => name !== "_meta");
  const direct = (name: string) => textsIn(own(fieldsOf(own(root, name)), "hosts"));
  const children = (name: string) => textsIn(own(fieldsOf(own(root, name)), "children"));
  const { depths, members } = flattened(named, direct, children);
  const groups = named
    .filter((name) => !everyone.has(name))
    .sort((a, b) => depths.get(a)! - depths.get(b)! || (a < b ? -1 : 1));
  const names = [...new Set([...Object.keys(variables), ...named.flatMap(direct)])].sort();
  const hosts = names.map((name) => ({
    name,
    target: targetOf(name, fieldsOf(own(variables, name))),
    groups: groups.filter((group) => members.get(group)!.has(name)),
  }));
  return { hosts, groups, wrong: [...faults(hosts), ...groups.flatMap(groupFault)], left: leftIn(variables) };
}

function jsonOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Fields)
      : undefined;
  } catch {
    return undefined;
  }
}

type Of = (name: string) => readonly string[];

/** Hosts of each group with those of all below it, and how deep it lies; a circle, which Ansible refuses, ends. */
function flattened(names: readonly string[], direct: Of, children: Of) {
  const depths = new Map(names.map((name) => [name, 0]));
  const members = new Map(names.map((name) => [name, new Set(direct(name))]));
  for (let round = 0, changed = true; changed && round < names.length; round++) {
    changed = false;
    for (const name of names)
      for (const child of children(name)) {
        if (!members.has(child)) continue;
        const before = members.get(name)!.size;
        for (const host of members.get(child)!) members.get(name)!.add(host);
        const depth = Math.max(depths.get(child)!, depths.get(name)! + 1);
        changed ||= members.get(name)!.size > before || depth > depths.get(child)!;
        depths.set(child, depth);
      }
  }
  return { depths, members };
}

/** The variables of the way to a host, with the names that they had before Ansible 2. */
const way = {
  host: ["ansible_host", "ansible_ssh_host"],
  port: ["ansible_port", "ansible_ssh_port"],
  user: ["ansible_user", "ansible_ssh_user"],
} as const;

/** `user@host:port`, of which only the host must be. */
function targetOf(name: string, variables: Fields): string {
  if (own(variables, "ansible_connection") === "local") return localTarget;
  const said = ([now, before]: readonly [string, string]) => own(variables, now) ?? own(variables, before);
  const [host = name, port, user] = [said(way.host), said(way.port), said(way.user)];
  const place = port !== undefined && String(host).includes(":") ? `[${host}]` : String(host);
  return `${user === undefined ? "" : `${user}@`}${place}${port === undefined ? "" : `:${port}`}`;
}

function faults(hosts: readonly InventoryHost[]): readonly string[] {
  const byTarget = new Map<string, string>();
  return hosts.flatMap(({ name, target }) => {
    const first = byTarget.get(target);
    byTarget.set(target, first ?? name);
    const same = first === undefined ? undefined : `it is ${target}, as ${first} is`;
    const why = targetFault(target) ?? same;
    return why === undefined ? [] : [`${JSON.stringify(name)}: ${why}`];
  });
}

function targetFault(target: string): string | undefined {
  if (target.includes("{{")) return `${target} is a template, which only a playbook fills in`;
  if (!hostForm.test(target)) return `${JSON.stringify(target)} is no host as ssh knows it`;
  if (target === localTarget) return undefined;
  try {
    parseTarget(target);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/\.$/, "");
  }
}

const groupFault = (name: string) =>
  groupForm.test(name) ? [] : [`the group ${JSON.stringify(name)}: letters, digits, _ . - only`];

function leftIn(variables: Fields): readonly string[] {
  const known: ReadonlySet<string> = new Set([...Object.values(way).flat(), "ansible_connection"]);
  const all = Object.values(variables).flatMap((each) => Object.keys(fieldsOf(each)));
  return [...new Set(all)].filter((name) => !known.has(name)).sort();
}
