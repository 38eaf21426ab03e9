import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { type Agent, openAgent } from "./agent.ts";
import { makeHome } from "./home.ts";
import type { Distro, TestHost } from "./hosts.ts";
import { mustRun } from "./process.ts";
import {
  type Accelerator,
  accelerators,
  fingerprint,
  type Machine,
  saveMachine,
  startMachine,
} from "./qemu.ts";
import { waitForBanner, waitUntil } from "./wait.ts";

/** A whole machine with a kernel of its own. Each start goes on from the same saved moment. */
export interface TestVm extends TestHost {
  /** The reset button: the machine's memory is gone, its disk is as it was; waits until it is up again. */
  reset(): Promise<void>;
  /**
   * The reset button, pressed by the machine itself as soon as `condition`, a shell test, holds; nothing is synced.
   * What `look` prints at that moment is on the console, as lines with `cut: `. Resolves when armed; what it gives
   * resolves when the machine is up again.
   */
  resetWhen(condition: string, look?: string): Promise<{ readonly up: () => Promise<void> }>;
  /** What the machine has written on its console since it was started. */
  console(): string;
  /**
   * Plugs in a disk with a container engine's files, and links them to where its packages would have put them. Nothing of
   * it runs, and dpkg knows nothing of it.
   */
  plugEngine(): Promise<void>;
}

/** What a run is asked for: an emulated processor takes longer to prove it than the host would wait. */
export const unhurried = ["--yes", "--confirm-timeout", "900"] as const;

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export function hasVm(): boolean {
  return inject("vm") === "";
}

interface Prepared {
  readonly images: string;
  readonly disk: string;
  readonly state: string;
  readonly accelerator: Accelerator;
}

/** Without or with the packages that the controls manage. */
type MachineFlavour = "bare" | "full";

/** Boots once and keeps the moment when all is up; later starts take seconds instead of half a minute. */
export async function prepareVm(distro: Distro, flavour: MachineFlavour = "full"): Promise<Prepared> {
  const images = await mustRun(process.execPath, [join(root, "docker/vm.mjs"), distro], {
    timeoutMs: 900_000,
  });
  let fault: unknown;
  for (const accelerator of accelerators()) {
    const saved = join(images, `${flavour}-${accelerator}-${await fingerprint(accelerator, ready[flavour])}`);
    const prepared = { images, accelerator, disk: join(saved, "disk.qcow2"), state: join(saved, "state") };
    if (existsSync(saved)) return prepared;
    try {
      await bootAndSave(prepared, flavour, saved);
      return prepared;
    } catch (error) {
      fault = error;
    }
  }
  throw fault;
}

/** A service that were saved in the middle of its start would take the time until it is used for a start that hangs. */
const ready: Readonly<Record<MachineFlavour, string>> = { bare: "true", full: "fail2ban-client ping" };

