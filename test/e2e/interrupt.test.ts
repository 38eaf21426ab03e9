import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectPristine, outcome, start, times, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { applyInside, inside } from "./inside.ts";
import { state } from "./state.ts";
import { ctrlC, ctrlD, startOnTerminal } from "./terminal.ts";

const profile = profileFile("ssh: {}\nsysctl: {}\nfirewall: {rules: [{port: 80, protocol: tcp}]}\n");

describe.skipIf(!hasDocker())("an apply that is interrupted", { timeout: 240_000 }, () => {
  let host: TestHost;
  let pristine: readonly string[];
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    pristine = await state(host.exec);
  });
  afterAll(() => host?.remove());

  const args = (...more: string[]) => ["apply", host.target("root"), "--profile", profile, ...more];
  const expectBack = async () => {
    await untilSettled(host);
    await expectPristine(host, pristine);
    const plan = await harden(host, ["plan", host.target("root"), "--profile", profile]);
    expect(plan, plan.stderr).toMatchObject({ code: 0 });
  };

  it.each([
    ["while files are written", /\] \/etc\/ssh\//],
    ["while the firewall starts", /\] ufw /],
    ["during the proof", /: applied;/],
  ])("%s: rolls back now, long before the time-out, and says so", async (_when, point) => {
    const run = start(host, args("--yes", "--confirm-timeout", "3600"));
    await run.until(point);
    run.child.kill("SIGINT");
    const { code, said } = await run.ended;
    expect(said).toContain("harden: interrupted; rolling back what was begun");
    expect(said).toMatch(/rolled back \(run [\w-]+\): interrupted\. The host is as it was before\./);
    // The link of the apply and that of the rollback both hear it.
    for (const once of [/: rolling back \(asked\)/g, /: rolled back: the host is as it was/g])
      expect(said.match(once), said).toHaveLength(1);
    expect(code, said).toBe(4);
    expect(await outcome(host)).toBe("rolled-back clean asked");
    const runs = await harden(host, ["runs", host.target("root")]);
    expect(runs.stdout.trimEnd().split("\n").at(-1)).toContain("rolled back (interrupted)");
    await expectBack();
  });

  it("as the first script is sent: the host is waited for, and never left applied", async () => {
    let begun = false;
    const tool = inside(host, {
      onScript(script) {
        if (begun || !script.includes("'begin'")) return;
        begun = true;
        tool.interrupt();
      },
    });
    const on = { target: host.target("root"), profile, confirmTimeout: 3600 };
    const { result, status } = await applyInside(tool, on);
    expect(begun).toBe(true);
    expect(status, tool.said()).toBe(4);
    expect(result).toMatchObject({ value: { outcome: "rolled back", why: "interrupted", notes: [] } });
    await expectBack();
  });

  it("twice: ends at once with 5, and the host rolls back by itself", async () => {
    const run = start(host, args("--yes", "--confirm-timeout", "10"));
    await run.until(/\] \/etc\/ssh\//);
    run.child.kill("SIGINT");
    await run.until(/harden: interrupted/);
    run.child.kill("SIGINT");
    const { code, said } = await run.ended;
    expect(code, said).toBe(5);
    expect(said).toContain("harden: gone; a host with a run that is not confirmed rolls back by itself");
    await untilSettled(host);
    expect(await outcome(host)).toMatch(/^rolled-back clean /);
    await expectBack();
  });

  it.each([
    ["Ctrl-C", ctrlC],
    ["Ctrl-D", ctrlD],
    ["enter", "\n"],
    ["Ctrl-C directly behind a yes", `y\r${ctrlC}`],
  ])("at the question, by %s: nothing was changed", async (_what, keys) => {
    const before = await times(host);
    const run = startOnTerminal(host, args());
    await run.until(/\[y\/N\]/);
    run.type(keys);
    const { code, said } = await run.ended;
    expect(said).toContain("not applied; nothing was changed.");
    expect(code, said).toBe(1);
    expect(await times(host)).toEqual(before);
  });
});
