/** What `harden explain` says of a check, a control or a code. */
import type { CheckRecord, Reference, Severity } from "../checks/check.ts";
import type { Layer } from "../checks/layers.ts";
import type { Parameter } from "../profile/jsonschema.ts";

/** What is left where it passes, and what would leave less. */
export type Passed = Pick<CheckRecord, "leavesOpen"> & { readonly stricter: string | undefined };

/** All that is known of one id. */
export interface Explanation {
  /** Of a check, or of the control itself. */
  readonly id: string;
  readonly title: string;
  readonly why: string;
  readonly control: string;
  /** Those that decide it; all of a control. */
  readonly parameters: readonly Parameter[];
  /** Of a check alone. */
  readonly check?: {
    readonly severity: Severity;
    readonly role: string;
    readonly references: readonly Reference[];
    readonly breaks: string | undefined;
    readonly look: string;
    /** Of a check of a host: what its verdict goes by, and why nothing that runs is asked, where that is so. */
    readonly reads?: { readonly from: string; readonly because: string | undefined };
    /** Of what can pass. */
    readonly passed?: Passed;
    /** Of the same, in an audit: what it takes of a full score where it fails alone, and the layer whose grade falls. */
    readonly weighs?: {
      readonly points: number;
      readonly layer: Layer;
      /** Of the layer's score, where that is more. */
      readonly ofLayer?: number;
      /** The checks that fail by the same cause. */
      readonly with?: readonly string[];
    };
  };
  /** Of a check of files: how to let it be. */
  readonly waive?: string;
  /** Of what is no check: what there is to do. */
  readonly next?: string;
  /** Of a control alone: the ids and titles of its checks. */
  readonly checks?: readonly { readonly id: string; readonly title: string }[];
}
