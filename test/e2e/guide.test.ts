/** docs/guide.md on a hardened host: each check that it names holds there, and each command that it names ends well. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { statements } from "../guide.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";

describe.skipIf(!hasDocker())("the guide's statements on a hardened host", () => {
  let host: TestHost;
  let verdicts: ReadonlyMap<string, string>;
  const answers = new Map<string, string>();
  beforeAll(async () => {
    host = await startHost("debian13", "docker");
    const profile = profileFile(`extends: production\naccess: {from: [${host.controller}]}\n`);
    const args = [host.target("root"), "--profile", profile];
    const applied = await harden(host, ["apply", ...args, "--yes"]);
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    const { stdout } = await harden(host, ["verify", ...args, "--format", "json"]);
    const { checks } = JSON.parse(stdout)[0].value as { checks: { id: string; verdict: string }[] };
    verdicts = new Map(checks.map(({ id, verdict }) => [id, verdict]));
    for (const list of [["checklist"], ["verify", "--after-deploy"]]) {
      const done = await harden(host, [...list, ...args, "--format", "json"]);
      const { lines } = JSON.parse(done.stdout)[0].value as { lines: { id: string; verdict: string }[] };
      for (const { id, verdict } of lines) answers.set(id, verdict);
    }
  });
  afterAll(() => host?.remove());

  test.each(statements())("line $line: $says", async ({ checks, lines, commands }) => {
    // What a person attests, and what waits for updates or networks of one's own, is another suite's: gate.
    for (const id of lines) expect(answers.get(id), id).toBeDefined();
    // auditd needs a kernel of its own, certificates a certbot: not applicable here, and proven in their own suites.
    for (const id of checks) expect(["pass", "not applicable"], id).toContain(verdicts.get(id));
    for (const command of commands) {
      const { code, stdout, stderr } = await host.exec(command);
      expect(code, `${command}: ${stdout}${stderr}`).toBe(0);
    }
  });
});
