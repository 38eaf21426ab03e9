/** The host runtime's text: the files of `runtime/` in this order, one script. */
import { existsSync, readFileSync } from "node:fs";

export const runtimeFiles = [
  "base.sh",
  "lease.sh",
  "systemd.sh",
  "preflight.sh",
  "files.sh",
  "steps.sh",
  "manifest.sh",
  "units.sh",
  "packages.sh",
  "firewall.sh",
  "audit.sh",
  "checks.sh",
  "settle.sh",
  "run.sh",
  "tidy.sh",
  "main.sh",
] as const;

/** Reads it from the sources, or from `runtime.sh` beside a bundle. */
export function loadRuntime(folder: URL = new URL("./", import.meta.url)): string {
  const whole = new URL("runtime.sh", folder);
  if (existsSync(whole)) return readFileSync(whole, "utf8");
  const parts = runtimeFiles.map((name) => readFileSync(new URL(`runtime/${name}`, folder), "utf8"));
  return parts.map((part) => part.replace(/^# shellcheck shell=sh\n/, "")).join("\n");
}
