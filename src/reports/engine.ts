/** What is said of a container engine, in every format. */
import type { Audited } from "../commands/audit.ts";
import type { Composed } from "../compose/judge.ts";
import { count } from "./paint.ts";

/** A host's result, or one of a file that was named beside it. */
export const isAudited = (value: Audited | Composed): value is Audited => "reach" in value;

const gib = 1024 ** 3;

export function engineText(engine: Audited["engine"]): string {
  switch (engine.state) {
    case "not applicable":
      return `containers: not applicable: ${engine.why}`;
    case "unasked":
      return `containers: not measured: ${engine.why}`;
    case "asked": {
      const { version, cores, memory } = engine;
      return `Docker ${version}, ${count(cores, "core")}, ${(memory / gib).toFixed(1)} GiB of memory`;
    }
  }
}
