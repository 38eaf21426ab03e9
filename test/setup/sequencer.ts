import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They take longer than their size says: begun last, they are what everything else is waited for. */
const long = [
  "host/crash",
  "transports/hostile-host",
  "e2e/chaos",
  "e2e/packages",
  "e2e/link",
  "e2e/scenarios",
];

/** Vitest's own order, the largest files first, but for those. */
export class Sequencer extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      long.some((name) => moduleId.endsWith(`/test/${name}.test.ts`));
    const sorted = await super.sort(specifications);
    return [...sorted.filter(isLong), ...sorted.filter((one) => !isLong(one))];
  }
}
