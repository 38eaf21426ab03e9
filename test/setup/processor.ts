/** Milliseconds of the processor that work takes: a busy machine has others to serve, too. */
export function processorMs(work: () => void): number {
  const began = process.cpuUsage();
  work();
  return process.cpuUsage(began).user / 1000;
}
