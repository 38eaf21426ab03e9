/** docs/guide.md on a hardened host: each check that it names holds there, and each command that it names ends well. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { statements } from "../guide.ts";
import { harden } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";

describe.skipIf(!hasDocker())("the guide's statements on a hardened host", () => {
  let host: TestHost;
  let verdicts: ReadonlyMap<string, string>;
  beforeAll(async () => {
    host = await startHost("debian13", "docker");
    const args = [host.target("root"), "--profile", "production"];
    const applied = await harden(host, ["apply", ...args, "--yes"]);
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    const { stdout } = await harden(host, ["verify", ...args, "--format", "json"]);
    const { checks } = JSON.parse(stdout)[0].value as { checks: { id: string; verdict: string }[] };
    verdicts = new Map(checks.map(({ id, verdict }) => [id, verdict]));
  });
  afterAll(() => host?.remove());

  test.each(statements().filter(({ isToCome }) => !isToCome))(
    "line $line: $says",
    async ({ checks, commands }) => {
      // auditd needs a kernel of its own, certificates a certbot: not applicable here, and proven in their own suites.
      for (const id of checks) expect(["pass", "not applicable"], id).toContain(verdicts.get(id));
      for (const command of commands) {
        const { code, stdout, stderr } = await host.exec(command);
        expect(code, `${command}: ${stdout}${stderr}`).toBe(0);
      }
    },
  );
});
