// Builds the disks of virtual machines where they are missing: node docker/vm.mjs [DISTRO [engine]], without words all.
// Prints the folder that holds bare.raw, full.raw, vmlinuz and initrd; with `engine` the file of a further disk, which has a
// container engine's files: what is plugged in by one suite costs the others nothing.
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { addFiles, step, suites } from "./build.mjs";
import { building } from "./building.mjs";
import { cacheFolder } from "./cache.mjs";
import { makeKey, testKey } from "./key.mjs";
import { runLocked } from "./lock.mjs";
import { mirrors } from "./mirrors.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const ingredients = ["customize.sh", "repository.sh", "packages", "rootfs", "probe", "full.sh"];
const scripts = ["vm.sh", "vm-initramfs.sh", "vm-customize.sh"];
const engineScripts = ["vm-engine.sh", "download.sh"];

/** @param {string} distro */
function folderOf(distro) {
  const hash = createHash("sha256")
    .update(`vm\0${distro}\0`)
    .update(readFileSync(`${testKey}.pub`));
  addFiles(hash, [...ingredients, ...scripts]);
  return join(cacheFolder, `vm-${distro}-${hash.digest("hex").slice(0, 12)}`);
}

/** Disks of earlier definitions that nobody can be using any more. @param {string} distro @param {string} current */
function removeOld(distro, current) {
  const weekAgo = Date.now() - 7 * 24 * 3600_000;
  for (const name of readdirSync(cacheFolder).filter((one) => one.startsWith(`vm-${distro}-`))) {
    const folder = join(cacheFolder, name);
    if (folder !== current && statSync(folder).mtimeMs < weekAgo)
      rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} what @param {(from: Awaited<ReturnType<typeof mirrors>>) => Promise<unknown>} make */
const build = (what, make) => building(what, async () => make(await mirrors()));

/** @param {string} distro */
async function buildDisks(distro) {
  const suite = suites[distro];
  if (!suite) throw new Error(`no such distribution: ${distro}`);
  await makeKey();
  const folder = folderOf(distro);
  if (existsSync(folder)) return folder;
  if (process.getuid?.() !== 0) throw new Error("only root can make the virtual machine's disks");

  const work = mkdtempSync(join(cacheFolder, "vm-"));
  try {
    const key = readFileSync(`${testKey}.pub`, "utf8").trim();
    await build(`the disks of a ${distro} machine`, ({ main, security }) =>
      step(join(here, "vm.sh"), [suite, main, security, key, work]),
    );
    renameSync(work, folder);
    removeOld(distro, folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return folder;
}

/** @param {string} distro */
async function buildEngine(distro) {
  const folder = await buildDisks(distro);
  const hash = createHash("sha256");
  addFiles(hash, engineScripts);
  const disk = join(folder, `engine-${hash.digest("hex").slice(0, 12)}.raw`);
  if (existsSync(disk)) return disk;
  const machine = join(folder, "full.raw");
  await build(`the disk of a ${distro} machine's container engine`, ({ main, security }) =>
    step(join(here, "vm-engine.sh"), [suites[distro] ?? "", main, security, machine, disk]),
  );
  for (const name of readdirSync(folder).filter((one) => /^engine-.*\.raw$/.test(one)))
    if (join(folder, name) !== disk) rmSync(join(folder, name));
  return disk;
}

async function buildAll() {
  const folders = [];
  for (const distro of Object.keys(suites)) folders.push(await buildDisks(distro));
  await buildEngine("debian13");
  return folders.join("\n");
}

/** @param {string | undefined} distro @param {string | undefined} what */
function made(distro, what) {
  if (distro === undefined) return buildAll();
  return what === "engine" ? buildEngine(distro) : buildDisks(distro);
}

runLocked(import.meta.url, async () => {
  const [, , distro, what] = process.argv;
  process.stdout.write(`${await made(distro, what)}\n`);
});
