// What one host costs: start-up, a plan, an apply with nothing to do, and how often sshd is called.
import { collectScriptOf } from "./collect-script.mjs";
import { inTurn, median, run, usage } from "./measure.mjs";
import { atMost, faster, slower } from "./table.mjs";
import { profile, skip } from "./tools.mjs";

/** @typedef {ReturnType<typeof import("./tools.mjs").tools>} Tools */
/** @typedef {import("./host.mjs").Host} Host */

/** @param {Tools} tools @param {{ rounds: number }} o */
export async function startUp({ node, help }, { rounds }) {
  const ms = await inTurn(rounds * 4, { node: () => run(node), help: () => run(help) });
  return [slower("harden --help", ms.help, { name: "an empty node process", ms: ms.node, most: 2 })];
}

/** Two converged hosts, one by each tool. @param {Tools} tools @param {{ ours: Host, theirs: Host, rounds: number }} o */
export async function converged(tools, { ours, theirs, rounds }) {
  const { harden, likePlaybook, ssh } = tools;
  const plan = harden("plan", ours.name);
  const quick = await inTurn(rounds * 4, {
    ssh: () => run(ssh(ours.name)),
    plan: () => run(plan),
    apply: () => run(harden("apply", ours.name)),
    verify: () => run(harden("verify", ours.name)),
  });
  const login = { name: "ssh HOST true", ms: quick.ssh };
  const ms = await inTurn(rounds, {
    plan: () => run([...likePlaybook("plan", ours.name), "--detailed-exitcode"]),
    check: () => unchanged(tools.play(theirs.name, "--check", "--diff")),
    apply: () => run(likePlaybook("apply", ours.name)),
    play: () => unchanged(tools.play(theirs.name)),
  });
  const { peakMb } = await usage(plan);
  return [
    slower("plan of a converged host", quick.plan, { ...login, most: 2.5 }),
    slower("apply of a converged host", quick.apply, { ...login, most: 3 }),
    slower("verify of a converged host", quick.verify, { ...login, most: 3 }),
    atMost("  its peak memory", peakMb, { unit: " MB", most: 120 }),
    ...(await calls(tools, ours)),
    faster("plan of the playbook's sections", ms.plan, {
      name: "playbook --check --diff",
      ms: ms.check,
      least: 12,
    }),
    faster("converged apply of the playbook's sections", ms.apply, {
      name: "playbook",
      ms: ms.play,
      least: 20,
    }),
  ];
}

/** @param {ReturnType<Tools["play"]>} play */
async function unchanged(play) {
  const result = await play;
  if (result.changed !== 0) throw new Error(`the playbook's host has not converged: ${result.recap}`);
  return result;
}

/** What sshd itself logs of a plan, and the time that the host needs for its script. @param {Tools} tools @param {Host} host */
async function calls({ harden }, host) {
  const verbose = "/etc/ssh/sshd_config.d/99-bench.conf";
  await host.exec(`echo LogLevel VERBOSE >${verbose}; systemctl reload ssh`);
  const before = [await host.logged("Accepted publickey"), await host.logged("Starting session: command")];
  await run(harden("plan", host.name));
  const after = [await host.logged("Accepted publickey"), await host.logged("Starting session: command")];
  await host.exec(`rm ${verbose}; systemctl reload ssh`);

  const script = await collectScriptOf({ file: profile, skip, address: host.address });
  await host.exec(`cat >/tmp/collect.sh <<'HARDEN-BENCH'\n${script}\nHARDEN-BENCH`);
  const timed = `for i in 1 2 3 4 5 6 7 8 9; do
    begin=$(date +%s%N); sh /tmp/collect.sh </dev/null >/dev/null 2>&1; end=$(date +%s%N)
    echo $(((end - begin) / 1000)); done; rm /tmp/collect.sh`;
  const micros = (await host.exec(timed)).trim().split("\n").map(Number);
  return [
    atMost("  its connections, by sshd's log", after[0] - before[0], { unit: "", most: 1 }),
    atMost("  its round trips, by sshd's log", after[1] - before[1], { unit: "", most: 1 }),
    atMost("  its facts, on the host alone", median(micros) / 1000, { unit: " ms", most: 500 }),
  ];
}
