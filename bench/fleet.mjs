// Many hosts at once: what each costs, and the machine that the tool runs on.
import { startHost } from "./host.mjs";
import { median, run, usage } from "./measure.mjs";
import { time } from "./table.mjs";

/** @typedef {ReturnType<typeof import("./tools.mjs").tools>} Tools */

const containers = 10;
const namesOfEach = 5;
const mostCpuMs = 40;

/** Ten converged hosts, each under five names: fifty targets. @param {Tools} tools @param {{ home: Awaited<ReturnType<typeof import("./host.mjs").makeHome>>, rounds: number }} o */
export async function fleet(tools, { home, rounds }) {
  const numbers = Array.from({ length: containers }, (_, index) => index + 1);
  const hosts = await Promise.all(numbers.map((number) => startHost(`fleet${number}`)));
  const aliases = hosts.map((host) =>
    Array.from({ length: namesOfEach }, (_, index) => `${host.name}-${index + 1}`),
  );
  hosts.forEach((host, index) => {
    home.add(host, aliases[index] ?? []);
  });
  const targets = Array.from({ length: namesOfEach }, (_, index) =>
    aliases.map((names) => names[index]),
  ).flat();
  // One by one: all hosts share this machine's processors.
  for (const target of targets.slice(0, containers)) await run(tools.harden("apply", target));

  const rows = [];
  for (const count of [1, 10, 50]) {
    const words = tools.harden("plan", ...targets.slice(0, count));
    await run([...words, "--detailed-exitcode"]);
    const runs = [];
    for (let round = 0; round < rounds; round++) runs.push(await usage(words));
    const of = (/** @type {"ms" | "cpuMs" | "peakMb"} */ key) => median(runs.map((one) => one[key]));
    const cpu = of("cpuMs") / count;
    rows.push({
      what: `plan of ${count} host${count === 1 ? "" : "s"}`,
      found: time(of("ms")),
      against: `${time(of("ms") / count)} and ${(of("peakMb") / count).toFixed(1)} MB a host`,
      ratio: `${cpu.toFixed(1)} ms of CPU a host`,
      ...(count === 50 ? { target: `≤ ${mostCpuMs} ms`, met: cpu <= mostCpuMs } : {}),
    });
  }
  await Promise.all(hosts.map((host) => host.remove()));
  return rows;
}
