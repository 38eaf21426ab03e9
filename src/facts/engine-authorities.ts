/** The certificate authorities whose clients dockerd lets in by TLS: deep, as a plan does not need them. */
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

/** A file of them. */
export interface Authorities {
  readonly path: string;
  /** How many certificates are in it. */
  readonly count: number;
  /** One of them comes with the system: it is nobody's own. */
  readonly isPublic: boolean;
}

/** Of each file that dockerd is started with, or has by itself. The same states as those of the engine. */
export const engineAuthorities: Probe<readonly Authorities[]> = {
  collector: "engine_authorities",
  args: [],
  deep: true,
  parse: (data) => {
    const lines = linesOf(data);
    if (lines.at(-1) !== "end") throw new Error("the answer is cut off");
    return lines.slice(0, -1).map((line) => {
      const [, count, isPublic, path = ""] = /^(\d+) (public|-) (\/.*)$/.exec(line) ?? [];
      if (count === undefined) throw new Error("a line of the answer is not understood");
      return { path, count: Number(count), isPublic: isPublic === "public" };
    });
  },
};
