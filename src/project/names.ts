/** What a host and its profile are called in a project. Pure. */
import { isName } from "../profile/search.ts";
import { localTarget } from "../targets.ts";
import { parseTarget } from "../transports/target.ts";

/** The key of a host: its target without what is only spelling. Throws HardenError `usage` for what is no target. */
export function hostKey(target: string): string {
  if (target === localTarget) return target;
  parseTarget(target);
  return target.replace(/^ssh:\/\//, "").replace(/\/$/, "");
}

/** A profile's name by the alias of the host, else by what the host calls itself, which may be anything. */
export function profileNameOf(target: string, hostname: string): string {
  const alias = target === localTarget ? "" : parseTarget(target).host;
  const isAddress = /^[\d.]+$|:/.test(alias);
  return plain(isAddress ? "" : alias) ?? plain(hostname) ?? "host";
}

/** In letters that a profile's name may have. */
function plain(text: string): string | undefined {
  const name = text
    .replace(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/\.ya?ml$/i, "")
    .replace(/^[.-]+|[.-]+$/g, "")
    .slice(0, 48);
  return isName(name) ? name : undefined;
}

/** The name, or the first with an ending that nobody has. */
export function freeName(name: string, taken: readonly string[]): string {
  if (!taken.includes(name)) return name;
  for (let count = 1; ; count++) {
    const other = `${name}-host${count === 1 ? "" : count}`;
    if (!taken.includes(other)) return other;
  }
}
