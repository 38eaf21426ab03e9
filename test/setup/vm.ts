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

async function prepare(): Promise<string> {
  if (!(await hasQemu())) return "QEMU is not installed (Debian package qemu-system-x86)";
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
