import { expect, test } from "vitest";
import { uninstallCommand } from "../../src/features/uninstall/work.ts";

test("an uninstall that somebody declines is status 1, and no host is asked", async () => {
  const ports = { ask: async () => false } as never;
  const options = { targets: ["web1"], identityFiles: [], acceptNewHostKey: false };
  expect(await uninstallCommand(options, ports)).toEqual({
    status: 1,
    report: [{ target: "web1", ok: true, value: "declined", verdict: "declined", status: 1 }],
  });
});
