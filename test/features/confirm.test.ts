import { expect, test } from "vitest";
import { HardenError } from "../../src/errors.ts";
import { confirmCommand } from "../../src/features/confirm/work.ts";
import type { Ports } from "../../src/run/ports.ts";

test("where nobody gets in, it says what becomes of the run that waits", async () => {
  const connect = () => Promise.reject(new HardenError("connect", "web1 did not answer.", { hint: "Try." }));
  const ports = { connect, signal: new AbortController().signal } as unknown as Ports;
  const { report, status } = await confirmCommand(
    { targets: ["web1"], run: "r1", identityFiles: [], acceptNewHostKey: false },
    ports,
  );
  expect(status).toBe(1);
  expect(report).toMatchObject([
    {
      ok: false,
      error: { details: { hint: "Try.", hostState: expect.stringContaining("rolls back by itself") } },
    },
  ]);
});
