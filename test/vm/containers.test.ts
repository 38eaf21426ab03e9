/**
 * What the container hosts' kernel lacks: cgroups of the second version, AppArmor, and an engine that maps its containers'
 * users. Networks are seen there: without any the engine starts sooner.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Made, made, red } from "../e2e/containers.ts";
import { harden, profileFile } from "../e2e/harden.ts";
import { hasVm, startVm, type TestVm } from "../e2e/vm.ts";

const settings = { "userns-remap": "default", bridge: "none", iptables: false, ip6tables: false };
const engine = `set -e
echo '${JSON.stringify(settings)}' >/etc/docker/daemon.json
timeout 240 systemctl start docker.service || { journalctl --no-pager -n 50 -u docker -u containerd; exit 1; }
mkdir -p /run/image/bin /run/image/tmp && cd /run/image && cp /usr/bin/busybox bin/
for name in sh sleep dd rm true; do ln -s busybox bin/$name; done
tar -c . | timeout 120 docker import - app:1.0`;

const full = "dd if=/dev/zero of=/dev/shm/full bs=1M count=21 2>/dev/null";
const small = { memory: "--memory 24m", cpus: "--cpus 1", network: "--network none" };

/** By name. Two are their image's root: with users of its own a container's root is nobody on the host. */
const containers: Readonly<Record<string, Made>> = {
  tight: { ...small, command: `sh -c '${full}; exec sleep 9999'` },
  "once-tight": { ...small, user: "", command: `sh -c '${full}; rm /dev/shm/full; exec sleep 9999'` },
  loose: {
    network: "--network none",
    cpus: "--cpus 1",
    user: "",
    more: "--security-opt apparmor=unconfined --userns host --cgroupns host",
  },
};
const names = Object.keys(containers);

/** One after another: beside each other they take an emulated machine twice as long. */
const start = `set -e
${names.map((name) => `timeout 300 ${made(name, containers[name])}`).join("\n")}
for each in ${names.join(" ")}; do
  pid=$(docker inspect --format '{{.State.Pid}}' $each)
  timeout 60 sh -c "until grep -qx sleep /proc/$pid/comm; do sleep 0.1; done" || { docker ps -a; exit 1; }
done`;

/** A line a container: its peak in bytes, and AppArmor's label of it, as the kernel has them. */
const kernel = `for each in ${names.join(" ")}; do
  set -- $(docker inspect --format '{{.Id}} {{.State.Pid}}' $each)
  echo "$(cat /sys/fs/cgroup/system.slice/docker-$1.scope/memory.peak) $(cat /proc/$2/attr/current)"
done`;

const mib = 1024 * 1024;

describe.skipIf(!hasVm())("containers on cgroups v2, with AppArmor and mapped users", () => {
  let vm: TestVm;
  let answer: Answer["value"];
  let before: string;
  let after: string;
  const exec = async (script: string) => {
    const { code, stdout, stderr } = await vm.exec(script, { timeoutMs: 400_000 });
    expect(code, stdout + stderr).toBe(0);
    return stdout.trim();
  };
  const verdict = (id: string, name: string) => {
    const found = answer.checks.filter((each) => each.id === id && each.object.split(" ")[0] === name);
    return found.map((each) => `${each.verdict} ${each.object}: ${each.found}`);
  };
  const memory = (name: string) => answer.containers.find((each) => each.name === name)!.memory;

  beforeAll(async () => {
    vm = await startVm("debian13");
    await vm.plugEngine();
    await exec(engine);
    await exec(start);
    before = await exec(kernel);
    const profile = profileFile("sysctl: {enabled: false}");
    const words = ["audit", vm.target("root"), "--profile", profile, "--format", "json"];
    const done = await harden(vm, words, { timeoutMs: 400_000 });
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 2 });
    answer = (JSON.parse(done.stdout) as readonly Answer[])[0]!.value;
    after = await exec(kernel);
  });
  afterAll(() => vm?.remove());

  test("the machine has them, and each container is red by its own weakness and no other", async () => {
    const asked = await exec("docker info --format '{{.CgroupVersion}} {{json .SecurityOptions}}'");
    expect(asked).toMatch(/^2 .*"name=apparmor".*"name=userns"/);
    const loose = ["containers.confinement", "containers.namespaces", "containers.user"];
    expect(Object.fromEntries(names.map((name) => [name, red(answer, name).sort()]))).toEqual({
      tight: ["containers.memory-headroom"],
      "once-tight": [],
      loose,
    });
  });

  test("a peak is the kernel's memory.peak, beside the limit and what is in use now", () => {
    const peaks = (lines: string) => lines.split("\n").map((line) => Number(line.split(" ")[0]));
    for (const [at, name] of names.entries()) {
      expect(memory(name).peak, name).toBeGreaterThanOrEqual(peaks(before)[at]!);
      expect(memory(name).peak, name).toBeLessThanOrEqual(peaks(after)[at]!);
    }
    expect(memory("tight").limit).toBe(24 * mib);
    expect(memory("tight").used).toBeGreaterThan(21 * mib);
    expect(memory("once-tight").used).toBeLessThan(10 * mib);
    expect(memory("once-tight").peak).toBeGreaterThan(21 * mib);
    const headroom = names.flatMap((name) => verdict("containers.memory-headroom", name));
    const peak = "in use without cache, its peak with cache was";
    expect(headroom).toEqual([
      expect.stringMatching(`^fail tight: 2\\dM of 24M ${peak} 2\\dM$`),
      expect.stringMatching(`^pass once-tight: \\d+[KM] of 24M ${peak} 2\\dM$`),
      expect.stringMatching(`^pass loose: \\d+[KM] of 64M ${peak} \\d+M$`),
    ]);
  });

  test("AppArmor's label decides, as the kernel has it", () => {
    const labels = after.split("\n").map((line) => line.replace(/^\d+ /, ""));
    expect(labels).toEqual(["docker-default (enforce)", "docker-default (enforce)", "unconfined"]);
    expect(verdict("containers.confinement", "tight")).toEqual(["pass tight: "]);
    expect(verdict("containers.confinement", "loose")).toEqual([
      "fail loose apparmor:unconfined: security_opt apparmor:unconfined",
    ]);
  });

  test("root is who is root on the host, and who has the host's users and cgroups is told apart", () => {
    expect(verdict("containers.user", "once-tight")).toEqual(["pass once-tight: "]);
    expect(verdict("containers.user", "loose")).toEqual([
      expect.stringMatching(/^fail loose: sleep \(process \d+\) runs as root; no user is set$/),
    ]);
    expect(verdict("containers.namespaces", "tight")).toEqual(["pass tight: "]);
    expect(verdict("containers.namespaces", "loose")).toEqual([
      "fail loose userns_mode: userns_mode: host",
      "fail loose cgroup: cgroup: host",
    ]);
  });
});
