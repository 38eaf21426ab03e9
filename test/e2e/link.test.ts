import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { drawTests, sampleRows } from "../setup/sample.ts";
import { expectPristine, moments, outcome, start, times, untilHost, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { applyInside, type Hooks, inside } from "./inside.ts";
import { startLink, type TestLink } from "./link.ts";
import { state } from "./state.ts";

const profile = profileFile("ssh: {}\nsysctl: {}\nfirewall: {rules: [{port: 80, protocol: tcp}]}\n");

describe.skipIf(!hasDocker())("a link that is cut", { timeout: 240_000 }, () => {
  let host: TestHost;
  let link: TestLink;
  let pristine: readonly string[];
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    pristine = await state(host.exec);
  });
  afterAll(() => host?.remove());
  beforeEach(async () => {
    link = await startLink(host);
  });
  afterEach(() => link.close());

  const apply = () =>
    start(host, ["apply", link.alias, "--profile", profile, "--yes", "--confirm-timeout", "10"]);

  /** The host has undone the run by itself, the tool has seen it, and a new login works. */
  const expectRolledBack = async (said: string, code: number | null) => {
    expect(said).toMatch(/rolled back \(run [\w-]+\): .*The host is as it was before\./);
    expect(code, said).toBe(4);
    expect(said).not.toMatch(/Warning:/);
    await untilSettled(host);
    expect(await outcome(host)).toMatch(/^rolled-back clean (timeout|asked)/);
    await expectPristine(host, pristine);
    const plan = await harden(host, ["plan", link.alias, "--profile", profile]);
    expect(plan, plan.stderr).toMatchObject({ code: 0 });
  };

  it.each(sampleRows("moments of a cut link", moments, 2, ([when]) => when))(
    "%s, and comes back: the host has rolled back at the time-out, which is seen",
    async (_when, point) => {
      const run = apply();
      await run.until(point);
      link.cut();
      await run.until(/no link: the host rolls back by itself in \d+ s/);
      link.mend();
      const { code, said } = await run.ended;
      await expectRolledBack(said, code);
      expect(await outcome(host)).toBe("rolled-back clean timeout");
      expect(link.count(), "logins are few").toBeLessThanOrEqual(6);
    },
  );

  /** An apply in this process, with the link cut where the hooks say. */
  const applyCut = async (hooks: Hooks) => {
    const tool = inside(host, hooks);
    const ended = await applyInside(tool, { target: link.alias, profile, confirmTimeout: 10 });
    return { ...ended, said: tool.said() };
  };

  drawTests("cuts of a link", 4, {
    "during the proof, and comes back: rolled back": async () => {
      // Beyond the handshake, in mid-flight of the facts.
      let facts = false;
      link.after(2, 12_000, () => {
        facts = true;
        link.cut();
      });
      const run = apply();
      await run.until(/no link: the host rolls back by itself in \d+ s/);
      expect(facts).toBe(true);
      link.mend();
      const { code, said } = await run.ended;
      await expectRolledBack(said, code);
    },

    "during the confirm: the run is confirmed whole, which is seen when the link comes back": async () => {
      const run = apply();
      await run.until(/: armed/);
      // Whoever holds this lock keeps the host in its confirm, after what decides.
      const settling = '"/var/lib/harden/runs/$(ls /var/lib/harden/pending)/settling"';
      const held = host.exec(`flock ${settling} sh -c 'until [ -e /run/go-on ]; do sleep 0.1; done'`);
      await untilHost(host, '[ -n "$(ls /var/lib/harden/confirmed)" ]');
      link.cut();
      await run.until(/no link: /);
      link.mend();
      await host.exec("touch /run/go-on");
      expect((await held).code).toBe(0);
      const { code, said } = await run.ended;
      expect(code, said).toBe(0);
      await untilSettled(host);
      expect(await outcome(host)).toBe("confirmed");
      const args = ["--profile", profile, "--detailed-exitcode"];
      expect(await harden(host, ["plan", link.alias, ...args])).toMatchObject({ code: 0 });
      expect(await harden(host, ["rollback", link.alias, "--yes"])).toMatchObject({ code: 0 });
      await expectPristine(host, pristine);
    },

    "for good: the tool ends by itself, says that it does not know, and the host has rolled back":
      async () => {
        const run = apply();
        await run.until(/: applied;/);
        link.cut();
        const { code, said } = await run.ended;
        expect(code, said).toBe(5);
        expect(said).toMatch(
          /outcome unknown \(run [\w-]+\): .*The host rolls back by itself; look with: harden runs/,
        );
        const byHand = /from the host's console: sh \/var\/lib\/harden\/runs\/[\w-]+\/runtime\.sh rollback/g;
        expect(said.match(byHand), "when the link is lost, and at the end").toHaveLength(2);
        await untilSettled(host);
        expect(await outcome(host)).toBe("rolled-back clean timeout");
        link.mend();
        await expectPristine(host, pristine);
        expect((await harden(host, ["runs", link.alias])).stdout).toContain("rolled back (timeout)");
      },

    "as a black hole: noticed within seconds, though nobody says so": async () => {
      const run = apply();
      await run.until(/\] \/etc\/ssh\//);
      link.swallow();
      const since = Date.now();
      await run.until(/no link: /);
      const noticed = Date.now() - since;
      link.mend();
      const { code, said } = await run.ended;
      await expectRolledBack(said, code);
      expect(noticed).toBeLessThan(20_000);
    },

    "to its jump host, as a black hole: noticed, and the rollback is seen when it comes back": async () => {
      const config = join(host.home, ".ssh/config");
      const jumped = [
        `Host behind`,
        `  HostName ${host.address}`,
        "  User root",
        `  ProxyJump ${link.alias}`,
        "",
      ];
      writeFileSync(config, jumped.join("\n") + readFileSync(config, "utf8"));
      const args = ["--profile", profile, "--yes", "--confirm-timeout", "10"];
      const run = start(host, ["apply", "behind", ...args]);
      await run.until(/\] \/etc\/ssh\//);
      link.swallow();
      await run.until(/no link: /);
      link.mend();
      const { code, said } = await run.ended;
      await expectRolledBack(said, code);
    },

    "after the plan, before the host has begun: nothing was changed": async () => {
      const before = await times(host);
      const { result, status } = await applyCut({
        onScript: (script) => script.includes("'begin'") && link.cut(),
      });
      expect(status).toBe(1);
      expect(result).toMatchObject({ ok: false, error: { code: "connect" } });
      expect(!result.ok && result.error.details.hostState).toBe("nothing was started");
      expect(await times(host)).toEqual(before);
    },

    "after the proof, before the confirm was sent: rolled back at the time-out": async () => {
      let proven = false;
      const { result, status, said } = await applyCut({
        onScript(script) {
          if (!script.includes("'confirm'")) return;
          proven = true;
          link.cut();
        },
        onText: (text) => /^no link: /.test(text) && link.mend(),
      });
      expect(proven).toBe(true);
      expect(said).toMatch(/no link: the host rolls back .*, unless the confirm has reached it; next look/);
      expect(status, said).toBe(4);
      expect(result).toMatchObject({
        value: { outcome: "rolled back", why: "the link was lost in the confirm", notes: [] },
      });
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back clean timeout");
      await expectPristine(host, pristine);
    },
  });
});
