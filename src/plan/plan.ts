/** The plan: data that is printed, saved, reviewed, and handed to the host runtime as it is. */
import type { Finding } from "../checks/finding.ts";
import type { FolderIds } from "../facts/folders.ts";
import type { HostFacts } from "../facts/host.ts";
import type { RunFact } from "../facts/runs.ts";
import type { Step } from "../kinds/index.ts";
import type { Draft } from "../kinds/kind.ts";

export interface Change extends Draft<Step> {
  /** `CONTROL/KIND:NAME`, such as `ssh/file:/etc/ssh/sshd_config.d/00-harden.conf`. Unique in a plan. */
  readonly address: string;
  readonly control: string;
  readonly kind: string;
  readonly reason: string;
}

export interface ProfileFacts {
  readonly name: string;
  /** From where it was read, as people see it, or `packaged`; left out where there is no file, as for a rollback. */
  readonly file?: string;
  readonly digest: string;
  readonly commit?: string;
  readonly dirty?: boolean;
}

export interface Plan {
  readonly version: 1;
  readonly tool: string; // harden's version
  readonly target: string; // as the user wrote it
  readonly host: HostFacts;
  readonly hostKey?: string; // SHA256:… of the host key that the facts came over
  readonly profile: ProfileFacts;
  /** Of the folders that lead to what is changed: `DEVICE:INODE` by path. */
  readonly folders?: FolderIds;
  readonly changes: readonly Change[]; // in the order of application
  readonly findings: readonly Finding[];
}

/** What a rollback would do. Its `profile` is that of the run that was named. */
export interface UndoPlan extends Plan {
  /** Newest first. */
  readonly undoes: readonly RunFact[];
}
