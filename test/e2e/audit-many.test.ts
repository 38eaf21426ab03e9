/** An audit of two hosts with twenty containers each: one connection a host, and each container is judged. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cli } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { runProgram } from "./process.ts";
import { must } from "./trouble.ts";

const many = 20;

describe.skipIf(!hasDocker())("an audit of hosts with many containers", () => {
  let hosts: readonly TestHost[] = [];
  let config: string;

  beforeAll(async () => {
    hosts = await Promise.all(bothDistros.map((distro) => startHost(distro, "docker")));
    const own = hosts.map(({ home }) => readFileSync(join(home, ".ssh/config"), "utf8"));
    const known = hosts.map(({ knownHosts }) => knownHosts).join(" ");
    config = join(mkdtempSync(join(tmpdir(), "harden-many-")), "config");
    writeFileSync(config, `UserKnownHostsFile ${known}\n${own.join("")}`);
    const numbers = Array.from({ length: many }, (_, at) => at + 1).join(" ");
    const start = `docker import /srv/busybox.tar app:1.0 >/dev/null; docker network create --internal inside >/dev/null
for n in ${numbers}; do docker run --detach --network inside --name app$n app:1.0 sleep 9999 >/dev/null; done`;
    await Promise.all(hosts.map((host) => must(host, start)));
  });
  afterAll(() => Promise.all(hosts.map((host) => host.remove())));

  const logins = (host: TestHost) =>
    must(host, "journalctl --unit ssh --output cat | grep -c '^Accepted' || :");

  test("takes one connection a host", async () => {
    const before = await Promise.all(hosts.map(logins));
    const words = ["audit", ...hosts.map((host) => host.target("root")), "--format", "json"];
    const { stdout, stderr, code } = await runProgram(process.execPath, [
      cli,
      ...words,
      "--ssh-config",
      config,
    ]);
    expect(code, stderr).toBe(2);
    const after = await Promise.all(hosts.map(logins));
    expect(after.map((count, at) => Number(count) - Number(before[at]))).toEqual([1, 1]);
    const report = JSON.parse(stdout) as readonly {
      readonly value: {
        readonly score: number;
        readonly group: {
          readonly hosts: number;
          readonly worst: { score: number };
          readonly median: number;
        };
        readonly containers: readonly unknown[];
        readonly checks: readonly { readonly id: string; readonly object: string }[];
      };
    }[];
    const worst = Math.min(...report.map(({ value }) => value.score));
    for (const { value } of report) {
      expect(value.group).toMatchObject({ hosts: 2, worst: { score: worst }, median: worst });
      expect(value.containers).toHaveLength(many);
      expect(value.score).toBeLessThan(50);
      const users = value.checks.filter(({ id }) => id === "containers.user");
      expect(new Set(users.map(({ object }) => object)).size).toBe(many);
    }
  });
});