async function bootAndSave({ images, accelerator }: Prepared, flavour: MachineFlavour, saved: string) {
  const folder = mkdtempSync(join(images, "boot-"));
  const disk = join(folder, "disk.qcow2");
  let machine: Machine | undefined;
  try {
    await overlay(join(images, `${flavour}.raw`), "raw", disk);
    machine = await startMachine({ images, accelerator, folder, disk });
    const agent = await openAgent(machine.agentSocket);
    await booted(agent, machine.port, "");
    const { exec } = agent;
    const isReady = async () => (await exec(ready[flavour])).code === 0;
    await waitUntil(`${ready[flavour]} succeeds`, isReady, 200_000);
    agent.close();
    await saveMachine(machine, join(folder, "state"));
    if (!existsSync(saved)) renameSync(folder, saved);
  } finally {
    await machine?.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function overlay(backing: string, format: string, disk: string) {
  await mustRun("qemu-img", ["create", "-q", "-f", "qcow2", "-b", backing, "-F", format, disk]);
}

const bootId = "cat /proc/sys/kernel/random/boot_id";
const state = `${bootId}; systemctl is-system-running; systemctl list-jobs --no-legend | head -1`;

/** More than any emulated boot has taken, 400 s; a slow one says what it said meanwhile. */
const [mostMs, slowMs] = [900_000, 180_000];

/** Waits for a boot other than `before` to have ended. */
async function booted(agent: Agent, port: number, before: string) {
  const began = Date.now();
  const said: string[] = [];
  const test = async () => {
    const answer = await agent.exec(state, { timeoutMs: 10_000 }).then(
      ({ stdout }) => stdout,
      (error: Error) => error.message,
    );
    if (!said.at(-1)?.endsWith(answer)) said.push(`${Math.round((Date.now() - began) / 1000)} s: ${answer}`);
    const [id = "", system = "", job = ""] = answer.split("\n");
    return id !== before && /^(running|degraded)$/.test(system) && job === "";
  };
  await waitUntil("the machine has booted", test, mostMs).catch((error: Error) => {
    throw new Error(`${error.message}; it said: ${said.join("; ")}`);
  });
  await waitForBanner("127.0.0.1", port, mostMs);
  if (Date.now() - began > slowMs) process.stderr.write(`a slow boot: ${said.join("; ")}\n`);
}

/** systemd finds units that are new when they are started: to load all of them anew takes an emulated machine seconds. */
const linkEngine = `set -e
disk=/dev/disk/by-id/virtio-engine
timeout 60 sh -c "until [ -e $disk ]; do sleep 0.1; done"
mkdir /opt/engine && mount -o ro $disk /opt/engine
cp --recursive --symbolic-link --no-clobber /opt/engine/* /
groupadd --system docker`;

export async function startVm(distro: Distro, flavour: MachineFlavour = "full"): Promise<TestVm> {
  const { images, accelerator, disk, state } = await prepareVm(distro, flavour);
  const name = `vm-${distro}`;
  const folder = mkdtempSync(join(tmpdir(), "harden-vm-"));
  const own = join(folder, "disk.qcow2");
  await overlay(disk, "qcow2", own);
  const machine = await startMachine({ images, accelerator, folder, disk: own, state });
  const { port } = machine;
  const agent = await openAgent(machine.agentSocket);
  // The machine thinks that it is still the moment at which it was saved.
  const now = `date --set=@${(Date.now() / 1000).toFixed(3)} >/dev/null`;
  const keys = await agent.exec(`${now}; cat /etc/ssh/ssh_host_*_key.pub`);
  // The first login of an emulated machine under load takes its time.
  const connectTimeout = 90;
  const home = makeHome({ name, address: "127.0.0.1", port, hostKeys: keys.stdout, connectTimeout });
  const currentBoot = async () => (await agent.exec(bootId)).stdout.trim();
  await waitForBanner("127.0.0.1", port, mostMs);

  const vm: TestVm = {
    name,
    distro,
    address: "127.0.0.1",
    port,
    controller: "10.0.2.2",
    target: (user) => `${user}@127.0.0.1:${port}`,
    ...home,
    exec: agent.exec,
    console: () => readFileSync(join(folder, "console.log"), "utf8"),
    async plugEngine() {
      const disk = await mustRun(process.execPath, [join(root, "docker/vm.mjs"), distro, "engine"], {
        timeoutMs: 900_000,
      });
      await machine.plug(disk, "engine");
      const { code, stdout, stderr } = await agent.exec(linkEngine);
      if (code !== 0) throw new Error(`the engine's disk: ${stdout}${stderr}`);
    },
    async reset() {
      const before = await currentBoot();
      await machine.monitor("system_reset");
      agent.lost();
      await booted(agent, port, before);
    },
    async resetWhen(condition, look = "true") {
      const before = await currentBoot();
      // The kernel's own log is on the console before anything else happens.
      const told = `{ ${look}; } 2>/dev/null | sed -u 's/^/<0>cut: /' >/dev/kmsg`;
      // What is told takes its time, and a program that stops the run's processes some, too: the shell itself stops them all.
      const hold = "kill -STOP -1";
      const script = `until ${condition}; do sleep 0.02; done\n${hold}\n${told}\necho b >/proc/sysrq-trigger\n`;
      // Whoever asks the monitor drops the events of earlier resets.
      await machine.monitor("query-status");
      const arm = "cat >/run/reset-when; setsid sh /run/reset-when </dev/null >/dev/null 2>&1 &";
      await agent.exec(arm, { stdin: script });
      return {
        async up() {
          await machine.event("RESET", 600_000);
          agent.lost();
          await booted(agent, port, before);
        },
      };
    },
    async restart({ hard = false } = {}) {
      if (hard) return vm.reset();
      const before = await currentBoot();
      await agent.exec("systemctl --no-block reboot");
      await booted(agent, port, before);
    },
    async remove() {
      agent.close();
      await machine.kill();
      rmSync(folder, { recursive: true, force: true });
      rmSync(home.home, { recursive: true, force: true });
    },
  };
  return vm;
}
