/** Faults at random moments: `npm run chaos -- --rounds N --seed N` runs as many as asked for, CI four on one release. */
import { describe, it } from "vitest";
import { sample } from "../setup/sample.ts";
import { startContainers } from "./chaos/containers.ts";
import { faultsOf, journalDisk } from "./chaos/faults.ts";
import { rounds } from "./chaos/round.ts";
import { profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost } from "./hosts.ts";
import { startLink } from "./link.ts";
import { must } from "./trouble.ts";

const count = Number(process.env.HARDEN_CHAOS_ROUNDS ?? 4);
const seed = Number(process.env.HARDEN_CHAOS_SEED ?? 20_261_126);

const profile = profileFile(
  "ssh: {}\nfail2ban: {}\nsysctl: {}\nfirewall: {rules: [{port: 80, protocol: tcp}]}\n",
);

/** With what makes the engine restart, and holds what containers publish to rules. */
const docked = profileFile("daemon: {}\nsysctl: {}\nfirewall: {rules: [{port: 80, protocol: tcp}]}\n");
const dockedCount = Number(process.env.HARDEN_CHAOS_ROUNDS ?? 2);

describe.skipIf(!hasDocker())("faults at random moments", () => {
  it.each(sample("chaos", bothDistros, 1))(
    "%s: all or nothing, and the status says which",
    { timeout: 120_000 + count * 120_000 },
    async (distro) => {
      const host = await startHost(distro, "full");
      await must(host, journalDisk);
      const link = await startLink(host);
      try {
        await rounds(
          { host, target: link.alias, profile, confirmTimeout: 10 },
          { count, seed, faults: faultsOf(link) },
        );
      } finally {
        await link.close();
        await host.remove();
      }
    },
  );

  // The engine of Debian 12 stops containers with --rm at each restart (moby#46308).
  it("a host with containers: all or nothing, and none of them is touched", {
    timeout: 240_000 + dockedCount * 120_000,
  }, async () => {
    const host = await startHost("debian13", "docker");
    await must(host, journalDisk);
    const [link, beside] = [await startLink(host), await startContainers(host)];
    try {
      await rounds(
        { host, target: link.alias, profile: docked, confirmTimeout: 10, beside },
        { count: dockedCount, seed, faults: faultsOf(link) },
      );
    } finally {
      await Promise.all([link.close(), beside.remove()]);
      await host.remove();
    }
  });
});
