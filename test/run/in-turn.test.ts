import { expect, test } from "vitest";
import { each, inTurn } from "../../src/run/each.ts";

/** Runs `count` items and gives the most that were in work at one time. */
async function peak(count: number, atOnce?: number): Promise<number> {
  let [now, most] = [0, 0];
  const work = async () => {
    now++;
    most = Math.max(most, now);
    await new Promise((resolve) => setImmediate(resolve));
    now--;
  };
  await inTurn(Array.from({ length: count }, String), work, atOnce === undefined ? {} : { atOnce });
  return most;
}

test("ten hosts are in work at one time, or as many as are asked for", async () => {
  expect([await peak(25), await peak(25, 3), await peak(2, 3)]).toEqual([10, 3, 2]);
});

test("results stand in the order of the hosts, one that fails among them", async () => {
  const work = async (target: string) => {
    if (target === "b") throw new Error("no");
    return target.toUpperCase();
  };
  const report = await each(["a", "b", "c"], work, { atOnce: 2 });
  expect(report.map(({ target, ok }) => [target, ok])).toEqual([
    ["a", true],
    ["b", false],
    ["c", true],
  ]);
});
