/** Running containers by a kernel of its own, with cgroups of the second version: a container of the tests may have the first. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { harden } from "../e2e/harden.ts";
import { startHost, type TestHost } from "../e2e/hosts.ts";
import { mustRun } from "../e2e/process.ts";
import { hasVm, startVm, type TestVm } from "../e2e/vm.ts";

/** An engine with all that it is linked to, as one archive; what the machine has stays. */
const programs = "dockerd docker docker-proxy containerd containerd-shim-runc-v2 runc";
const archive = `all=$(command -v ${programs}); for each in $all; do ldd "$each" | grep -o "/[^ ]*"; done | sort -u |
tar -C / -ch --files-from - $all /usr/sbin/docker-init /usr/bin/docker-init /usr/bin/tini-static /srv/busybox.tar 2>/dev/null; :`;

const engine = `modprobe -a overlay br_netfilter veth
systemd-run --quiet --unit containerd --property Delegate=yes containerd
systemd-run --quiet --unit docker --property Delegate=yes dockerd --containerd /run/containerd/containerd.sock
until docker version >/dev/null 2>&1; do systemctl is-failed --quiet docker && exit 1; sleep 0.5; done
docker import /srv/busybox.tar app:1.0 >/dev/null
docker network create --internal inside >/dev/null`;

const limits = "--memory 24m --memory-reservation 16m --cpus 0.2 --pids-limit 64";
const made = (name: string, command: string) =>
  `docker run --detach --name ${name} ${limits} --user 1000:1000 --read-only --cap-drop ALL \
--security-opt no-new-privileges --tmpfs /tmp:size=64m --restart unless-stopped --log-opt max-size=1m --log-opt max-file=3 \
--health-cmd true --health-interval 1h --network inside app:1.0 ${command} >/dev/null`;

const filled = "sh -c 'dd if=/dev/zero of=/dev/shm/full bs=1M count=21 2>/dev/null; sleep 9999'";

interface Answer {
  readonly containers: readonly { readonly name: string; readonly memory: { readonly peak?: number } }[];
  readonly checks: readonly {
    readonly id: string;
    readonly object: string;
    readonly verdict: string;
    readonly role: string;
  }[];
}

describe.skipIf(!hasVm())("the audit of containers on a whole machine", () => {
  let vm: TestVm;
  let source: TestHost;
  const exec = async (script: string) => {
    const { code, stdout, stderr } = await vm.exec(script, { timeoutMs: 600_000 });
    expect(code, stdout + stderr).toBe(0);
    return stdout.trim();
  };
  const audit = async (): Promise<Answer> => {
    const args = ["audit", vm.target("root"), "--format", "json"];
    const { stdout, stderr } = await harden(vm, args, { timeoutMs: 600_000 });
    expect(stdout, stderr).toContain("containers.memory-headroom");
    return JSON.parse(stdout)[0].value;
  };
  const red = ({ checks }: Answer, name: string) =>
    checks
      .filter(({ role, verdict }) => role === "audit" && (verdict === "fail" || verdict === "error"))
      .filter(({ object }) => object.split(" ")[0] === name)
      .map(({ id }) => id);
  const peakOf = ({ containers }: Answer, name: string) =>
    containers.find((each) => each.name === name)?.memory.peak;
  /** What the kernel itself says, by the path that it gives the first process. */
  const kernelPeak = async (name: string) =>
    Number(
      await exec(
        `cat "/sys/fs/cgroup$(sed -n s/^0:://p /proc/$(docker inspect -f '{{.State.Pid}}' ${name})/cgroup)/memory.peak"`,
      ),
    );

  beforeAll(async () => {
    [vm, source] = await Promise.all([startVm("debian13"), startHost("debian13", "docker")]);
    const [from, to] = [source, vm].map((each) => `ssh -F ${each.home}/.ssh/config ${each.name}`);
    const carried = `${from} -l root '${archive.replaceAll("'", "'\\''")}' | ${to} -l root tar -C / -x --skip-old-files`;
    await mustRun("sh", ["-c", carried], { timeoutMs: 600_000 });
    await exec(engine);
    await exec(`${made("well", "sleep 9999")}; ${made("full", filled)}
until [ "$(docker exec full stat -c %s /dev/shm/full)" = 22020096 ]; do sleep 0.5; done`);
  });
  afterAll(() => Promise.all([vm?.remove(), source?.remove()]));

  test("has cgroups of the second version, by which a well-made one is green", async () => {
    expect(await exec("stat -fc %T /sys/fs/cgroup")).toBe("cgroup2fs");
    expect(red(await audit(), "well")).toEqual([]);
  });

  test("takes the peak of memory from the kernel, also once less is in use", async () => {
    const before = await audit();
    expect(red(before, "full")).toEqual(["containers.memory-headroom"]);
    const peak = peakOf(before, "full");
    expect(peak).toBeGreaterThanOrEqual(21 << 20);
    expect(peak).toBe(await kernelPeak("full"));
    await exec("docker exec full rm /dev/shm/full");
    const after = await audit();
    expect(red(after, "full")).toEqual([]);
    expect(peakOf(after, "full")).toBe(peak);
  });
});
