/** Probe of the account lines of PAM's files. */
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

export interface PamLine {
  /** `/etc/pam.d/sshd:12`. */
  readonly place: string;
  /** One line, also where the file continues it on the next. */
  readonly text: string;
}

/** Lines by the path of their file; a file without any has an empty list. */
export type PamFiles = ReadonlyMap<string, readonly PamLine[]>;

/** Where PAM looks for the file of a service, the first one first; see pam.d(5). */
export const pamFolders = ["/etc/pam.d", "/usr/lib/pam.d"];

export const pamAccounts: Probe<PamFiles> = {
  collector: "pam_accounts",
  args: pamFolders,
  parse: (data) => {
    const files = new Map<string, PamLine[]>();
    for (const line of linesOf(data)) {
      const [place = "", text] = line.split(/\t(.*)/);
      if (text === undefined) files.set(place, []);
      else files.get(place.replace(/:\d+$/, ""))?.push({ place, text: text.trim() });
    }
    return files;
  },
};
