// Builds the images of the test hosts that are missing: node docker/build.mjs [DISTRO/FLAVOUR…]
// Prints one line for each: its name and its tag, which is a digest of all that it is made of.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { localPackages } from "../test/setup/needs.mjs";
import { building } from "./building.mjs";
import { cacheFolder } from "./cache.mjs";
import { docker, dockerProgram, makeNetwork, startEngine } from "./engine.mjs";
import { makeKey, testKey } from "./key.mjs";
import { runLocked } from "./lock.mjs";
import { mirrors } from "./mirrors.mjs";

const here = dirname(fileURLToPath(import.meta.url));
/** @type {Record<string, string>} */
export const suites = { debian12: "bookworm", debian13: "trixie" };
const flavours = ["bare", "full", "docker"];
/** A host with servers that people run in containers; and an engine's, with what it needs to make images like those that docker/example names. */
const moreImages = ["debian13/servers", "debian13/services"];
const hostImages = [
  ...Object.keys(suites).flatMap((distro) => flavours.map((flavour) => `${distro}/${flavour}`)),
  ...moreImages,
];
/** The command is a package of its own since Debian 13, whose compose is the plugin; Debian 12's is version 1, in Python. @type {Record<string, readonly string[]>} */
const engines = {
  debian12: ["docker.io", "docker-compose", "caddy"],
  debian13: ["docker.io", "docker-cli", "docker-compose"],
};
/** Each with its own client. */
const servers = [
  ...["redis-server", "valkey-server", "postgresql-17"],
  ...["mariadb-server-core", "mariadb-client-core", "rabbitmq-server"],
];
/** No test host, but what the unit and host suites run on in CI. */
const freshImage = "debian13/fresh";

/** What an image is made of, beside the image below it. @type {Record<string, readonly string[]>} */
const ingredients = {
  bare: [
    "base.sh",
    "customize.sh",
    "repository.sh",
    "packages/base.txt",
    "packages/repository.txt",
    "rootfs",
    "probe",
  ],
  full: ["full.sh"],
  docker: ["engine.sh", "download.sh"],
  servers: ["servers.sh", "download.sh"],
  services: ["services.sh", "services-customize.sh", "services"],
  fresh: ["fresh.sh", "fresh-customize.sh", "repository.sh"],
};
/** @type {Record<string, string>} */
const below = { full: "bare", servers: "bare", docker: "full", services: "docker" };
/** What runs in the image below. @type {Record<string, string>} */
const scripts = {
  ...{ full: "full.sh", docker: "engine.sh" },
  ...{ servers: "servers.sh", services: "services/keep.sh" },
};

/** @param {string} path @returns {string[]} */
function filesOf(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesOf(join(path, name)));
}

/** Adds what the named files are and hold. @param {import("node:crypto").Hash} hash @param {readonly string[]} names */
export function addFiles(hash, names) {
  for (const path of names.flatMap((name) => filesOf(join(here, name)))) {
    hash.update(`${relative(here, path)}\0${statSync(path).mode & 0o777}\0`).update(readFileSync(path));
  }
}

/** What it is made of beside files. @param {string} distro @param {string} flavour */
function basisOf(distro, flavour) {
  if (flavour === "fresh") return localPackages.join(" ");
  return below[flavour] ? digestOf(distro, below[flavour]) : readFileSync(`${testKey}.pub`);
}

/** @param {string} distro @param {string} flavour @returns {string} */
function digestOf(distro, flavour) {
  const hash = createHash("sha256").update(`${distro}\0${flavour}\0`);
  hash.update(basisOf(distro, flavour));
  if (flavour === "docker") hash.update((engines[distro] ?? []).join(" "));
  if (flavour === "servers") hash.update(servers.join(" "));
  addFiles(hash, ingredients[flavour] ?? []);
  return hash.digest("hex").slice(0, 12);
}

/** @param {string} image */
const split = (image) => {
  const [distro = "", flavour = ""] = image.split("/");
  return { distro, flavour };
};

/** @param {string} image */
function tagOf(image) {
  const { distro, flavour } = split(image);
  return `harden-test/${distro}:${flavour}-${digestOf(distro, flavour)}`;
}

