/** Hard resets at random moments, on demand: `npm run chaos -- --resets N --seed N`. */
import { expect, test } from "vitest";
import { rounds } from "../e2e/chaos/round.ts";
import { hasVm, startVm } from "../e2e/vm.ts";

const count = Number(process.env.HARDEN_CHAOS_RESETS);
const seed = Number(process.env.HARDEN_CHAOS_SEED);

test("a machine that is reset at random moments: all or nothing, and the status says which", {
  timeout: 600_000 + count * 600_000,
}, async () => {
  expect(hasVm(), "there is a virtual machine here").toBe(true);
  const vm = await startVm("debian13");
  try {
    const field = { host: vm, target: vm.target("root"), profile: "production", confirmTimeout: 90 };
    await rounds(field, { count, seed, faults: { "the machine is reset": () => vm.reset() } });
  } finally {
    await vm.remove();
  }
});
