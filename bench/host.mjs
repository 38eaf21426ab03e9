// A host in a container, with what reaches it: an ssh configuration, a key and a known_hosts file of its own.
import { randomBytes } from "node:crypto";
import { appendFileSync, chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { docker, dockerProgram, labels, ownerOf } from "../docker/engine.mjs";
import { makeKey, testKey } from "../docker/key.mjs";
import { run } from "./measure.mjs";

/** @typedef {Awaited<ReturnType<typeof startHost>>} Host */

export const imageName = "Debian 13 in a container, with the packages there already";

const settings = [
  ...["--privileged", "--cgroupns=private"],
  ...["--tmpfs", "/run:rw,nosuid,nodev,noexec,mode=755", "--tmpfs", "/run/lock"],
];

/** More than a boot beside nine others takes on a slow machine. */
const bootSeconds = 300;
const untilBooted = `until [ -n "$(systemctl is-system-running --wait 2>/dev/null | grep -E 'running|degraded')" ]; do
  sleep 0.1; done; until ss -Hltn sport = 22 | grep -q .; do sleep 0.1; done`;

/** Builds the image where it is missing; a process of its own takes turns with others that build. @param {string} image */
async function build(image) {
  const words = [process.execPath, join(import.meta.dirname, "../docker/build.mjs"), image];
  const { stdout } = await run(words, { tell: true });
  return stdout.trim().split(" ")[1] ?? "";
}

/** @type {Map<string, Promise<string>>} */
const tags = new Map();
/** @param {string} image */
export function imageTag(image) {
  const tag = tags.get(image) ?? build(image);
  tags.set(image, tag);
  return tag;
}

/** @param {{ image?: string, volumes?: readonly string[] }} [what] */
export async function startHost(name = "bench", { image = "debian13/full", volumes = [] } = {}) {
  const container = `harden-${name}-${randomBytes(3).toString("hex")}`;
  const owner = labels(ownerOf(process.pid) ?? "0.0");
  await docker([
    "run",
    "--detach",
    "--name",
    container,
    "--hostname",
    name,
    ...owner,
    ...settings,
    ...volumes.flatMap((volume) => ["--volume", volume]),
    await imageTag(image),
  ]);
  const inside = ["exec", "--interactive", container, "sh", "-c", 'script=$(cat); eval "$script" </dev/null'];
  /** Runs a script of any length as root, past sshd. @param {string} script */
  const exec = async (script) => (await run([dockerProgram, ...inside], { input: script })).stdout;
  const words = ["exec", container, "timeout", String(bootSeconds), "sh", "-c", untilBooted];
  await run([dockerProgram, ...words]).catch(() => {
    throw new Error(`${container} did not boot within ${bootSeconds} s: look with docker logs ${container}`);
  });
  const address = await docker(["inspect", "--format", "{{.NetworkSettings.IPAddress}}", container]);
  const keys = await exec("cat /etc/ssh/ssh_host_*_key.pub");
  const sshd = "journalctl --quiet --output cat --identifier sshd --identifier sshd-session";
  return {
    name,
    address,
    keys,
    exec,
    /** What sshd itself has logged that contains a text. @param {string} text */
    logged: async (text) => Number(await exec(`${sshd} | grep -c "${text}" || true`)),
    remove: () => docker(["rm", "--force", "--volumes", container]),
  };
}

/** A folder with an ssh configuration that knows each host by its aliases. */
export async function makeHome() {
  await makeKey();
  const folder = mkdtempSync(join(tmpdir(), "harden-bench-"));
  const [key, knownHosts, config] = ["id_ed25519", "known_hosts", "config"].map((name) => join(folder, name));
  copyFileSync(testKey, key);
  copyFileSync(`${testKey}.pub`, `${key}.pub`);
  chmodSync(key, 0o600);
  const common = `IdentityFile ${key}\nIdentitiesOnly yes\nUser root\nUserKnownHostsFile ${knownHosts}\n`;
  writeFileSync(config, common);
  return {
    folder,
    config,
    /** @param {Pick<Host, "address" | "keys">} host @param {readonly string[]} aliases */
    add({ address, keys }, aliases) {
      const lines = keys.trim().split("\n");
      appendFileSync(knownHosts, lines.map((line) => `${address} ${line}\n`).join(""));
      appendFileSync(config, `Host ${aliases.join(" ")}\n  HostName ${address}\n`);
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
