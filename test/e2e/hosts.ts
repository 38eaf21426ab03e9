import { randomBytes, randomInt } from "node:crypto";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { inject } from "vitest";
import { docker, dockerProgram, labels, networkName, ownerOf } from "../../docker/engine.mjs";
import { makeHome } from "./home.ts";
import { expectInvariants } from "./invariants.ts";
import { type ExecOptions, type ExecResult, mustRun, runProgram } from "./process.ts";
import { steady, waitForBanner } from "./wait.ts";

export type Distro = "debian12" | "debian13";
export const bothDistros: readonly Distro[] = ["debian12", "debian13"];
export type Flavour = "bare" | "full" | "docker" | "servers" | "services";
export type Login = "root" | "admin" | "op";

/** What `op` types when sudo asks. */
export const opPassword = "op-Secret 1'$x";

export interface TestHost {
  readonly name: string;
  readonly distro: Distro;
  readonly address: string;
  /** Only where the machine has IPv6. */
  readonly address6?: string;
  readonly port: number;
  /** The address that connections of the controller come from, as the host sees it. */
  readonly controller: string;
  readonly target: (user: Login) => string;
  /** The private key that opens every test host. */
  readonly identity: string;
  readonly knownHosts: string;
  /** A HOME for the controller: its .ssh has known_hosts, id_ed25519 and a config that knows the host's name. */
  readonly home: string;
  /** Side door: runs a script as root, never through sshd. 124 when it takes too long. */
  exec(script: string, options?: ExecOptions): Promise<ExecResult>;
  /** Reboots, in good order or as by a power loss, and waits until the host is up again, with its sshd unless that is shut. */
  restart(options?: { readonly hard?: boolean; readonly shut?: boolean }): Promise<void>;
  remove(): Promise<void>;
}

export interface TestContainer extends TestHost {
  /** Copies a file or a folder of this machine into a folder of the host. */
  put(path: string, folder: string): Promise<void>;
}

