/** Checks of what a host has several of: services of a compose file, containers, ports, parts of a cloud. Pure. */
import type { Origin } from "../profile/tree.ts";
import {
  type Check,
  type CheckRecord,
  type Group,
  inGroup,
  type Role,
  type Row,
  type Verdict,
} from "./check.ts";

/** What one check gives of one object. */
export interface ObjectResult {
  readonly object: string;
  /** Left out of what stands in no file. */
  readonly at?: Origin;
  readonly verdict: Exclude<Verdict, "until the next boot">;
  readonly found: string;
  readonly remedy?: string;
}

export interface ObjectCheck<Subject> extends Check<Subject, readonly ObjectResult[]> {
  readonly role: Exclude<Role, "proof">;
  readonly expected: string;
}

/** The concerns of these checks, the first word of each id. */
const groups = {
  auth: { layer: "application", criteria: ["CC6.1"] },
  cloud: { layer: "network", criteria: ["CC6.6"] },
  containers: { layer: "runtime", criteria: ["CC6.1"] },
  exposure: { layer: "network", criteria: ["CC6.6"] },
  images: { layer: "application", criteria: ["CC8.1"] },
  networks: { layer: "network", criteria: ["CC6.6"] },
  secrets: { layer: "application", criteria: ["CC6.1"] },
  tls: { layer: "network", criteria: ["CC6.7"] },
} as const satisfies Readonly<Record<string, Group>>;

type GroupName = keyof typeof groups;

/** An object check as its module writes it. */
export type ObjectRow<C extends ObjectCheck<never>> = Omit<Row<C>, "id" | "role"> & {
  readonly id: `${GroupName}.${string}`;
  /** An audit, unless it says otherwise. */
  readonly role?: C["role"];
};

/** The check that a row stands for. */
export const objectCheck = <C extends ObjectCheck<never>>(row: ObjectRow<C>): C =>
  inGroup(groups[groupOf(row.id) as GroupName], {
    role: "audit",
    ...row,
  } as Row<CheckRecord>) as unknown as C;

/** The first word of a check's id: its control, or its concern. */
export const groupOf = (id: string): string => id.split(".")[0]!;

/** One thing that a check found wrong. */
export interface Fault {
  readonly at?: Origin;
  /** Which one, where an object can have several; never a secret. */
  readonly what?: string;
  readonly found: string;
  readonly remedy: string;
  /** It could not be told. */
  readonly unknown?: true;
}

export const resultOf = (name: string, { what, unknown, ...rest }: Fault): ObjectResult => ({
  ...rest,
  object: what === undefined ? name : `${name} ${what}`,
  verdict: unknown ? "error" : "fail",
});
