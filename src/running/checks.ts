/** The checks that need a container and its host together, in the order in which they are told. */
import { type ObjectResult, objectCheck, resultOf } from "../checks/object.ts";
import { othersCheck } from "./auth.ts";
import { certificatesGroup } from "./certificates.ts";
import type { RunningCheck, RunningRow } from "./check.ts";
import { isTight, limitsOf, sizeText, sumOfCpus, usedBy, wantedFor } from "./limits.ts";
import { nowhere } from "./nodes.ts";
import type { Running } from "./running.ts";

const headroom = ({ containers }: Running): readonly ObjectResult[] =>
  containers.map((container): ObjectResult => {
    const { name, cgroup } = container;
    const { memory } = limitsOf(container);
    const at = nowhere;
    if (!Number.isFinite(memory))
      return {
        object: name,
        at,
        verdict: "not applicable",
        found: "no limit: containers.memory is about that",
      };
    const used = usedBy(container);
    const unknown = (what: string): ObjectResult =>
      resultOf(name, {
        at,
        unknown: true,
        found: what,
        remedy: `Look at it for a while: docker stats ${name}.`,
      });
    if (used === undefined) return unknown("the kernel doesn't say what it uses");
    const { peak } = cgroup;
    const seen = `${sizeText(used)} of ${sizeText(memory)} in use without cache`;
    const whole = peak === undefined ? seen : `${seen}, its peak with cache was ${sizeText(peak)}`;
    if (isTight(used, memory)) {
      const wanted = sizeText(wantedFor(Math.max(peak ?? 0, used)));
      return resultOf(name, {
        at,
        found: whole,
        remedy: `Write a limit of ${wanted}: its peak, half as much again, in steps of 64M.`,
      });
    }
    return {
      object: name,
      at,
      verdict: "pass",
      found: peak === undefined ? `${seen}; kernels before 5.19 don't keep its peak` : whole,
    };
  });

function cpuSum({ containers, host }: Running): readonly ObjectResult[] {
  const { sum, cores, unlimited } = sumOfCpus(containers, host);
  const open = unlimited.length === 0 ? "" : `, and no limit for ${unlimited.join(", ")}`;
  const found = `limits of ${sum} for ${cores} cores${open}`;
  if (sum <= cores) return [{ object: "", at: nowhere, verdict: "pass", found }];
  const remedy = "All of them busy share what there is: lower the limits of those that need not be fast.";
  return [{ object: "", at: nowhere, verdict: "fail", found, remedy }];
}

const readable: RunningRow = {
  id: "containers.readable",
  criteria: ["CC7.1"],
  title: "The engine says what runs",
  severity: "high",
  role: "audit",
  expected: "an engine that answers, or none",
  why: "What runs on the host is not known then, and nothing of it was measured.",
  leavesOpen: "What another engine runs beside it (Podman, a user's rootless one) isn't seen.",
  look: "systemctl status docker; docker ps",
  test: ({ containers }) => [
    { object: "", at: nowhere, verdict: "pass", found: `${containers.length} containers run` },
  ],
};

/** Where it can't be asked. */
export const unreadable = {
  ...objectCheck<RunningCheck>(readable),
  result: (found: string): ObjectResult =>
    resultOf("", {
      at: nowhere,
      unknown: true,
      found,
      remedy: "Look at it on the host: systemctl status docker; journalctl -u docker.",
    }),
};

const all: readonly RunningRow[] = [
  readable,
  {
    id: "containers.memory-headroom",
    criteria: ["A1.1"],
    title: "Limits of memory leave room above what is in use",
    severity: "low",
    moving: true,
    role: "audit",
    expected: "at most 80 % of the limit in use without cache",
    why: "At its limit a container is ended by the kernel in the middle of its work. The peak counts the cache of files, too, which the kernel takes back by itself.",
    leavesOpen: "A burst of more than what is free still ends it.",
    stricter: "A limit of twice the peak: memory that nothing else gets.",
    look: "docker stats --no-stream CONTAINER; cat /sys/fs/cgroup/system.slice/docker-*/memory.peak",
    test: headroom,
  },
  {
    id: "containers.cpu-sum",
    criteria: ["A1.1"],
    title: "Limits of CPU fit the host's cores",
    severity: "low",
    role: "advice",
    expected: "limits of all containers together no more than the host has cores",
    why: "Where all are busy at once, each gets less than its limit says, and sshd waits with them.",
    leavesOpen: "What the host runs outside of containers has no limit, and competes with them.",
    stricter: "`cpuset:` that leaves a core to the host: no container ever has it.",
    look: "nproc; docker inspect -f '{{.Name}} {{.HostConfig.NanoCpus}}' $(docker ps -q)",
    test: cpuSum,
  },
  certificatesGroup,
  othersCheck,
];

export const runningChecks = all.map(objectCheck<RunningCheck>);