/** @param {string} program @param {readonly string[]} args */
export async function step(program, args) {
  const child = spawn(program, [...args], { stdio: ["ignore", 2, 2] });
  const code = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (status, signal) => resolve(status ?? signal));
  });
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ended with ${code}`);
}

const label = ["--change", "LABEL harden-test=image"];
const settings = [
  'CMD ["/usr/local/sbin/container-init"]',
  "STOPSIGNAL SIGRTMIN+3",
  "ENV container=docker",
  "ENV SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1",
]
  .flatMap((line) => ["--change", line])
  .concat(label);

/** @param {string} image */
async function buildFromNothing(image) {
  const { distro, flavour } = split(image);
  const { main, security } = await mirrors();
  const tar = join(cacheFolder, `${distro}-${process.pid}.tar`);
  const [script, last, changes] =
    flavour === "fresh"
      ? ["fresh.sh", localPackages.join(" "), label]
      : ["base.sh", readFileSync(`${testKey}.pub`, "utf8").trim(), settings];
  try {
    await step(join(here, script), [suites[distro] ?? "", main, security, last, tar]);
    await docker(["import", ...changes, tar, tagOf(image)]);
  } finally {
    rmSync(tar, { force: true });
  }
}

/** Runs a script in the image below and keeps what it made. @param {string} image @param {readonly string[]} options */
async function buildOnTop(image, options) {
  const { distro, flavour } = split(image);
  const container = `harden-build-${distro}-${flavour}-${process.pid}`;
  const script = readFileSync(join(here, scripts[flavour] ?? ""), "utf8");
  const base = tagOf(`${distro}/${below[flavour]}`);
  try {
    const command = ["run", "--name", container, "--network", "none", ...options, base, "sh", "-c", script];
    await step(dockerProgram, command);
    await docker(["commit", ...settings, container, tagOf(image)]);
  } finally {
    await docker(["rm", "--force", container]).catch(() => undefined);
  }
}

/** What downloads packages, with what the image below a flavour lacks for them, into a folder of `work`. @param {string} distro @param {string} flavour @param {string} work */
async function downloadsFor(distro, flavour, work) {
  const { main, security } = await mirrors();
  const base = tagOf(`${distro}/${below[flavour]}`);
  const status = join(work, "status");
  writeFileSync(
    status,
    await docker(["run", "--rm", "--network", "none", base, "cat", "/var/lib/dpkg/status"]),
  );
  const suite = suites[distro] ?? "";
  /** @param {string} folder @param {readonly string[]} packages */
  return (folder, packages) =>
    step(join(here, "download.sh"), [suite, main, security, status, join(work, folder), ...packages]);
}

/** @param {string} distro @param {string} flavour */
async function buildWithPackages(distro, flavour) {
  const work = mkdtempSync(join(cacheFolder, "pool-"));
  try {
    const download = await downloadsFor(distro, flavour, work);
    if (flavour === "servers") await download("pool", servers);
    else {
      await download("pool", [...(engines[distro] ?? []), "busybox-static"]);
      await download("pool/redis", ["redis-tools"]);
      await download("pool/dropbear", ["dropbear-bin"]);
      await download("pool/nss", ["libnss-systemd"]);
    }
    await buildOnTop(`${distro}/${flavour}`, ["--volume", `${join(work, "pool")}:/mnt:ro`]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string} distro */
async function buildWithServices(distro) {
  const { main, security } = await mirrors();
  const work = mkdtempSync(join(cacheFolder, "services-"));
  try {
    await step(join(here, "services.sh"), [suites[distro] ?? "", main, security, join(work, "services.tar")]);
    cpSync(join(here, "services/images.sh"), join(work, "images.sh"));
    await buildOnTop(`${distro}/services`, ["--volume", `${work}:/mnt:ro`]);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {string} image */
async function build(image) {
  const { distro, flavour } = split(image);
  if (await hasImage(image)) return;
  if (below[flavour]) await build(`${distro}/${below[flavour]}`);
  await building(image, () => {
    if (flavour === "bare" || flavour === "fresh") return buildFromNothing(image);
    if (flavour === "full") return buildOnTop(image, []);
    return flavour === "services" ? buildWithServices(distro) : buildWithPackages(distro, flavour);
  });
}

/** @param {string} image */
const hasImage = (image) =>
  docker(["image", "inspect", "--format", "{{.Id}}", tagOf(image)]).then(Boolean, () => false);

/** Builds what is missing, the distributions beside each other, and gives the tag of each image. @param {readonly string[]} images */
async function buildImages(images) {
  const known = [...hostImages, freshImage];
  const unknown = images.filter((image) => !known.includes(image));
  if (unknown.length > 0)
    throw new Error(`no such image: ${unknown.join(", ")} (there are ${known.join(", ")})`);
  await makeKey();
  await startEngine();
  await makeNetwork();
  const distros = [...new Set(images.map((image) => split(image).distro))];
  await Promise.all(
    distros.map(async (distro) => {
      for (const image of images) if (split(image).distro === distro) await build(image);
    }),
  );
  return Object.fromEntries(images.map((image) => [image, tagOf(image)]));
}

runLocked(import.meta.url, async () => {
  const images = process.argv.slice(2);
  const tags = await buildImages(images.length > 0 ? images : hostImages);
  for (const [image, tag] of Object.entries(tags)) process.stdout.write(`${image} ${tag}\n`);
});
