// Hosts with an engine and twenty containers each: what a plan of one and an audit of ten take.
import { startHost } from "./host.mjs";
import { inTurn, median, run, usage } from "./measure.mjs";
import { atMost, slower, time } from "./table.mjs";

/** @typedef {ReturnType<typeof import("./tools.mjs").tools>} Tools */

const hostCount = 10;
const containers = 20;
const mostMs = 1500;

const engine = { image: "debian13/docker", volumes: ["/var/lib/docker"] };
const start = `docker import /srv/busybox.tar app:1.0 >/dev/null; docker network create --internal inside >/dev/null
for n in $(seq ${containers}); do docker run --detach --network inside --name app$n app:1.0 sleep 99999 >/dev/null; done`;

/** @param {Tools} tools @param {{ home: Awaited<ReturnType<typeof import("./host.mjs").makeHome>>, rounds: number }} o */
export async function audits(tools, { home, rounds }) {
  const numbers = Array.from({ length: hostCount }, (_, index) => index + 1);
  const hosts = await Promise.all(numbers.map((number) => startHost(`audited${number}`, engine)));
  for (const host of hosts) {
    home.add(host, [host.name]);
    await host.exec(start);
  }
  const first = hosts[0]?.name ?? "";
  const ms = await inTurn(rounds * 2, {
    ssh: () => run(tools.ssh(first)),
    plan: () => run(tools.harden("plan", first)),
  });
  // What fails is what it is for.
  const codes = [2];
  const alone = await inTurn(rounds, { audit: () => run(tools.harden("audit", first), { codes }) });
  const names = hosts.map(({ name }) => name);
  const logins = () => Promise.all(hosts.map((host) => host.logged("Accepted publickey")));
  const before = await logins();
  const together = [];
  for (let round = 0; round < rounds; round++)
    together.push(await usage(tools.harden("audit", ...names), { codes }));
  const after = await logins();
  const all = median(together.map((one) => one.ms));
  const connections = Math.max(...after.map((count, at) => count - (before[at] ?? 0))) / rounds;
  await Promise.all(hosts.map((host) => host.remove()));
  return [
    slower(`plan of a host with ${containers} containers`, ms.plan, {
      name: "ssh HOST true",
      ms: ms.ssh,
      most: 3,
    }),
    atMost(`audit of a host with ${containers} containers`, alone.audit, { unit: " ms", most: mostMs }),
    {
      what: `audit of ${hostCount} such hosts`,
      found: time(all),
      against: `${Math.round(median(together.map((one) => one.peakMb)))} MB`,
      ratio: `${time(all / hostCount)} a host`,
      target: `≤ ${mostMs} ms`,
      met: all / hostCount <= mostMs,
    },
    atMost("  its connections a host, by sshd's logs", connections, { unit: "", most: 1 }),
  ];
}
