/** What an undo gives back that another step of the same run, or somebody on the host, has written meanwhile. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";
import { apply, must, undone } from "./trouble.ts";

const redirects = "net.ipv4.conf.all.accept_redirects";
const open = (...ports: number[]) =>
  profileFile(
    `sysctl: {}\nfirewall: {rules: [${ports.map((port) => `{port: ${port}, protocol: tcp}`).join(", ")}]}\n`,
  );

describe.skipIf(!hasDocker()).each(bothDistros)("an undo on %s", { timeout: 300_000 }, (distro) => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost(distro, "full");
  });
  afterAll(() => host?.remove());

  const applied = async (profile: string) => {
    const done = await apply(host, profile);
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
  };

  test("a rollback by hand restores kernel values that ufw's reload sets back", async () => {
    await applied(open(80));
    await must(host, `sysctl -q -w ${redirects}=1`);
    const before = await state(host.exec);
    await applied(open(80, 443));
    expect(await must(host, `sysctl -n ${redirects}`)).toBe("0\n");
    await undone(host);
    expect(difference(before, await state(host.exec))).toEqual([]);
  });
});
