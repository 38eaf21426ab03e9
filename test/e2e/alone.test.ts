import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { expectPristine, outcome, start, times } from "./faults.ts";
import { inShell, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { state } from "./state.ts";
import { startOnTerminal } from "./terminal.ts";
import { undone } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

const profile = profileFile("ssh: {}\nsysctl: {}\n");

/** Whoever started the tool has gone, or can no longer be heard by the host: it ends all the same, and says how. */
describe.skipIf(!hasDocker())("the tool, left alone", { timeout: 240_000 }, () => {
  let host: TestHost;
  let pristine: readonly string[];
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    pristine = await state(host.exec);
  });
  afterAll(() => host?.remove());

  const root = () => host.target("root");
  const words = (...more: string[]) => ["apply", root(), "--profile", profile, ...more];
  const command = `HARDEN apply HOST --profile '${profile}' --yes`;
  const undo = async () => {
    expect(await outcome(host)).toBe("confirmed");
    await undone(host);
    await expectPristine(host, pristine);
  };

  it("by whoever read it: the run goes to its end, and the status is the run's", async () => {
    const { stdout, stderr } = await inShell(host, `${command} 2>&1 | head -n 3; echo "\${PIPESTATUS[0]}"`);
    expect(stdout.split("\n").at(-2), stdout + stderr).toBe("0");
    expect(stdout.split("\n")).toHaveLength(5);
    await undo();
  });

  it("with a full disk for its report and its errors closed: the same", async () => {
    const { code, stdout, stderr } = await inShell(host, `${command} >/dev/full 2>&-`);
    expect(code, stdout + stderr).toBe(0);
    await undo();
  });

  it("by its terminal, in mid-run: the run goes to its end, and the status is the run's", async () => {
    const file = join(host.home, "status");
    // The kernel tells the session's leader alone, which passes it on to its jobs; that interrupts its first wait.
    const keep = `HARDEN <&0 & trap "kill -HUP $!" HUP; wait $!; wait $!; echo $? >${file}.new; mv ${file}.new ${file}`;
    const run = startOnTerminal(host, words("--yes"), keep);
    await run.until(/: armed/);
    run.child.kill("SIGKILL");
    const status = () => {
      try {
        return readFileSync(file, "utf8");
      } catch {
        return "";
      }
    };
    await waitUntil("the tool has ended", async () => status() !== "");
    expect(status()).toBe("0\n");
    await undo();
  });

  it("by a service manager: SIGTERM rolls back now, as Ctrl-C does", async () => {
    const run = start(host, words("--yes", "--confirm-timeout", "3600"));
    await run.until(/: armed/);
    run.child.kill("SIGTERM");
    const { code, said } = await run.ended;
    expect(code, said).toBe(4);
    expect(said).toMatch(/rolled back \(run [\w-]+\): interrupted\. The host is as it was before\./);
    await expectPristine(host, pristine);
  });

  describe("by a host that answers nothing any more", () => {
    const drop = "iptables -w -I INPUT 1 -p tcp --dport 22 -j DROP";
    beforeEach(async () => {
      expect(await host.exec("iptables -w -D INPUT 1 2>/dev/null; :")).toMatchObject({ code: 0 });
    });
    afterEach(() => host.exec("iptables -w -D INPUT 1"));

    it.each([
      ["no", "n\n", 1, /not applied; nothing was changed/],
      ["yes", "y\n", 1, /did not start a command within|lost before the script was sent/],
    ])(
      "while the question is asked, answered by %s: ends within seconds",
      async (_answer, keys, code, says) => {
        const before = await times(host);
        const run = startOnTerminal(host, words());
        await run.until(/\[y\/N\]/);
        await host.exec(drop);
        const since = Date.now();
        run.type(keys);
        const ended = await run.ended;
        expect(Date.now() - since).toBeLessThan(30_000);
        expect(ended.code, ended.said).toBe(code);
        expect(ended.said).toMatch(says);
        expect(ended.said).not.toMatch(/Warning:/);
        expect(await times(host)).toEqual(before);
      },
    );
  });
});