/** Another machine in the same network: what it sends does not come from the controller. */
export interface Peer {
  readonly address: string;
  readonly address6?: string;
  exec(script: string, options?: ExecOptions): Promise<ExecResult>;
  /** What a TCP connection meets: an answer, a refusal, or nothing within two seconds. */
  knock(address: string, port: number): Promise<"open" | "refused" | "silent">;
  remove(): Promise<void>;
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const images = new Map<string, Promise<string>>();

/** Whether containers can be had here; the reason why not is what the run ends with. */
export function hasDocker(): boolean {
  return inject("docker") === "";
}

/** The tag of an image, which is built first where it is missing. */
function imageOf(distro: Distro, flavour: Flavour): Promise<string> {
  const name = `${distro}/${flavour}`;
  const build = () =>
    mustRun(process.execPath, [join(root, "docker/build.mjs"), name], { timeoutMs: 900_000 }).then(
      (line) => line.split(" ")[1] ?? "",
    );
  const image = images.get(name) ?? build();
  images.set(name, image);
  return image;
}

function ownLabels(): string[] {
  return labels(process.env.HARDEN_TEST_OWNER ?? ownerOf(process.pid) ?? "0.0");
}

/** The subnets of the hosts' network, the second one where the machine has IPv6. */
async function network() {
  const format = "{{range .IPAM.Config}}{{.Subnet}} {{.Gateway}}\n{{end}}";
  const rows = (await docker(["network", "inspect", "--format", format, networkName])).split("\n");
  const [, gateway = ""] = rows.find((row) => row.includes("."))?.split(" ") ?? [];
  const [subnet6] = rows.find((row) => row.includes(":"))?.split(" ") ?? [];
  return { gateway, ...(subnet6 && { subnet6 }) };
}

/** Runs a container at an address of its own choice: that one it keeps over a restart. */
async function runContainer(name: string, args: readonly string[]) {
  const { gateway, subnet6 } = await network();
  for (let attempt = 0; ; attempt++) {
    const [third, fourth] = [randomInt(1, 255), randomInt(1, 255)];
    const address = gateway.replace(/0\.1$/, `${third}.${fourth}`);
    const address6 = subnet6?.replace(/\/64$/, `${third}:${fourth}`);
    const place = ["--ip", address, ...(address6 ? ["--ip6", address6] : []), ...ownLabels()];
    try {
      await docker(["run", "--detach", "--name", name, "--network", networkName, ...place, ...args]);
      return { address, controller: gateway, ...(address6 && { address6 }) };
    } catch (error) {
      await docker(["rm", "--force", "--volumes", name]).catch(() => undefined);
      if (attempt === 5 || !/already in use/i.test((error as Error).message)) throw error;
    }
  }
}

/** The first process of each container, as `ownerOf` names it. */
const firsts = new Map<string, string>();

const pidOf = (owner: string) => owner.slice(0, owner.indexOf("."));

/** Its number on this machine; nothing where the container does not run. */
async function firstProcess(container: string): Promise<string | undefined> {
  const known = firsts.get(container);
  if (known && ownerOf(Number(pidOf(known))) === known) return pidOf(known);
  firsts.delete(container);
  const { stdout } = await runProgram(dockerProgram, ["inspect", "--format", "{{.State.Pid}}", container]);
  const owner = ownerOf(Number(stdout));
  if (owner === undefined) return undefined;
  firsts.set(container, owner);
  return pidOf(owner);
}

const inside = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root" };

/** By its namespaces: `docker exec` takes several programs and a tenth of a second for each. */
async function execIn(container: string, script: string, options: ExecOptions = {}): Promise<ExecResult> {
  const seconds = Math.ceil((options.timeoutMs ?? 60_000) / 1000);
  const first = await firstProcess(container);
  if (!first) return { code: 1, stdout: "", stderr: `${container} does not run` };
  const command = ["timeout", "-k", "2", String(seconds), "sh", "-c", script];
  return runProgram("nsenter", ["--target", first, "--all", "--", ...command], {
    ...(options.stdin !== undefined && { stdin: options.stdin }),
    timeoutMs: (seconds + 10) * 1000,
    env: inside,
    leaves: true,
  });
}

const untilBooted = `until state=$(systemctl is-system-running --wait 2>/dev/null)
  { [ "$state" = running ] || [ "$state" = degraded ]; } && ${steady}; do sleep 0.2; done`;

export async function startHost(
  distro: Distro,
  flavour: Flavour = "full",
  options: { readonly name?: string; readonly disk?: string } = {},
): Promise<TestContainer> {
  const image = await imageOf(distro, flavour);
  const name = options.name ?? `${distro}-${flavour}`;
  const container = `harden-${name}-${randomBytes(3).toString("hex")}`;
  const engine = flavour === "docker" || flavour === "services" ? "/var/lib/docker" : undefined;
  const disk = [engine, options.disk].flatMap((folder) => (folder === undefined ? [] : ["--volume", folder]));
  const system = ["--privileged", "--cgroupns=private", "--tmpfs", "/run:rw,nosuid,nodev,noexec,mode=755"];
  const run = ["--hostname", name, ...disk, ...system, "--tmpfs", "/run/lock", image];
  const addresses = await runContainer(container, run);

  const exec = (script: string, o?: ExecOptions) => execIn(container, script, o);
  const booted = async (shut = false) => {
    const { code } = await exec(untilBooted, { timeoutMs: 240_000 });
    if (code !== 0) throw new Error(`${name} does not boot: ${(await exec("systemctl list-jobs")).stdout}`);
    if (!shut) await waitForBanner(addresses.address, 22);
  };
  await booted();
  const keys = await exec("cat /etc/ssh/ssh_host_*_key.pub");
  const home = makeHome({ name, address: addresses.address, port: 22, hostKeys: keys.stdout });

  const host: TestContainer = {
    name,
    distro,
    ...addresses,
    port: 22,
    target: (user) => `${user}@${addresses.address}`,
    ...home,
    exec,
    async put(path, folder) {
      await docker(["cp", "--follow-link", path, `${container}:${folder}/`]);
    },
    async restart({ hard = false, shut = false } = {}) {
      await docker(hard ? ["kill", container] : ["stop", "--time", "60", container]);
      await docker(["start", container]);
      await booted(shut);
    },
    async remove() {
      try {
        await expectInvariants(host);
      } finally {
        await docker(["rm", "--force", "--volumes", container]);
        rmSync(home.home, { recursive: true, force: true });
      }
    },
  };
  return host;
}

export async function startPeer(host: Pick<TestHost, "distro">): Promise<Peer> {
  const image = await imageOf(host.distro, "bare");
  const container = `harden-peer-${randomBytes(3).toString("hex")}`;
  const run = ["--hostname", "peer", "--cap-add", "NET_ADMIN", image, "sleep", "infinity"];
  const { controller: _, ...addresses } = await runContainer(container, run);
  const exec = (script: string, o?: ExecOptions) => execIn(container, script, o);
  return {
    ...addresses,
    exec,
    async knock(address, port) {
      const { code } = await exec(`timeout 2 bash -c '</dev/tcp/${address}/${port}'`);
      if (code === 124) return "silent";
      return code === 0 ? "open" : "refused";
    },
    async remove() {
      await docker(["rm", "--force", container]);
    },
  };
}
