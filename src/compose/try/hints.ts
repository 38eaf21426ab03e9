/** Which keys to look at, by what a service has said before it broke. Nothing is guessed of which line of the file it was. Pure. */
import type { ContainerSeen } from "./watch.ts";

interface Hint {
  readonly when: RegExp;
  readonly look: string;
}

/** The first that fits a line is what is said of it. */
const table: readonly Hint[] = [
  {
    when: /read-only file ?system|EROFS/i,
    look: "read_only: it writes to its root; a tmpfs or a volume where it does",
  },
  { when: /no space left on device|ENOSPC/i, look: "tmpfs: its size" },
  {
    when: /(set_?[ug]id|set_?groups|initgroups|setpriv|gosu|su-exec|setreuid|setresuid).*(not permitted|EPERM)/i,
    look: "cap_add: SETUID and SETGID, where it starts as root and steps down; or user",
  },
  {
    when: /(chown|changing ownership).*(not permitted|EPERM)/i,
    look: "cap_add: CHOWN; or user, so that it need not",
  },
  { when: /(chmod|changing permissions).*(not permitted|EPERM)/i, look: "cap_add: FOWNER; or user" },
  {
    when: /(bind|listen).*(permission denied|EACCES|\(13\b)/i,
    look: "cap_add: NET_BIND_SERVICE, or a port from 1024",
  },
  {
    when: /can(no|')t fork|fork.*(unavailable|EAGAIN)|pthread_create|unable to create .*thread|Resource temporarily unavailable/i,
    look: "pids",
  },
  { when: /out of memory|OutOfMemory|cannot allocate memory|ENOMEM/i, look: "memory" },
  {
    when: /permission denied|EACCES/i,
    look: "user, and whose the folders and files are that it wants; or cap_drop (DAC_OVERRIDE)",
  },
  {
    when: /operation not permitted|EPERM/i,
    look: "cap_drop, and what it needs of it as cap_add; or no-new-privileges",
  },
  {
    when: /ENOTFOUND|EAI_AGAIN|ENETUNREACH|name resolution|network is unreachable|no such host|could not resolve/i,
    look: "networks; a try reaches nothing but the project's own services",
  },
];

export function hintsOf({ outOfMemory }: Pick<ContainerSeen, "outOfMemory">, log: string): readonly string[] {
  const told = log.split("\n").flatMap((line) => table.find(({ when }) => when.test(line))?.look ?? []);
  return [...new Set([...(outOfMemory ? ["memory"] : []), ...told])];
}
