/** Probe of a service's stack of PAM: its file, and all that its account lines include. */
import { innerFrames } from "./frames.ts";
import type { Probe } from "./probe.ts";

export interface PamFile {
  /** As PAM calls it: a name below /etc/pam.d, or a path. */
  readonly name: string;
  readonly content: string;
}

/** The service's own file comes first. */
export const pamFiles = (service: string): Probe<readonly PamFile[]> => ({
  collector: "pam_files",
  args: [service],
  parse: (data) =>
    innerFrames(data).map(({ rest, content }) => ({ name: rest, content: content.toString("latin1") })),
});
