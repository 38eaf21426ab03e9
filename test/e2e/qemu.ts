import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { type Channel, openChannel } from "./channel.ts";
import { runProgram } from "./process.ts";
import { waitUntil } from "./wait.ts";

export type Accelerator = "kvm" | "tcg";

interface Start {
  readonly accelerator: Accelerator;
  /** Holds vmlinuz and initrd. */
  readonly images: string;
  /** Holds the sockets, the console's log, and the disk. */
  readonly folder: string;
  readonly disk: string;
  /** A saved state to go on from. */
  readonly state?: string;
}

export interface Machine {
  readonly port: number;
  readonly agentSocket: string;
  monitor(execute: string, args?: object): Promise<unknown>;
  /** Waits for an event that has not been waited past. */
  event(name: string, timeoutMs: number): Promise<void>;
  /** Gives it one more disk that it can only read, a raw file: the machine calls it by `serial`, in /dev/disk/by-id. */
  plug(file: string, serial: string): Promise<void>;
  /** Ends the emulator at once. */
  kill(): Promise<void>;
}

/** An emulated processor is many times slower, but a /dev/kvm alone doesn't mean that guests run. */
export function accelerators(): Accelerator[] {
  const flags = /^flags\s*:.*\b(vmx|svm)\b/m.test(readFileSync("/proc/cpuinfo", "utf8"));
  return flags && existsSync("/dev/kvm") ? ["kvm", "tcg"] : ["tcg"];
}

export async function hasQemu(): Promise<boolean> {
  const { code } = await runProgram("qemu-system-x86_64", ["--version"]).catch(() => ({ code: 127 }));
  return code === 0;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}

function argumentsOf({ accelerator, images, folder, disk, state }: Start, port: number): string[] {
  const processor = accelerator === "kvm" ? ["kvm", "host"] : ["tcg,thread=multi,tb-size=256", "qemu64"];
  return [
    ...[
      "-accel",
      processor[0]!,
      "-cpu",
      processor[1]!,
      "-machine",
      "pc,vmport=off",
      "-smp",
      "2",
      "-m",
      "512",
    ],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-name", "harden-test"],
    ...["-kernel", join(images, "vmlinuz"), "-initrd", join(images, "initrd")],
    // An emulated processor has nothing to guard: without its mitigations a machine is a tenth faster.
    ...["-append", "root=/dev/vda rw console=ttyS0 net.ifnames=0 panic=-1 mitigations=off"],
    // Its power is lost by a reset, which this machine's own cache outlives: no flush has to wait for a real disk.
    ...["-drive", `file=${disk},if=virtio,format=qcow2,cache=unsafe`],
    ...["-netdev", `user,id=net,hostfwd=tcp:127.0.0.1:${port}-:22`],
    ...["-device", "virtio-net-pci,netdev=net,romfile=", "-device", "virtio-rng-pci"],
    ...["-chardev", `socket,id=agent,path=${join(folder, "agent")},server=on,wait=off`],
    ...[
      "-device",
      "virtio-serial-pci",
      "-device",
      "virtserialport,chardev=agent,name=org.qemu.guest_agent.0",
    ],
    ...["-serial", `file:${join(folder, "console.log")}`],
    ...["-qmp", `unix:${join(folder, "monitor")},server=on,wait=off`],
    ...(state ? ["-incoming", `exec:cat '${state}'`] : []),
  ];
}

/** A saved state fits the emulator and the machine that it was saved with, and no other; `ready` is what was waited for. */
export async function fingerprint(accelerator: Accelerator, ready: string): Promise<string> {
  const { stdout } = await runProgram("qemu-system-x86_64", ["--version"]);
  const machine = argumentsOf({ accelerator, images: "", folder: "", disk: "" }, 0);
  return createHash("sha256")
    .update(JSON.stringify([stdout, machine, ready]))
    .digest("hex")
    .slice(0, 8);
}

export async function startMachine(start: Start): Promise<Machine> {
  const port = await freePort();
  const log = join(start.folder, "qemu.log");
  const out = openSync(log, "a");
  // The emulator ends with the test's process, however that ends.
  const command = ["--pdeathsig", "KILL", "qemu-system-x86_64", ...argumentsOf(start, port)];
  const child = spawn("setpriv", command, { stdio: ["ignore", out, out] });
  closeSync(out);
  const ended = new Promise<void>((resolve) => child.on("close", () => resolve()));
  const channel = await openMonitor(join(start.folder, "monitor"), child, log);

  const machine: Machine = {
    port,
    agentSocket: join(start.folder, "agent"),
    async monitor(execute, args = {}) {
      channel.send({ execute, arguments: args });
      const answer = await channel.receive((message) => "return" in message || "error" in message, 60_000);
      if (!answer || answer.error)
        throw new Error(`${execute}: ${JSON.stringify(answer?.error ?? "silence")}`);
      return answer.return;
    },
    async event(name, timeoutMs) {
      const seen = await channel.receive((message) => message.event === name, timeoutMs);
      if (!seen) throw new Error(`waited ${timeoutMs / 1000} s in vain for the machine's ${name}`);
    },
    async plug(filename, serial) {
      const file = { driver: "file", filename };
      await machine.monitor("blockdev-add", {
        driver: "raw",
        "node-name": serial,
        "read-only": true,
        file,
      });
      await machine.monitor("device_add", { driver: "virtio-blk-pci", drive: serial, serial });
    },
    async kill() {
      child.kill("SIGKILL");
      channel.close();
      await ended;
    },
  };
  await machine.monitor("qmp_capabilities");
  if (start.state) await goOn(machine);
  return machine;
}

async function openMonitor(path: string, child: ChildProcess, log: string): Promise<Channel> {
  let channel: Channel | undefined;
  await waitUntil("QEMU's monitor answers", async () => {
    if (child.exitCode !== null) throw new Error(`QEMU ended: ${readFileSync(log, "utf8").trim()}`);
    channel = await openChannel(path).catch(() => undefined);
    return channel !== undefined;
  });
  return channel!;
}

/** A state is saved while the machine stands still: let it run again as soon as it is loaded. */
async function goOn(machine: Machine) {
  await waitUntil("the saved state is loaded", async () => {
    const { status } = (await machine.monitor("query-status")) as { status: string };
    return status !== "inmigrate";
  });
  await machine.monitor("cont");
}

/** Saves the running machine into a file, and ends it. */
export async function saveMachine(machine: Machine, file: string) {
  await machine.monitor("stop");
  await machine.monitor("migrate-set-parameters", { "max-bandwidth": 10 ** 10 });
  await machine.monitor("migrate", { uri: `exec:cat >'${file}'` });
  await waitUntil("the machine's state is saved", async () => {
    const { status, ...rest } = (await machine.monitor("query-migrate")) as { status: string };
    if (status === "failed") throw new Error(`the state could not be saved: ${JSON.stringify(rest)}`);
    return status === "completed";
  });
  await machine.monitor("quit");
  await machine.kill();
}
