import { defineConfig } from "vitest/config";

const everything = ["test/**/*.test.ts"];
const onHosts = ["test/host/**", "test/e2e/**", "test/vm/**"];

export default defineConfig({
  test: {
    projects: [
      { test: { name: "unit", include: everything, exclude: onHosts } },
      { test: { name: "host", include: ["test/host/**/*.test.ts"], testTimeout: 60_000 } },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: "test/setup/docker.ts",
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "vm",
          include: ["test/vm/**/*.test.ts"],
          globalSetup: "test/setup/vm.ts",
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          testTimeout: 300_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
