// What the benchmark needs of this machine, installed where it is missing.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** A file that shows that a package is there. @type {Readonly<Record<string, string>>} */
const needed = {
  time: "/usr/bin/time",
  "openssh-client": "/usr/bin/ssh",
  "docker.io": "/usr/sbin/dockerd",
  "docker-cli": "/usr/bin/docker",
  mmdebstrap: "/usr/bin/mmdebstrap",
  "ansible-core": "/usr/bin/ansible-playbook",
  // The collections, of which the playbook uses ufw.
  ansible: "/usr/lib/python3/dist-packages/ansible_collections/community/general",
};

export function installPackages() {
  const missing = Object.keys(needed).filter((name) => !existsSync(needed[name] ?? ""));
  if (missing.length === 0) return;
  const install = ["install", "--yes", "--quiet=2", "--no-install-recommends", ...missing];
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get"))
    throw new Error(`These packages are missing: apt-get install ${missing.join(" ")}`);
  process.stderr.write(`installing ${missing.join(", ")}…\n`);
  for (const args of [["update", "--quiet=2"], install]) {
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    const { status } = spawnSync("apt-get", args, { stdio: ["ignore", 2, 2], env });
    if (status !== 0) throw new Error(`apt-get ${args[0]} failed`);
  }
}
