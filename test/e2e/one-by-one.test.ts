/** An apply of several hosts: how many are in work at one time, and what becomes of the others behind one that rolls back. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cli, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { runProgram } from "./process.ts";
import { state } from "./state.ts";
import { during, type Trouble } from "./trouble.ts";

const key = "net.ipv4.conf.all.accept_redirects";
/** No run that sets it can be proven. */
const setBack: Trouble = {
  name: "a program that sets a kernel value back again and again",
  make: `sysctl -q -w ${key}=1
    systemd-run -q --unit=sets-back sh -c 'while :; do sysctl -q -w ${key}=1; sleep 0.05; done'`,
  there: "systemctl is-active -q sets-back",
  end: "systemctl stop sets-back",
};

const profile = profileFile("sysctl: {}\n");

describe.skipIf(!hasDocker())("an apply of three hosts, one at a time", { timeout: 300_000 }, () => {
  const hosts: TestHost[] = [];
  beforeAll(async () => {
    for (const name of ["one", "two", "three"]) hosts.push(await startHost("debian13", "bare", { name }));
    const [first, ...others] = hosts as [TestHost, ...TestHost[]];
    // One controller knows them all.
    for (const file of [".ssh/config", ".ssh/known_hosts"])
      writeFileSync(
        join(first.home, file),
        [first, ...others].map(({ home }) => readFileSync(join(home, file), "utf8")).join("\n"),
      );
  });
  afterAll(async () => {
    for (const host of hosts) await host.remove();
  });

  const apply = async (...more: string[]) => {
    const targets = hosts.map((host) => host.target("root"));
    const args = ["apply", ...targets, "--profile", profile, "--yes", "--format", "json", "--at-once", "1"];
    const reach = ["--ssh-config", join(hosts[0]!.home, ".ssh/config")];
    const env = { PATH: process.env.PATH, HOME: process.env.HOME };
    const done = await runProgram(process.execPath, [cli, ...args, ...more, ...reach], {
      env,
      timeoutMs: 280_000,
    });
    const outcomes = JSON.parse(done.stdout).map(
      ({ value }: { value: { outcome: string } }) => value.outcome,
    );
    return { code: done.code, outcomes };
  };

  test("ends behind the one that rolls back, names those not begun, and goes on where that is asked for", async () => {
    const [, two, three] = hosts as [TestHost, TestHost, TestHost];
    const untouched = await state(three.exec);
    await during(two, setBack, async () => {
      expect(await apply()).toEqual({ code: 4, outcomes: ["confirmed", "rolled back", "not begun"] });
      expect(await state(three.exec)).toEqual(untouched);
      expect(await apply("--keep-going")).toEqual({
        code: 4,
        outcomes: ["in sync", "rolled back", "confirmed"],
      });
    });
  });
});
