/** What is known of the checks of what others than root bring in, or read past the modes of files. */
import { references } from "../references.ts";
import type { Head } from "./head.ts";
import type { KindName } from "./kind-names.ts";

export const filesHeads = {
  "package-sources": {
    title: "apt installs only what a known key has signed",
    severity: "high",
    why: "A package's scripts run as root: whoever answers in the place of an unsigned source is root at the next update.",
    look: "grep -riE 'trusted|allow-' /etc/apt/sources.list /etc/apt/sources.list.d; apt-config dump | grep -iE 'Allow|Verify-'",
    stricter:
      "`Signed-By` with one key for each source, and a mirror of your own: a package comes after you have let it in.",
    leavesOpen:
      "Whoever has a key that a source trusts signs what they like, and so does another package manager (pip, npm, snap, flatpak).",
    references: references({ cis12: "1.2.1.1", anssi: "R59" }),
    reads: { only: ["file"], because: "apt reads its sources and its configuration anew at each run." },
  },
  "raw-access": {
    title: "Only root reads disks, memory, swap and host keys",
    severity: "high",
    why: "Whoever reads a disk or the memory past its files reads each password and key, and whoever writes to it is root.",
    look: "find / -xdev '(' -type b -o -type c ')' -ls; cat /proc/swaps; find / -xdev -name 'ssh_host_*' -ls",
    stricter: "Mount all but /dev with nodev, and encrypt the swap: hibernation needs a key of its own then.",
    leavesOpen:
      "Private keys under other names that are no host's, copies in archives, and folders that only root can enter are not looked through.",
    references: references({ anssi: "R50" }),
    reads: { only: ["file"], because: "The kernel goes by the file itself at each opening." },
  },
} satisfies Partial<Record<KindName, Head>>;
