/** Mode and owner as a person reads them. Pure. */

/** `0644 root:root`. */
export const modeText = (of: { mode: string; owner: string; group: string }) =>
  `${of.mode} ${of.owner}:${of.group}`;

/** The same of the host's words: `file SHA256 MODE OWNER GROUP`; undefined for what isn't there. */
export function modeIn(words: string): string | undefined {
  const [, , mode, owner = "", group = ""] = words.split(" ");
  return mode === undefined ? undefined : modeText({ mode, owner, group });
}

/** Of two such texts what differs: `mode 0644 → 0600`, `owner root:root → root:adm`, or both. */
export function modeChange(before: string, after: string): string {
  const [mode, owner] = before.split(" ");
  const [toMode, toOwner] = after.split(" ");
  return [
    ...(mode === toMode ? [] : [`mode ${mode} → ${toMode}`]),
    ...(owner === toOwner ? [] : [`owner ${owner} → ${toOwner}`]),
  ].join(", ");
}

/** A change's line: `/etc/shadow mode 0644 → 0640, owner root:root → root:shadow`. */
export const modeLine = (
  { before = "", after = "" }: { readonly before?: string; readonly after?: string },
  path: string,
) => [path, modeChange(before, after)].filter(Boolean).join(" ");
