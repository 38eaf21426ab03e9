/** A keyword of sshd that the profile may speak of: what it wants, what else is as good, and how it is checked. Pure. */
import type { RowHead } from "../../../checks/check.ts";
import type { Effective } from "../../../facts/sshd.ts";
import { references } from "../../references.ts";

import type { SshParams } from "../params.ts";
import type { Want } from "../want.ts";

/** What sshd on this host knows. */
export interface KnownKeywords {
  /** Before 8.7, `sshd -T` and sshd_config(5) know ChallengeResponseAuthentication. */
  readonly old: boolean;
  /** By its last `sshd -T`; undefined where there was none. */
  readonly effective: Effective | undefined;
}

export interface Keyword {
  /** As sshd_config(5) writes it. */
  readonly name: string | ((known: KnownKeywords) => string);
  readonly want: (params: SshParams) => Want | undefined;
  /** The keyword of `sshd -T` that tells whether this sshd has it; one that each sshd has needs none. */
  readonly knownBy?: string;
  readonly check: Omit<RowHead, "role" | "look">;
}

export const numbers = (cis12: string, cis13: string = cis12, anssi?: string) =>
  references({ cis12, cis13, ...(anssi === undefined ? {} : { anssi }) });

export const keyboardName = ({ old }: KnownKeywords) =>
  old ? "ChallengeResponseAuthentication" : "KbdInteractiveAuthentication";
