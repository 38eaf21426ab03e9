import { defineConfig } from "vitest/config";
import { viteComposeSchema } from "./build/compose-schema.mjs";
import { viteTemplates } from "./build/templates.mjs";
import { Sequencer } from "./test/setup/sequencer.ts";

const everything = ["test/**/*.test.ts"];
/** No suite, but the work of `npm run chaos -- --resets N`, which sets the variable. */
const resets = process.env.HARDEN_CHAOS_RESETS === undefined ? [] : ["test/vm/resets.ts"];
const scratch = "test/setup/scratch.ts";
/** Suites wait more than they compute, for daemons and clocks: vitest's own one worker on two cores leaves one idle. */
const maxWorkers = Number(process.env.HARDEN_TEST_WORKERS ?? 3);
const elsewhere = ["test/host/**", "test/html/**", "test/e2e/**", "test/vm/**"];

export default defineConfig({
  plugins: [viteTemplates, viteComposeSchema],
  test: {
    sequence: { sequencer: Sequencer },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          // Pure modules are loaded once a worker, not once a file: half of the time.
          isolate: false,
          include: everything,
          exclude: elsewhere,
          globalSetup: scratch,
          maxWorkers,
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "host",
          include: ["test/host/**/*.test.ts"],
          globalSetup: scratch,
          maxWorkers,
          testTimeout: 300_000,
        },
      },
      {
        extends: true,
        test: {
          name: "html",
          include: ["test/html/**/*.test.ts"],
          globalSetup: scratch,
          maxWorkers: 1,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          // As for unit: each file would load the tool's own modules again, some seconds of processor time.
          isolate: false,
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: [scratch, "test/setup/docker.ts"],
          maxWorkers,
          sequence: { groupOrder: 1 },
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
      {
        extends: true,
        test: {
          name: "vm",
          include: ["test/vm/**/*.test.ts", ...resets],
          globalSetup: [scratch, "test/setup/vm.ts"],
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          testTimeout: 1_800_000,
          hookTimeout: 1_800_000,
        },
      },
    ],
  },
});
