import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { ownerOf, removeContainers, startEngine } from "../../docker/engine.mjs";
import { note } from "./note.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Why there are no containers here; empty where there are. */
    docker: string;
  }
}

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

async function prepare(): Promise<string> {
  try {
    await startEngine();
  } catch (error) {
    return (error as Error).message;
  }
  await removeContainers();
  const { status } = spawnSync(process.execPath, [join(root, "docker/build.mjs")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return status === 0 ? "" : "the images of the test hosts could not be built";
}

export async function setup(project: TestProject) {
  process.env.HARDEN_TEST_OWNER = ownerOf(process.pid) ?? "0.0";
  const why = await prepare();
  if (why) note(`containers: ${why}`);
  project.provide("docker", why);
}

export async function teardown() {
  await removeContainers(process.env.HARDEN_TEST_OWNER).catch(() => undefined);
}
