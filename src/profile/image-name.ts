/** Names of images, as compose files and containers have them. Pure. */

export interface ImageName {
  /** Without registry, tag and digest; Docker Hub's `library/` is left out. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

export function parseImage(text: string): ImageName {
  const [name = "", digest] = text.split("@");
  const [, path = "", tag] = /^(.*?)(?::([^:/]*))?$/.exec(name) ?? [];
  const parts = path.split("/");
  const hasRegistry = parts.length > 1 && (/[.:]/.test(parts[0]!) || parts[0] === "localhost");
  const repository = (hasRegistry ? parts.slice(1) : parts).join("/").replace(/^library\//, "");
  return { repository, tag: tag || undefined, digest };
}
