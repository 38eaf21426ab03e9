/** A run whose file systems are not mounted when it is undone, in each shell: by the mount table that the runtime reads. */
import { mkdirSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { beginScript, rollbackScript } from "../../src/host/script.ts";
import type { Step } from "../../src/kinds/index.ts";
import { Root, run, shells, work } from "./root.ts";

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))("under %s", (_, shell) => {
  let root: Root;
  let before: string[];
  const listing = () => root.listing().filter((line) => !/^(run|proc)\//.test(line));
  beforeEach(() => {
    root = new Root(shell);
    root.write("etc/a.conf", "a\n");
    root.write("etc/part/sub/old.conf", "old\n");
    root.write("home/op/keys", "op's\n", 0o644);
    root.write("no-deadman", "");
    mount();
    before = listing();
  });
  afterEach(() => root.remove());

  const table = (...folders: readonly string[]) =>
    root.mounts(
      ...folders.map((folder, at) => `${at + 30} 20 8:1 / ${root.at(folder)} rw - ext4 /dev/sdb rw`),
    );
  const mount = () => table("etc/part", "home");
  /** What is in the folder is out of sight, and it is another one. */
  const unmount = (folder: string, ...left: readonly string[]) => {
    renameSync(root.at(folder), root.at(`${folder}.away`));
    mkdirSync(root.at(folder));
    table(...left);
  };
  const mountAgain = (folder: string) => {
    rmdirSync(root.at(folder));
    renameSync(root.at(`${folder}.away`), root.at(folder));
    mount();
  };
  const bits = (): Step => {
    const { uid, gid } = statSync(root.at("home/op/keys"));
    return { verb: "bits", path: root.at("home/op/keys"), uid, gid, from: "0644", to: "0600" };
  };
  const begin = async (...steps: readonly Step[]) => {
    const sent = await root.send(beginScript(run("r1"), work(...steps), root.options()));
    expect(sent.outcome, sent.stdout + sent.stderr).toBe("waiting");
  };
  const early = async () => {
    rmSync(root.at("run/harden-r1"));
    root.write("proc/sys/kernel/random/boot_id", "22222222-2222\n");
    await root.stored("r1", "early");
  };
  const waits = (object: string) =>
    expect.objectContaining({ event: "progress", text: `nothing is mounted at ${root.at(object)}` });
  const until = async (seen: () => boolean) => {
    while (!seen()) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  const told = () => root.read("var/lib/harden/runs/r1/events").includes("rollback-waits");
  const ends = async (deadman: Promise<unknown>, why: string) => {
    await deadman;
    expect(root.events("r1")).toContainEqual({ run: "r1", event: "rolled-back", clean: true, why });
    expect(listing()).toEqual(before);
  };
  /** The dead-man waits for it, and ends the rollback when it is there. */
  const waitsForMount = async (object: string) => {
    const deadman = root.stored("r1", "deadman");
    await until(told);
    expect(root.events("r1")).toContainEqual(waits(object));
    expect(root.exists("var/lib/harden/rolling/r1")).toBe(true);
    mountAgain(object);
    await ends(deadman, "boot");
  };

  it("a boot that is late with a target's file system is waited for, and its new file goes", async () => {
    await begin(root.file("etc/part/sub/new.conf", "new\n"), root.file("etc/a.conf", "b\n"));
    unmount("etc/part", "home");
    await early();
    expect(root.read("etc/a.conf")).toBe("b\n");
    await waitsForMount("etc/part");
  });

  it("a boot that is late with a mode's file system is waited for", async () => {
    const modes = root.modes("etc/part/sub/old.conf");
    const path = root.at("etc/part/sub/old.conf");
    await begin({ verb: "mode", path, before: modes, ...modes, mode: "0600" });
    unmount("etc/part", "home");
    await early();
    await waitsForMount("etc/part");
  });

  it("a boot that is late with a home holds up nothing else, and comes back to it", async () => {
    await begin(root.file("etc/a.conf", "b\n"), bits());
    unmount("home", "etc/part");
    await early();
    expect(root.read("etc/a.conf")).toBe("a\n");
    await waitsForMount("home");
  });

  it("whoever asks for a rollback hears what it waits for, as long as it takes", async () => {
    await begin(root.file("etc/part/sub/old.conf", "new\n"));
    unmount("etc/part", "home");
    const back = root.send(rollbackScript("r1", "", root.path));
    await until(told);
    const deadman = root.stored("r1", "deadman");
    mountAgain("etc/part");
    expect((await back).events).toContainEqual(waits("etc/part"));
    await ends(deadman, "asked");
  });

  it("a folder that is the same one without its mount is not waited for", async () => {
    await begin(root.file("etc/part/sub/new.conf", "new\n"));
    table("home");
    const back = await root.send(rollbackScript("r1", "", root.path));
    expect(back.events).toContainEqual({ run: "r1", event: "rolled-back", clean: true, why: "asked" });
    expect(listing()).toEqual(before);
  });
});
