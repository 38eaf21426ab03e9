// The three programs that are compared, each as the words of a process.
import { join } from "node:path";
import { run } from "./measure.mjs";

const root = join(import.meta.dirname, "..");
const cli = join(root, "dist/cli.js");
const playbook = join(import.meta.dirname, "ansible/site.yml");

export const profile = join(root, "profiles/production.yaml");
/** Left out on both sides: a container has no audit of its own. */
export const skip = ["auditd"];
const choice = ["--profile", profile, ...skip.flatMap((id) => ["--skip", id])];
/** What the playbook is about, too: the two are compared by the same work. */
const alike = ["sysctl", "updates", "fail2ban", "firewall", "ssh"].flatMap((id) => ["--only", id]);

/** @param {{ config: string, folder: string }} home */
export function tools({ config, folder }) {
  /** @param {string} command @param {readonly string[]} targets */
  const harden = (command, ...targets) => {
    const yes = command === "apply" ? ["--yes"] : [];
    return [process.execPath, cli, command, ...targets, ...choice, ...yes, "--ssh-config", config];
  };
  /** Of the playbook's sections alone. @param {string} command @param {string} target */
  const likePlaybook = (command, target) => [...harden(command, target), ...alike];
  const ansibleEnv = {
    ...process.env,
    ANSIBLE_CONFIG: join(import.meta.dirname, "ansible/ansible.cfg"),
    ANSIBLE_SSH_ARGS: `-F ${config} -o ControlMaster=auto -o ControlPersist=60s`,
    ANSIBLE_SSH_CONTROL_PATH_DIR: join(folder, "cp"),
    ANSIBLE_LOCAL_TEMP: join(folder, "tmp"),
  };
  return {
    harden,
    likePlaybook,
    node: [process.execPath, "-e", "0"],
    help: [process.execPath, cli, "--help"],
    /** @param {string} target */
    ssh: (target) => ["ssh", "-F", config, target, "true"],
    /** The playbook, and how often it changed something by its own recap. @param {string} target @param {readonly string[]} args */
    async play(target, ...args) {
      const words = ["ansible-playbook", "--inventory", `${target},`, playbook, ...args];
      const result = await run(words, { env: ansibleEnv });
      const recap = result.stdout.split("\n").findLast((line) => line.includes("changed=")) ?? "";
      return {
        ...result,
        recap: recap.replace(/\s+/g, " ").trim(),
        changed: Number(/changed=(\d+)/.exec(recap)?.[1]),
      };
    },
  };
}
