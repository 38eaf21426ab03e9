import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import type { Control } from "../src/controls/control.ts";
import { probeKey } from "../src/facts/probe.ts";
import { access, debian, fileOf } from "./controls/facts.ts";
import { pageBlock as block } from "./page.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

// Two folders deep in the tree, as src/controls is, so that the page's own imports hold.
mkdirSync(join(root, ".cache"), { recursive: true });
const folder = mkdtempSync(join(root, ".cache/adding-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("the page on adding a control has a control that works", async () => {
  writeFileSync(join(folder, "coredump.conf.hbs"), block("hbs"));
  const code = block("ts")
    .replace("../../templates/", `${folder}/`)
    .replaceAll('"../facts/', `"${root}src/facts/`)
    .replaceAll('"./', `"${root}src/controls/`);
  writeFileSync(join(folder, "coredumps.ts"), code);
  const { coredumps } = (await import(join(folder, "coredumps.ts"))) as { coredumps: Control };

  const params = coredumps.schema.parse({});
  const probes = coredumps.probes(params, access.visit);
  expect(Object.values(probes).map(probeKey)).toContain("file\0/etc/systemd/coredump.conf.d/zz-harden.conf");
  const input = (ours: string) => ({
    params,
    facts: { ours: fileOf(ours), main: fileOf("#Storage=external\n") },
    access,
    host: debian("13"),
  });
  const [claim] = coredumps.desired(input("") as never);
  expect(claim?.resource).toMatchObject({ kind: "file", mode: "0644" });
  const content =
    claim?.resource.kind === "file" && Buffer.isBuffer(claim.resource.content)
      ? claim.resource.content.toString()
      : "";
  expect(content).toMatch(/^Storage=none$/m);
  const [check] = coredumps.checks;
  expect(check?.test(input(content) as never)).toMatchObject({ verdict: "pass" });
  expect(check?.test(input("Storage=journal\n") as never)).toMatchObject({
    verdict: "fail",
    found: "journal",
  });
});
