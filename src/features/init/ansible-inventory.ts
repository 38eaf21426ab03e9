/** The program ansible-inventory, which reads inventories of every kind, as playbooks would. */
import { spawn } from "node:child_process";
import { HardenError } from "../../errors.ts";
import { oneLine } from "../../text.ts";

const mostMs = 120_000;
const mostBytes = 64 * 1024 * 1024;

/** By itself it only warns of what it can't read, and goes on with less: https://docs.ansible.com/ansible/latest/reference_appendices/config.html */
const environment = [
  ...["ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=True", "ANSIBLE_INVENTORY_UNPARSED_FAILED=True"],
  ...["ANSIBLE_NOCOLOR=1", "ANSIBLE_FORCE_COLOR=0"],
];

interface Ended {
  /** Null where it was ended. */
  readonly code: number | null;
  readonly out: string;
  readonly complaint: string;
}

/** What it says of an inventory, as JSON. Throws HardenError `usage`. */
export async function listInventory(inventory: string): Promise<string> {
  const words = ["ansible-inventory", "--list", `--inventory=${inventory}`];
  const { code, out, complaint } = await ended([...environment, ...words]);
  if (code === 0) return out;
  if (code === 127)
    throw refused("Ansible is not here: an inventory is read by its own ansible-inventory.", {
      hint: "Install it (apt install ansible-core), or write the hosts into harden.yaml.",
    });
  const why = code === null ? "it took too long, or said too much" : complaint || `it ended with ${code}`;
  throw refused(`ansible-inventory can't read the inventory: ${why}`, {
    where: inventory,
    hint: "See what it says of it: ansible-inventory --list -i INVENTORY.",
  });
}

export const refused = (message: string, more: { readonly where?: string; readonly hint: string }) =>
  new HardenError("usage", message, {
    ...more,
    hostState: "no host was contacted, and nothing was written",
  });

function ended(words: readonly string[]): Promise<Ended> {
  return new Promise((done, failed) => {
    const child = spawn("env", words, { stdio: ["ignore", "pipe", "pipe"] });
    const [out, errors]: [Buffer[], Buffer[]] = [[], []];
    let size = 0;
    const timer = setTimeout(() => child.kill("SIGKILL"), mostMs);
    const taken = (to: Buffer[]) => (chunk: Buffer) => {
      size += chunk.length;
      if (size > mostBytes) child.kill("SIGKILL");
      else to.push(chunk);
    };
    child.stdout.on("data", taken(out));
    child.stderr.on("data", taken(errors));
    child.on("error", failed);
    child.on("close", (code) => {
      clearTimeout(timer);
      const said = Buffer.concat(errors).toString("utf8");
      done({ code, out: Buffer.concat(out).toString("utf8"), complaint: complaintIn(said) });
    });
  });
}

/** Its errors, without the warnings before them. */
function complaintIn(text: string): string {
  const [, error] = /^(?:\[?ERROR\]?!?:? ?)(.+)$/m.exec(text) ?? [];
  return oneLine(error ?? text, 300);
}
