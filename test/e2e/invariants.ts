/**
 * What must hold of a host as a scenario leaves it, when the profile that it had last is applied once more: invariant 4 beside a user who holds
 * all that users can hold, 6 for each fact, 3 over a reset. The second holds after every apply (harden.ts).
 */
import { expect } from "vitest";
import { managedBy } from "../../src/run/managed.ts";
import { choiceOf } from "../choice.ts";
import { isDrawn } from "../setup/sample.ts";
import { greenUnread } from "../unread.ts";
import { harden, latestApply, verifyOf } from "./harden.ts";
import { lockAll } from "./hostile.ts";
import type { TestHost } from "./hosts.ts";
import { recordOf } from "./recorded.ts";

/** A user with locks on all that users can open, and a hundred processes that share three hundred listening sockets. */
const hostile = `use Socket;
${lockAll}for (1 .. 300) {
  socket($socket{$_}, AF_INET, SOCK_STREAM, 0) && bind($socket{$_}, sockaddr_in(0, INADDR_LOOPBACK)) && listen($socket{$_}, 1) or die;
}
for (1 .. 100) { last unless fork }
open($ready, ">>", "/tmp/hostile"); print $ready "here\\n"; close $ready; sleep 3600;
`;

const begin = `cat >/run/hostile.pl && chmod 644 /run/hostile.pl &&
  systemd-run -q --unit hostile -p User=nobody -p LimitNOFILE=65536 perl /run/hostile.pl &&
  until [ "$(wc -l </tmp/hostile)" -gt 100 ]; do sleep 0.1; done 2>/dev/null`;

/** But for units: the trial's own is one that root has made, and named. */
const verdictsOf = (stdout: string): readonly string[] => {
  const [{ value }] = JSON.parse(stdout);
  return value.checks
    .filter(({ id }: Record<string, string>) => id !== "privileges.units")
    .map(({ id, object, verdict }: Record<string, string>) => `${id} ${object} ${verdict}`);
};

/** In CI of an eighth of the hosts. */
export async function expectInvariants(host: TestHost): Promise<void> {
  const applied = isDrawn(host.name, 8) ? latestApply(host) : undefined;
  if (applied === undefined) return;
  // Where the scenario has left something that an apply stops at, or an audit finds, nothing is green that could lie.
  const again = await harden(host, applied.args, { timeoutMs: 300_000, alone: true, ...applied.options });
  if (again.code !== 0) return;
  const verify = () => verifyOf(host, applied.args, { ...applied.options, json: true });
  const begun = Date.now();
  const quiet = await verify();
  const took = Date.now() - begun;
  expect(quiet, quiet.stdout + quiet.stderr).toMatchObject({ code: 0 });

  const { code, stderr } = await host.exec(begin, { stdin: hostile });
  expect(code, stderr).toBe(0);
  const beside = Date.now();
  const watched = await verify();
  expect(verdictsOf(watched.stdout), "beside a hostile user").toEqual(verdictsOf(quiet.stdout));
  // Five seconds are what a user may cost; the rest is for the test's own machine.
  expect(Date.now() - beside, "milliseconds beside a hostile user").toBeLessThan(3 * took + 15_000);
  await host.exec("systemctl stop hostile; rm -f /run/hostile.pl /tmp/hostile");

  const choice = await choiceOf(applied.profile);
  expect(greenUnread(await recordOf(host, managedBy(choice), choice.profile), choice)).toEqual([]);

  await host.restart({ hard: true });
  const later = await verify();
  expect(later, `after a reset: ${later.stdout}${later.stderr}`).toMatchObject({ code: 0 });
}
