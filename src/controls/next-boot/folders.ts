/** The folders in which systemd looks, and globs below them. Pure. */

export const unitFolders = [
  ...["/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/generator.early"],
  ...[
    "/etc/systemd/system",
    "/etc/systemd/system.attached",
    "/run/systemd/system",
    "/run/systemd/system.attached",
  ],
  ...["/run/systemd/generator", "/usr/local/lib/systemd/system", "/usr/lib/systemd/system"],
  ...["/run/systemd/generator.late", "/etc/systemd/user", "/root/.config/systemd/user"],
];

export const below = (folders: readonly string[], pattern: string) =>
  folders.map((folder) => `${folder}/${pattern}`);
/** In each folder in which systemd looks for its settings. */
export const everywhere = (name: string) =>
  ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map((folder) => `${folder}/${name}`);
export const allBelow = (folders: readonly string[], patterns: readonly string[]) =>
  patterns.flatMap((pattern) => below(folders, pattern));
