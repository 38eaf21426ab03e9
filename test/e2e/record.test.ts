import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { controls } from "../../src/controls/index.ts";
import { probeKey } from "../../src/facts/probe.ts";
import { parseRecorded, serializeRecorded } from "../../src/facts/recorded.ts";
import { probesOf } from "../../src/run/gather.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { recordOf } from "./recorded.ts";

/** Recorded anew with UPDATE_HOSTS=1; otherwise the recording must still answer every probe that there is today. */
const update = process.env.UPDATE_HOSTS === "1";

/** Into a package's own unit. What a drop-in says is read, to judge it. */
async function givePassword(host: TestHost) {
  const unit = "/usr/lib/systemd/system/ufw.service";
  const { stdout } = await host.exec(`sed -i '/^\\[Service\\]/a Environment=A_TOKEN=never-leaves' ${unit}
    systemctl daemon-reload; systemctl show -p Environment ufw.service`);
  expect(stdout).toContain("never-leaves");
}

describe.skipIf(!hasDocker()).each(bothDistros)("the recorded %s", (distro) => {
  it("answers each probe that the real one answers", { timeout: 400_000 }, async () => {
    const file = fileURLToPath(new URL(`../fixtures/hosts/${distro}.json`, import.meta.url));
    const host = await startHost(distro, "full");
    try {
      if (!update) await givePassword(host);
      const managed = controls.map((control) => ({
        control,
        params: control.schema.parse({}),
        mode: "apply" as const,
      }));
      const profile = { access: { from: ["0.0.0.0/0", "::/0"] } } as never;
      const { identity, facts } = await recordOf(host, managed, profile);
      expect([...facts].flatMap(([key, { data }]) => (data.includes("never-leaves") ? [key] : []))).toEqual(
        [],
      );
      if (update) {
        mkdirSync(new URL(".", new URL(`file://${file}`)), { recursive: true });
        writeFileSync(file, serializeRecorded({ identity, facts }));
      }
      const recorded = parseRecorded(readFileSync(file, "utf8"));
      const asked = probesOf(managed, { profile, transport: recorded as never, depth: "whole" }).map(
        probeKey,
      );
      expect(asked.filter((key) => !recorded.facts.has(key))).toEqual([]);
    } finally {
      await host.remove();
    }
  });
});
