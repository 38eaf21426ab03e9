/**
 * What the container hosts' kernel lacks: cgroups of the second version, AppArmor, and an engine that maps its containers'
 * users. An engine that were started by the side door's shell would keep its output open, and the answer is waited for in
 * vain: its units start it here.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, type Made, made, red } from "../e2e/containers.ts";
import { harden, profileFile } from "../e2e/harden.ts";
import { hasVm, startVm, type TestVm } from "../e2e/vm.ts";

const engine = `set -e
echo '{"userns-remap": "default"}' >/etc/docker/daemon.json
timeout 240 systemctl start docker.service || { journalctl --no-pager -n 50 -u docker -u containerd; exit 1; }
mkdir -p /run/image/bin /run/image/tmp && cd /run/image && cp /usr/bin/busybox bin/
for name in sh sleep dd rm true; do ln -s busybox bin/$name; done
tar -c . | timeout 60 docker import - app:1.0
timeout 60 docker network create --internal inside
`;

const fill = "dd if=/dev/zero of=/dev/shm/full bs=1M count=21 2>/dev/null";
const small = { memory: "--memory 24m" };

/** By name; the second one has given back what it took. */
const containers: Readonly<Record<string, Made>> = {
  roomy: {},
  "once-tight": { ...small, command: `sh -c '${fill}; rm /dev/shm/full; exec sleep 9999'` },
  tight: { ...small, command: `sh -c '${fill}; exec sleep 9999'` },
  unconfined: { more: "--security-opt apparmor=unconfined" },
  "host-users": { more: "--userns host" },
  "host-cgroups": { more: "--cgroupns host" },
};
const names = Object.keys(containers);

const pidOf = (name: string) => `$(docker inspect --format '{{.State.Pid}}' ${name})`;
const settled = names
  .map((name) => `timeout 60 sh -c "until grep -qx sleep /proc/${pidOf(name)}/comm; do sleep 0.1; done"`)
  .join(" && ");

describe.skipIf(!hasVm())(
  "containers on cgroups of the second version, with AppArmor and mapped users",
  () => {
    let vm: TestVm;
    let answer: Answer["value"];
    /** Each one's peak in bytes as the kernel had it, before the audit and after it. */
    let peaks: readonly (readonly number[])[];
    const exec = async (script: string) => {
      const { code, stdout, stderr } = await vm.exec(script, { timeoutMs: 400_000 });
      expect(code, stdout + stderr).toBe(0);
      return stdout;
    };
    const readPeaks = async () => {
      const { stdout } = await vm.exec(
        names
          .map(
            (name) =>
              `cat /sys/fs/cgroup/system.slice/docker-$(docker ps -q --no-trunc -f name=^${name}$).scope/memory.peak`,
          )
          .join("\n"),
      );
      return stdout.trim().split("\n").map(Number);
    };
    const check = (id: string, object: string) =>
      answer.checks.find((each) => each.id === id && each.object.split(" ")[0] === object);
    const memory = (name: string) => answer.containers.find((each) => each.name === name)!.memory;

    beforeAll(async () => {
      vm = await startVm("debian13");
      await vm.plugEngine();
      await exec(engine);
      await exec(["set -e", ...names.map((name) => made(name, containers[name]))].join("\n"));
      await exec(settled);
      const before = await readPeaks();
      const profile = profileFile("sysctl: {enabled: false}");
      const done = await harden(vm, ["audit", vm.target("root"), "--profile", profile, "--format", "json"], {
        timeoutMs: 400_000,
      });
      expect(done, done.stdout + done.stderr).toMatchObject({ code: 2 });
      answer = (JSON.parse(done.stdout) as readonly Answer[])[0]!.value;
      const after = await readPeaks();
      peaks = names.map((_, at) => [before[at]!, after[at]!]);
    });
    afterAll(() => vm?.remove());

    test("the machine has them", async () => {
      const asked = await exec("docker info --format '{{.CgroupVersion}} {{json .SecurityOptions}}'");
      expect(asked).toMatch(/^2 .*"name=apparmor".*"name=userns"/);
      expect(answer.engine.state).toBe("asked");
      expect(answer.containers.map(({ name }) => name)).toEqual([...names].sort());
    });

    test("each is red by its own weakness and no other", () => {
      expect(Object.fromEntries(names.map((name) => [name, red(answer, name)]))).toEqual({
        roomy: [],
        "once-tight": [],
        tight: ["containers.memory-headroom"],
        unconfined: ["containers.confinement"],
        "host-users": ["containers.namespaces"],
        "host-cgroups": ["containers.namespaces"],
      });
    });

    test("a peak is the kernel's memory.peak, beside a limit and what is in use now", () => {
      for (const [at, name] of names.entries()) {
        const [before, after] = peaks[at]!;
        expect(memory(name).peak, name).toBeGreaterThanOrEqual(before!);
        expect(memory(name).peak, name).toBeLessThanOrEqual(after!);
      }
      const mib = 1024 * 1024;
      expect(memory("once-tight").peak).toBeGreaterThan(21 * mib);
      expect(memory("once-tight").used).toBeLessThan(10 * mib);
      expect(memory("tight").used).toBeGreaterThan(21 * mib);
      expect(memory("tight").limit).toBe(24 * mib);
      expect(check("containers.memory-headroom", "once-tight")).toMatchObject({
        verdict: "pass",
        found: expect.stringMatching(/^\S+ of 24M in use without cache, its peak with cache was 2\dM$/),
      });
    });

    test("AppArmor's label decides, as the kernel has it", async () => {
      const labels = await exec(
        `cat /proc/${pidOf("roomy")}/attr/current /proc/${pidOf("unconfined")}/attr/current`,
      );
      expect(labels).toBe("docker-default (enforce)\nunconfined\n");
      expect(check("containers.confinement", "roomy")).toMatchObject({ verdict: "pass" });
      expect(check("containers.confinement", "unconfined")).toMatchObject({
        verdict: "fail",
        object: "unconfined apparmor:unconfined",
      });
    });

    test("who takes the host's users or cgroups is told apart", () => {
      const objects = answer.checks
        .filter(({ id, verdict }) => id === "containers.namespaces" && verdict === "fail")
        .map(({ object }) => object);
      expect(objects.sort()).toEqual(["host-cgroups cgroup", "host-users userns_mode"]);
    });
  },
);
