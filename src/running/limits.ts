/** What a container may take of its host, and what it was seen to take. Pure. */
import type { Container, Host } from "../facts/containers.ts";

/** Infinite where there is none. */
export interface Limits {
  /** Bytes. */
  readonly memory: number;
  /** Cores. */
  readonly cpus: number;
  readonly pids: number;
}

const none = Number.POSITIVE_INFINITY;
const orNone = (value: number | null | undefined) =>
  value !== null && value !== undefined && value > 0 ? value : none;

/** The kernel's word counts; where it has none, what the engine was told. */
export function limitsOf({ cgroup, memory, nanoCpus, cpuQuota, cpuPeriod, pids }: Container): Limits {
  const quota = cpuQuota > 0 ? cpuQuota / (cpuPeriod || 100_000) : none;
  return {
    memory: cgroup.memory ?? orNone(memory),
    cpus: cgroup.cpus ?? (nanoCpus > 0 ? nanoCpus / 1e9 : quota),
    pids: cgroup.pids ?? orNone(pids),
  };
}

const step = 64 * 1024 * 1024;
/** More than this part of a limit in use is a finding. */
const most = 0.8;

/** What a peak asks for: half as much again, in steps of 64M. */
export const wantedFor = (peak: number) => Math.ceil((peak * 1.5) / step) * step;

/** As compose has it. */
export const sizeText = (bytes: number) =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)}K` : `${Math.round(bytes / (1024 * 1024))}M`;

/** Without what the kernel takes back by itself; undefined where it doesn't say it. */
export const usedBy = ({ cgroup: { current, cache } }: Container) =>
  current === undefined || cache === undefined ? undefined : current - cache;

export const isTight = (used: number, limit: number) => used > limit * most;

/** `1.5 of web, 0.5 of api: 2 of 4 cores`. */
export function sumOfCpus(containers: readonly Container[], { cores }: Pick<Host, "cores">) {
  const each = containers.map((container) => ({ name: container.name, cpus: limitsOf(container).cpus }));
  const limited = each.filter(({ cpus }) => cpus !== none);
  const sum = round(limited.reduce((total, { cpus }) => total + cpus, 0));
  return { sum, cores, unlimited: each.filter(({ cpus }) => cpus === none).map(({ name }) => name) };
}

export const round = (cores: number) => Math.round(cores * 100) / 100;
