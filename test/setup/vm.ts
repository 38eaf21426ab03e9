import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { hasQemu } from "../e2e/qemu.ts";
import { prepareVm } from "../e2e/vm.ts";
import { note } from "./note.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Why there is no virtual machine here; empty where there is one. */
    vm: string;
  }
}

const disks = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), "docker/vm.mjs");

/** Builds the disks where no test's time limit runs, and is heard. */
async function prepare(): Promise<string> {
  if (!(await hasQemu())) return "QEMU is not installed (Debian package qemu-system-x86)";
  const { status } = spawnSync(process.execPath, [disks], { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) return "the disks of the virtual machines could not be built";
  try {
    await prepareVm("debian13");
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

export async function setup(project: TestProject) {
  const why = await prepare();
  if (why) note(`virtual machines: ${why}`);
  project.provide("vm", why);
}
