// The first apply, each time on hosts that are new.
import { startHost } from "./host.mjs";
import { median, run } from "./measure.mjs";
import { atMost, faster, slower } from "./table.mjs";

/** @typedef {ReturnType<typeof import("./tools.mjs").tools>} Tools */
/** @typedef {import("./host.mjs").Host} Host */

/** Gives the last two hosts, converged by one tool each. @param {Tools} tools @param {{ home: Awaited<ReturnType<typeof import("./host.mjs").makeHome>>, rounds: number }} o */
export async function firstApply(tools, { home, rounds }) {
  /** @type {{ ssh: number[], ours: number[], alike: number[], theirs: number[] }} */
  const times = { ssh: [], ours: [], alike: [], theirs: [] };
  for (let round = 1; ; round++) {
    const names = [`ours${round}`, `alike${round}`, `theirs${round}`];
    const [ours, alike, theirs] = await Promise.all(names.map((name) => startHost(name)));
    for (const host of [ours, alike, theirs]) home.add(host, [host.name]);
    // The first login ever is slower, for whoever comes first.
    for (const host of [ours, alike, theirs]) await run(tools.ssh(host.name));
    for (let login = 0; login < 5; login++) times.ssh.push((await run(tools.ssh(ours.name))).ms);
    const before = await ours.logged("Accepted publickey");
    const applied = await run(tools.harden("apply", ours.name));
    const connections = (await ours.logged("Accepted publickey")) - before;
    times.alike.push((await run(tools.likePlaybook("apply", alike.name))).ms);
    const played = await tools.play(theirs.name);
    times.ours.push(applied.ms);
    times.theirs.push(played.ms);
    if (round === rounds) {
      const [ssh, first] = [median(times.ssh), median(times.ours)];
      const playbook = { name: "playbook", ms: median(times.theirs), least: 6 };
      const rows = [
        slower("first apply", first, { name: "ssh HOST true", ms: ssh, most: 15 }),
        faster("first apply of the playbook's sections", median(times.alike), playbook),
        atMost("  its connections, by sshd's log", connections, { unit: "", most: 3 }),
      ];
      await alike.remove();
      return { ours, theirs, rows, recap: played.recap };
    }
    await Promise.all([ours, alike, theirs].map((host) => host.remove()));
  }
}
