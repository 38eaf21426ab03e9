// The unit and host suites on a fresh machine: a container in which nothing that this machine has can hide that it is needed.
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { dockerProgram, labels, ownerOf, startEngine } from "../../docker/engine.mjs";
import { heard } from "./heard.mjs";
import { readLastLine } from "./results.mjs";
import { readResults } from "./vitest.mjs";

const root = dirname(dirname(import.meta.dirname));
const image = "debian13/fresh";
const minutes = 60;

/** @param {string} program @param {readonly string[]} args */
function mustRun(program, args) {
  const { status, stdout, error } = spawnSync(program, [...args], {
    stdio: ["ignore", "pipe", 2],
    encoding: "utf8",
  });
  if (status !== 0) throw error ?? new Error(`${program} ${args.slice(0, 3).join(" ")}… failed`);
  return stdout.trim();
}

/** What is in /in of the container. @param {string} work */
function places(work) {
  const npm = realpathSync(mustRun("sh", ["-c", "command -v npm"]));
  const all = {
    harden: join(work, "harden"),
    node_modules: join(root, "node_modules"),
    npm: dirname(dirname(npm)),
    "fresh.sh": join(import.meta.dirname, "fresh.sh"),
  };
  return Object.entries(all).flatMap(([name, path]) => ["--volume", `${realpathSync(path)}:/in/${name}:ro`]);
}

/** Runs them there, on what is committed. Returns the counts, each suite's results, and its whole output where not all is well. */
export async function runFresh() {
  const work = mkdtempSync(join(tmpdir(), "harden-fresh-"));
  try {
    await startEngine();
    mustRun("git", ["clone", "--quiet", root, join(work, "harden")]);
    const [, tag = ""] = mustRun(process.execPath, [join(root, "docker/build.mjs"), image]).split(" ");
    // Some suites mount, make networks, set flags that only root can, and look at what other users' processes have open.
    const caps = ["SYS_ADMIN", "NET_ADMIN", "LINUX_IMMUTABLE", "SYS_PTRACE"].map(
      (name) => `--cap-add=${name}`,
    );
    const rights = [...caps, "--security-opt=apparmor=unconfined"];
    const owner = labels(ownerOf(process.pid) ?? "0.0");
    const out = join(work, "out");
    mkdirSync(out);
    const results = ["--volume", `${out}:/out`, "--env", "HARDEN_TEST_RESULTS=/out/results.json"];
    const { HARDEN_TEST_SAMPLE: seed, HARDEN_TEST_LEFT: told } = process.env;
    const drawn = seed ? ["--env", `HARDEN_TEST_SAMPLE=${seed}`, "--env", "HARDEN_TEST_LEFT=/out/left"] : [];
    const options = [
      "--rm",
      "--init",
      "--network=none",
      ...rights,
      ...owner,
      ...places(work),
      ...results,
      ...drawn,
    ];
    const command = ["timeout", `${minutes}m`, "sh", "-c", "sh /in/fresh.sh 2>&1"];
    const ran = await heard(dockerProgram, ["run", ...options, tag, ...command]);
    const counts = readLastLine(ran.output);
    const passed = ran.passed && counts !== undefined;
    const suites = readResults(join(out, "results.json"));
    if (told && existsSync(join(out, "left"))) appendFileSync(told, readFileSync(join(out, "left")));
    return { counts, suites, passed, output: passed ? "" : ran.output };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
