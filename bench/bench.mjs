// npm run bench [-- --rounds N] [-- --no-fail]: whole processes against real hosts; exits 1 where a target is missed.
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { ownerOf, removeContainers, startEngine } from "../docker/engine.mjs";
import { installMissing } from "../test/setup/packages.mjs";
import { audits } from "./audits.mjs";
import { firstApply } from "./first-apply.mjs";
import { fleet } from "./fleet.mjs";
import { imageName, imageTag, makeHome } from "./host.mjs";
import { run } from "./measure.mjs";
import { converged, startUp } from "./one-host.mjs";
import { table } from "./table.mjs";
import { tools as toolsOf } from "./tools.mjs";

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "5" }, "no-fail": { type: "boolean", default: false } },
});
const rounds = Math.max(1, Number.parseInt(values.rounds, 10) || 5);
const say = (/** @type {string} */ text) => process.stderr.write(`${text}\n`);

async function measure() {
  for (const reason of await installMissing(["bench/bench.mjs"]))
    throw new Error(`${reason}; nothing was measured`);
  await startEngine();
  await removeContainers();
  // No measurement waits for them, and each is told while it is built.
  say("images of the hosts…");
  for (const image of ["debian13/full", "debian13/docker"]) await imageTag(image);
  const home = await makeHome();
  const tools = toolsOf(home);
  try {
    say("start-up…");
    const start = await startUp(tools, { rounds });
    say("first applies, on new hosts…");
    const first = await firstApply(tools, { home, rounds: Math.min(rounds, 3) });
    say("converged hosts…");
    const still = await converged(tools, { ...first, rounds });
    const again = await tools.play(first.theirs.name);
    const verified = await run(tools.harden("verify", first.theirs.name), { codes: [0, 2] });
    await Promise.all([first.ours.remove(), first.theirs.remove()]);
    say("many hosts…");
    const many = await fleet(tools, { home, rounds: Math.min(rounds, 3) });
    say("hosts with containers…");
    const audited = await audits(tools, { home, rounds: Math.min(rounds, 3) });
    const rows = [...start, ...still, ...first.rows, ...many, ...audited];
    return { rows, recaps: [first.recap, again.recap], verified: verified.stdout.trim().split("\n").at(-1) };
  } finally {
    await removeContainers(ownerOf(process.pid)).catch(() => undefined);
    home.remove();
  }
}

const { rows, recaps, verified } = await measure();
const version = (await run(["ansible-playbook", "--version"])).stdout.split("\n")[0];
console.log(`
${cpus().length} × ${cpus()[0]?.model.trim()}, Node ${process.versions.node}; hosts: ${imageName}.
Whole processes, interleaved, medians. Both sides without auditd, which no container has.

${table(rows)}

The playbook (bench/ansible, ${version}): pipelining, ControlPersist, no facts gathered, packages there.
  first     ${recaps[0]}
  converged ${recaps[1]}
  \`harden verify\` of its host: ${verified}
`);
const missed = rows.filter(({ met }) => met === false);
if (missed.length > 0) {
  say(`${missed.length} of ${rows.filter(({ met }) => met !== undefined).length} targets missed`);
  if (!values["no-fail"]) process.exitCode = 1;
}
