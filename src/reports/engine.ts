/** What is said of a container engine, in every format. */
import type { Audited } from "../results/audited.ts";
import { count } from "./paint.ts";

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
