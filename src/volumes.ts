/** Paths of the host that a volume of the engine's local driver is, by the options that mount(8) gets. Pure. */
import { posix } from "node:path";

/** By file system: what the kernel shows of the whole host. */
export const kernelFolders: Readonly<Record<string, readonly string[]>> = {
  proc: ["/proc"],
  sysfs: ["/sys"],
  devtmpfs: ["/dev"],
  securityfs: ["/sys/kernel/security"],
  debugfs: ["/sys/kernel/debug"],
  tracefs: ["/sys/kernel/tracing"],
  configfs: ["/sys/kernel/config"],
  cgroup: ["/sys/fs/cgroup"],
  cgroup2: ["/sys/fs/cgroup"],
  bpf: ["/sys/fs/bpf"],
  efivarfs: ["/sys/firmware/efi/efivars"],
};

/** The folders of an overlay; the engine mounts it from `/`. */
export const layersIn = (options: string): readonly string[] =>
  options
    .split(/(?<!\\),/)
    .flatMap((option) => /^(?:lowerdir\+?|datadir\+|upperdir|workdir)=(.+)/s.exec(option)?.[1] ?? [])
    .flatMap((paths) => paths.split(/(?<!\\):/))
    .filter((path) => path !== "")
    .map((path) => posix.join("/", path.replace(/\\(.)/g, "$1")));
