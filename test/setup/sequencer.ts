import { BaseSequencer, type TestSpecification } from "vitest/node";

/** They take longer than their size says: begun last, they are what everything else is waited for. */
const long = [
  "host/crash",
  "transports/hostile-host",
  "e2e/packages",
  "e2e/link",
  "e2e/chaos",
  "e2e/scenarios",
];

/** Vitest's own order, the largest files first, but for those: each with two others beside it, for they wait more than they compute. */
export class Sequencer extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      long.some((name) => moduleId.endsWith(`/test/${name}.test.ts`));
    const sorted = await super.sort(specifications);
    const [first, others] = [sorted.filter(isLong), sorted.filter((one) => !isLong(one))];
    return [
      ...first.flatMap((one, index) => [one, ...others.slice(2 * index, 2 * index + 2)]),
      ...others.slice(2 * first.length),
    ];
  }
}
