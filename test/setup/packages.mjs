// Finds what this machine lacks for the tests, and installs it.
import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { dockerAnswers } from "../../docker/engine.mjs";
import { engine, missingPackages } from "./needs.mjs";

const folders = [...(process.env.PATH ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Tells whether a program, or a file by its whole path, is on this machine. @returns {Promise<(thing: string) => boolean>} */
export async function lookAround() {
  const answers = await dockerAnswers();
  const given = new Set(answers ? engine.map(([thing]) => thing) : []);
  return (thing) => {
    if (given.has(thing)) return true;
    if (thing.startsWith("/")) return existsSync(thing);
    return folders.some((folder) => existsSync(join(folder, thing)));
  };
}

/** @param {readonly string[]} packages */
async function isWanted(packages) {
  if (!process.stdin.isTTY || process.env.CI === "true") return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`This needs ${packages.join(", ")}. Install? [Y/n] `);
  terminal.close();
  return /^(y|yes|)$/i.test(answer.trim());
}

/** Waits for its turn: another of our commands may be installing, too. @param {readonly string[]} args @param {readonly string[]} [before] words that run it */
function aptGet(args, before = []) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l" };
  const words = [...before, "apt-get", "-o", "DPkg::Lock::Timeout=600", ...args];
  spawnSync("flock", ["/run/harden-test-apt.lock", ...words], { stdio: ["ignore", 2, 2], env });
}

/** Older releases have the client within docker.io. @param {string} name */
function isKnown(name) {
  const { stdout } = spawnSync("apt-cache", ["policy", name], { encoding: "utf8" });
  return /Candidate: (?!\(none\))/.test(stdout ?? "");
}

const policy = "/usr/sbin/policy-rc.d";
const noSshd = `#!/bin/sh
# Of the tests of harden, while they install openssh-server: this machine's ports stay as they are.
case $1 in ssh | ssh.* | sshd | sshd.*) exit 101 ;; esac
exit 0
`;
/** Also where somebody interrupts it. */
const withPolicy = `trap 'rm -f ${policy}' EXIT; trap 'exit 1' HUP INT TERM; "$@"`;

/** The suites start an sshd of their own, on loopback: this machine gets none that others reach. @param {readonly string[]} packages */
function installQuietly(packages) {
  const brings = packages.includes("openssh-server");
  const ours = brings && !existsSync(policy);
  if (ours) writeFileSync(policy, noSshd, { mode: 0o755 });
  const install = ["--yes", "--quiet=2", "--no-install-recommends", "install", ...packages];
  aptGet(install, ours ? ["sh", "-c", withPolicy, "sh"] : []);
  if (brings && existsSync("/run/systemd/system"))
    spawnSync("systemctl", ["--quiet", "disable", "ssh.service", "ssh.socket"], { stdio: ["ignore", 2, 2] });
}

/** Installs what suites, or the script of a command, need here; says what is still not there, and why. @param {readonly string[]} paths */
export async function installMissing(paths) {
  const packages = missingPackages(paths, await lookAround());
  if (packages.length === 0) return [];
  const list = packages.join(", ");
  if (process.getuid?.() !== 0) return [`not installed, as only root can: ${list}`];
  if (!existsSync("/usr/bin/apt-get")) return [`not installed, as there is no apt here: ${list}`];
  if (!(await isWanted(packages))) return [`not installed, as you wished: ${list}`];
  process.stderr.write(`installing ${list}…\n`);
  aptGet(["--quiet=2", "update"]);
  installQuietly(packages.filter(isKnown));
  const left = missingPackages(paths, await lookAround());
  return left.length === 0 ? [] : [`apt could not install ${left.join(", ")}`];
}
