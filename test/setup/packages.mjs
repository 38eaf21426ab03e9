// The Debian packages that the tests need: finds those that are missing, and installs them.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { dockerAnswers } from "../../docker/engine.mjs";

/** What must be there, and the package that brings it. @type {Record<string, readonly (readonly [string, string])[]>} */
const needs = {
  shells: [
    ["dash", "dash"],
    ["busybox", "busybox-static"],
    ["fish", "fish"],
    ["tcsh", "tcsh"],
    ["ssh", "openssh-client"],
    ["shellcheck", "shellcheck"],
  ],
  images: [
    ["mmdebstrap", "mmdebstrap"],
    ["/usr/share/keyrings/debian-archive-keyring.gpg", "debian-archive-keyring"],
    ["flock", "util-linux"],
    ["ssh-keygen", "openssh-client"],
  ],
  docker: [
    ["dockerd", "docker.io"],
    ["/usr/bin/docker", "docker-cli"],
    ["iptables", "iptables"],
  ],
  qemu: [
    ["qemu-system-x86_64", "qemu-system-x86"],
    ["qemu-img", "qemu-utils"],
    ["mke2fs", "e2fsprogs"],
    ["setpriv", "util-linux"],
  ],
};

const folders = [...(process.env.PATH ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin"];

/** @param {string} thing a program, or a file by its whole path */
function isHere(thing) {
  if (thing.startsWith("/")) return existsSync(thing);
  return folders.some((folder) => existsSync(join(folder, thing)));
}

/** @param {ReadonlySet<string>} kinds the folders of test/ whose suites are to run */
async function missingPackages(kinds) {
  const wanted = [...(kinds.has("host") || kinds.has("e2e") ? (needs.shells ?? []) : [])];
  if (kinds.has("e2e") || kinds.has("vm")) wanted.push(...(needs.images ?? []));
  if (kinds.has("e2e") && !(await dockerAnswers())) wanted.push(...(needs.docker ?? []));
  if (kinds.has("vm")) wanted.push(...(needs.qemu ?? []));
  return [...new Set(wanted.filter(([thing]) => !isHere(thing)).map(([, name]) => name))];
}

/** @param {readonly string[]} packages */
async function isWanted(packages) {
  if (!process.stdin.isTTY || process.env.CI === "true") return true;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`The tests need ${packages.join(", ")}. Install? [Y/n] `);
  terminal.close();
  return /^(y|yes|)$/i.test(answer.trim());
}

/** @param {readonly string[]} args */
function aptGet(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", NEEDRESTART_MODE: "l" };
  return spawnSync("apt-get", [...args], { stdio: ["ignore", 2, 2], env }).status === 0;
}

/** Older releases have the client within docker.io. @param {string} name */
function isKnown(name) {
  const { stdout } = spawnSync("apt-cache", ["policy", name], { encoding: "utf8" });
  return /Candidate: (?!\(none\))/.test(stdout ?? "");
}

/** Installs what is missing; returns what could not be, and why. @param {ReadonlySet<string>} kinds */
export async function installMissing(kinds) {
  const packages = await missingPackages(kinds);
  if (packages.length === 0) return [];
  const list = packages.join(", ");
  if (process.getuid?.() !== 0) return [`what needs ${list}: not installed, and only root can install`];
  if (!isHere("apt-get")) return [`what needs ${list}: this machine has no apt`];
  if (!(await isWanted(packages))) return [`what needs ${list}: not wanted`];
  process.stderr.write(`installing ${list}…\n`);
  aptGet(["--quiet=2", "update"]);
  const known = packages.filter(isKnown);
  const installed = aptGet(["--yes", "--quiet=2", "--no-install-recommends", "install", ...known]);
  return installed ? [] : [`what needs ${list}: the installation failed`];
}
