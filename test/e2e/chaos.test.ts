/** Faults at random moments: `npm run chaos -- --rounds N --seed N` runs as many as asked for, CI twelve a release. */
import { describe, it } from "vitest";
import { faultsOf } from "./chaos/faults.ts";
import { rounds } from "./chaos/round.ts";
import { profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost } from "./hosts.ts";
import { startLink } from "./link.ts";

const count = Number(process.env.HARDEN_CHAOS_ROUNDS ?? 12);
const seed = Number(process.env.HARDEN_CHAOS_SEED ?? 20_261_126);

const profile = profileFile(
  "ssh: {}\nfail2ban: {}\nsysctl: {}\nfirewall: {rules: [{port: 80, protocol: tcp}]}\n",
);

describe.skipIf(!hasDocker())("faults at random moments", () => {
  it.concurrent.each(bothDistros)(
    "%s: all or nothing, and the status says which",
    { timeout: 120_000 + count * 120_000 },
    async (distro) => {
      const host = await startHost(distro, "full");
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
});
