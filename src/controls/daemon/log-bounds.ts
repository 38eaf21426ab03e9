/** How much of this disk the log of a container may take. Pure. */
import type { LoggedContainer } from "../../facts/docker.ts";

/** Drivers that keep to a size by themselves, or keep nothing on this disk. */
export const bounded: ReadonlySet<string> = new Set([
  ...["local", "journald", "none", "syslog", "fluentd", "gelf", "splunk", "awslogs", "gcplogs", "etwlogs"],
]);

/** Drivers that write files, with what these have where an option is missing; json-file has no bound then. */
const defaults: Readonly<Record<string, { readonly size?: string; readonly files: number }>> = {
  "json-file": { files: 1 },
  local: { size: "20m", files: 5 },
};

/** A whole disk of a small server has 20 to 40 GB: beyond half of that the disk is full before the bound counts. */
const mostBytes = 20e9;

const factors: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12, p: 1e15 };

/** As Docker reads it (go-units, FromHumanSize): `10m`, `1.5 GB`; undefined for what it takes for no bound. */
function bytesOf(size: string): number | undefined {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?|\.\d+) ?([kmgtp]?)(?:i?b)?$/i.exec(size) ?? [];
  return number === undefined ? undefined : Number(number) * factors[unit.toLowerCase()]!;
}

/** What is wrong with it, as the end of a sentence; undefined where it keeps to a size. */
export function loose({ driver, options }: LoggedContainer["log"]): string | undefined {
  const usual = defaults[driver];
  if (usual === undefined) return bounded.has(driver) ? undefined : "without a bound";
  const size = options["max-size"] ?? usual.size;
  const bytes = size === undefined ? undefined : bytesOf(size);
  if (bytes === undefined) return "without a bound";
  const files = Number(options["max-file"] ?? usual.files);
  return bytes * files <= mostBytes
    ? undefined
    : `up to ${files} × ${size}, more than ${mostBytes / 1e9} GB, which is as good as no bound`;
}
