// The container engine of this machine: finds it, starts it, and removes the test hosts of dead runs.
import { execFile, spawn } from "node:child_process";
import { existsSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { cacheFolder, makeCache } from "./cache.mjs";

const run = promisify(execFile);

// Debian's own program first: another `docker` earlier in PATH need not speak to an engine at all.
export const dockerProgram =
  process.env.HARDEN_DOCKER ?? (existsSync("/usr/bin/docker") ? "/usr/bin/docker" : "docker");

/** @param {readonly string[]} args */
export async function docker(args) {
  const { stdout } = await run(dockerProgram, [...args], { maxBuffer: 64 << 20 });
  return stdout.trim();
}

/** Whether an engine is running that this user may use. */
export async function dockerAnswers() {
  return docker(["info", "--format", "{{.ServerVersion}}"]).then(
    (version) => version !== "",
    () => false,
  );
}

/** Starts the engine where none answers; throws with the reason where that can't be done. */
export async function startEngine() {
  if (!(await dockerAnswers())) {
    const daemon = ["/usr/sbin/dockerd", "/usr/bin/dockerd"].find((path) => existsSync(path));
    if (!daemon) throw new Error("Docker is not installed (Debian package docker.io)");
    if (process.getuid?.() !== 0) throw new Error("Docker is not running, and only root can start it");
    await startDaemon(daemon);
  }
  raiseInotifyLimit();
}

/** @param {string} daemon */
async function startDaemon(daemon) {
  makeCache();
  const log = join(cacheFolder, "dockerd.log");
  const out = openSync(log, "a");
  // It outlives this run, whose folder for temporary files goes with it: containerd would find none any more.
  const { TMPDIR: _ours, ...env } = process.env;
  const child = spawn(daemon, [], { detached: true, stdio: ["ignore", out, out], env });
  child.unref();
  let ended = false;
  child.on("exit", () => {
    ended = true;
  });
  child.on("error", () => {
    ended = true;
  });
  const deadline = Date.now() + 60_000;
  while (!(await dockerAnswers())) {
    if ((ended && !isStarting()) || Date.now() > deadline) {
      const tail = readFileSync(log, "utf8").trim().split("\n").slice(-3).join("\n");
      throw new Error(`Docker does not start: ${tail}`);
    }
    await sleep(100);
  }
}

/** Whether somebody else has started the engine meanwhile, and it will answer. */
function isStarting() {
  try {
    return ownerOf(Number(readFileSync("/run/docker.pid", "utf8"))) !== undefined;
  } catch {
    return false;
  }
}

export const networkName = "harden-test";

/** The network of the test hosts: on Docker's own one a host gets another address when it starts again. */
export async function makeNetwork() {
  const starts = ["172.30", "172.29", "172.28", "10.213"];
  const ipv6 = existsSync("/proc/net/if_inet6") ? ["--ipv6", "--subnet", "fd4a:7264:6e01::/64"] : [];
  const exists = () => docker(["network", "inspect", networkName]).then(Boolean, () => false);
  if (await exists()) return;
  let fault;
  for (const options of [ipv6, []]) {
    for (const start of starts) {
      const ipv4 = ["--subnet", `${start}.0.0/16`, "--gateway", `${start}.0.1`];
      const create = ["network", "create", "--label", "harden-test", ...ipv4, ...options, networkName];
      try {
        return void (await docker(create));
      } catch (error) {
        // Somebody else may have made it meanwhile.
        if (await exists()) return;
        fault = error;
      }
    }
  }
  throw fault;
}

// Each systemd takes several of them; with the kernel's default of 128 the fourteenth host doesn't start.
function raiseInotifyLimit() {
  const limit = "/proc/sys/fs/inotify/max_user_instances";
  try {
    if (Number(readFileSync(limit, "utf8")) < 1024) writeFileSync(limit, "1024");
  } catch {
    // Not root: a few hosts work all the same.
  }
}

const ownerLabel = "harden-test.owner";

/** Names a process so that a later one with the same id is not taken for it. @param {number} pid */
export function ownerOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${pid}.${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return undefined;
  }
}

/** @param {string} owner */
export const labels = (owner) => ["--label", "harden-test", "--label", `${ownerLabel}=${owner}`];

/** Removes the containers of runs that have ended without doing so, and those of `owner`. @param {string} [owner] */
export async function removeContainers(owner) {
  const format = `{{.ID}} {{.Label "${ownerLabel}"}}`;
  const list = await docker(["ps", "--all", "--filter", `label=${ownerLabel}`, "--format", format]);
  const stale = list
    .split("\n")
    .filter(Boolean)
    .map((line) => line.split(" "))
    .filter(([, theirs = ""]) => theirs === owner || ownerOf(Number(theirs.split(".")[0])) !== theirs)
    .map(([id = ""]) => id);
  if (stale.length > 0) await docker(["rm", "--force", "--volumes", ...stale]).catch(() => undefined);
}
