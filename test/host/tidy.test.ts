import { afterEach, expect, it } from "vitest";
import {
  beginScript,
  confirmScript,
  pruneScript,
  rollbackScript,
  uninstallScript,
} from "../../src/host/script.ts";
import { Root, run, work } from "./root.ts";

let root: Root;
afterEach(() => root.remove());

async function confirmed(id: string, content: string, own = false) {
  const step = root.file("etc/a.conf", content);
  const owned = own ? { ...step, own: { control: "test", address: "a" } } : step;
  expect((await root.send(beginScript(run(id), work(owned), root.options()))).outcome).toBe("waiting");
  expect((await root.send(confirmScript(id, root.path))).outcome).toBe("confirmed");
}

async function prune(keep: number, runs: readonly string[]) {
  const sent = await root.send(pruneScript(keep, runs, root.options()));
  expect(sent).toMatchObject({ outcome: "pruned", stderr: "" });
  const told = (word: string) =>
    sent.events.flatMap((each) => (each.event === word && "id" in each ? each.id : []));
  return { prunable: told("prunable").sort(), pruned: told("pruned").sort() };
}

/** What goes is what the host has named before. */
const pruned = async (keep: number) => {
  const asked = await prune(keep, []);
  expect(asked.pruned).toEqual([]);
  const gone = asked.prunable.length === 0 ? asked : await prune(keep, asked.prunable);
  expect(gone.pruned).toEqual(asked.prunable);
  return asked.prunable;
};

it("prune keeps the newest runs, and the one that the manifest needs", async () => {
  root = new Root();
  root.write("etc/a.conf", "0\n");
  await confirmed("r1", "1\n", true);
  await confirmed("r2", "2\n");
  // The clock was set back: an id that sorts first is the newest run all the same.
  await confirmed("r0", "3\n");
  expect(await pruned(1)).toEqual(["r2"]);
  expect(root.exists("var/lib/harden/runs/r1/backup/1")).toBe(true);
  expect(root.exists("var/lib/harden/runs/r0/backup/1")).toBe(true);
  expect(root.exists("var/lib/harden/confirmed/r2")).toBe(false);
});

it("prune removes no run that was not named, whatever has come since", async () => {
  root = new Root();
  root.write("etc/a.conf", "0\n");
  for (const [at, id] of ["r1", "r2", "r3", "r4"].entries()) await confirmed(id, `${at}\n`);
  expect(await prune(1, [])).toMatchObject({ prunable: ["r1", "r2", "r3"], pruned: [] });
  expect(await prune(1, ["r1"])).toMatchObject({ pruned: ["r1"] });
  expect(root.exists("var/lib/harden/runs/r2/backup/1")).toBe(true);
});

/** Gives back what `run` has made of etc/a.conf. */
async function undone(id: string, undoes: string) {
  const path = root.at("etc/a.conf");
  const step = { verb: "restore", path, run: undoes, backup: 1, before: root.before("etc/a.conf") } as const;
  const begun = await root.send(beginScript(run(id, { undoes: [undoes] }), work(step), root.options()));
  expect(begun.outcome).toBe("waiting");
  expect((await root.send(confirmScript(id, root.path))).outcome).toBe("confirmed");
}

const manifest = () => (root.exists("var/lib/harden/manifest") ? root.read("var/lib/harden/manifest") : "");

it("an undo ends what its run owns, and the undo of that owns it again, with the true original", async () => {
  root = new Root();
  root.write("etc/a.conf", "0\n");
  await confirmed("r1", "1\n", true);
  const mine = manifest();
  expect(mine).toMatch(/^a\ttest\tr1\t/);
  await undone("u1", "r1");
  expect([root.read("etc/a.conf"), manifest()]).toEqual(["0\n", ""]);
  // The run is gone with its backups, were they not what an undo of the undo needs.
  expect(await pruned(1)).toEqual([]);
  await undone("u2", "u1");
  expect([root.read("etc/a.conf"), manifest()]).toEqual(["1\n", mine]);
  await confirmed("r2", "2\n");
  expect(await pruned(1)).toEqual(["u1"]);
  expect(root.read("var/lib/harden/runs/r1/backup/1")).toBe("0\n");
});

/** A run that makes `address` ours, or gives it back, by a file of that name. */
async function done(id: string, address: string, { release = false }: { release?: boolean } = {}) {
  const step = root.file(`etc/${address}.conf`, `${id}\n`);
  const owner = { control: "test", address };
  const whole = release ? { ...step, release: owner } : { ...step, own: owner };
  expect((await root.send(beginScript(run(id), work(whole), root.options()))).outcome).toBe("waiting");
  expect((await root.send(confirmScript(id, root.path))).outcome).toBe("confirmed");
  return manifest();
}

/** Of the ownership alone. */
async function takenBack(id: string, ...undoes: readonly string[]) {
  expect((await root.send(beginScript(run(id, { undoes }), [], root.options()))).outcome).toBe("waiting");
  expect((await root.send(confirmScript(id, root.path))).outcome).toBe("confirmed");
  return manifest();
}

it("an undo of several runs leaves the ownership as it was before the oldest, and its own undo as it was before that", async () => {
  root = new Root();
  const first = await done("r0", "a");
  const second = await done("r1", "b");
  expect(await done("r2", "a", { release: true })).not.toContain("r0");
  await done("r3", "a");
  const all = await done("r4", "c");
  expect(all.split("\n").map((each) => each.split("\t")[2])).toEqual([
    "r3",
    "r1",
    "r4",
    undefined,
    undefined,
  ]);
  expect(await takenBack("u1", "r4", "r3", "r2", "r1")).toBe(first);
  expect(await takenBack("u2", "u1")).toBe(all);
  expect(await takenBack("u3", "r4", "r3", "r2")).toBe(second);
  // An undo that gave an ownership back ends it again when it is undone.
  expect(await takenBack("u4", "u3")).toBe(all);
  // Its own run takes that back, whatever others own by then.
  expect(await takenBack("u5", "r1")).toBe(
    all
      .split("\n")
      .filter((each) => !each.includes("\tr1\t"))
      .join("\n"),
  );
});

it("an undo that is rolled back leaves the ownership as it was", async () => {
  root = new Root();
  root.write("etc/a.conf", "0\n");
  await confirmed("r1", "1\n", true);
  const mine = manifest();
  const path = root.at("etc/a.conf");
  const step = { verb: "restore", path, run: "r1", backup: 1, before: root.before("etc/a.conf") } as const;
  await root.send(beginScript(run("u1", { undoes: ["r1"] }), work(step), root.options()));
  expect(manifest()).toBe("");
  expect((await root.send(rollbackScript("u1", "", root.path))).outcome).toBe("rolled-back");
  expect([root.read("etc/a.conf"), manifest()]).toEqual(["1\n", mine]);
});

it("what is back already is undone all the same: a run without steps ends the ownership", async () => {
  root = new Root();
  root.write("etc/a.conf", "0\n");
  await confirmed("r1", "1\n", true);
  root.write("etc/a.conf", "0\n");
  const begun = await root.send(beginScript(run("u1", { undoes: ["r1"] }), [], root.options()));
  expect(begun.outcome).toBe("waiting");
  expect((await root.send(confirmScript("u1", root.path))).outcome).toBe("confirmed");
  expect(manifest()).toBe("");
});

it("prune keeps the newest run in force, however many undone and rolled-back ones came after it", async () => {
  root = new Root();
  root.write("etc/a.conf", "0\n");
  await confirmed("r1", "1\n");
  await confirmed("r2", "2\n");
  await confirmed("r3", "3\n");
  await undone("u3", "r3");
  for (const id of ["f1", "f2"]) {
    await root.send(beginScript(run(id), work(root.file("etc/a.conf", "f\n")), root.options()));
    await root.send(rollbackScript(id, "", root.path));
  }
  expect(await pruned(1)).toEqual(["f1", "r1", "r3"]);
  expect(root.read("var/lib/harden/runs/r2/backup/1")).toBe("1\n");
});

it("prune is refused while a run is unsettled, and says whose it is; a host without runs is left as it is", async () => {
  root = new Root();
  const before = root.listing();
  expect(await pruned(0)).toEqual([]);
  expect(root.exists("var/lib/harden")).toBe(false);
  expect(root.listing()).toEqual(before);
  root.write("etc/a.conf", "0\n");
  await root.send(beginScript(run("r1"), work(root.file("etc/a.conf", "1\n")), root.options()));
  const refused = await root.send(pruneScript(0, [], root.options()));
  expect(refused.outcome).toBe("locked");
  expect(refused.events).toContainEqual(
    expect.objectContaining({ event: "locked", who: "tester@controller", by: "r1", state: "pending" }),
  );
});

it("uninstall leaves nothing, is refused while a run is unsettled, and says where nothing is there", async () => {
  root = new Root();
  root.write("etc/a.conf", "0\n");
  await confirmed("r1", "1\n", true);
  const step = root.file("etc/a.conf", "2\n");
  expect((await root.send(beginScript(run("r2"), work(step), root.options()))).outcome).toBe("waiting");
  const refused = await root.send(uninstallScript(root.options()));
  expect(refused.outcome).toBe("locked");
  expect(refused.events).toContainEqual(
    expect.objectContaining({ event: "locked", by: "r2", state: "pending" }),
  );
  await root.send(rollbackScript("r2", "", root.path));
  expect(await root.send(uninstallScript(root.options()))).toMatchObject({
    outcome: "uninstalled",
    stderr: "",
  });
  expect(root.exists("var/lib/harden")).toBe(false);
  expect(root.listing().filter((line) => line.includes("harden"))).toEqual([]);
  const listing = root.listing();
  expect((await root.send(uninstallScript(root.options()))).outcome).toBe("nothing");
  expect(root.listing()).toEqual(listing);
});

it("uninstall ends well where the folder itself is a mount point, and names what could not be removed", async () => {
  root = new Root();
  // It looks four times a second, and removes an empty folder, by the rmdir that it knows from before.
  root.write("no-deadman", "");
  root.write("etc/a.conf", "0\n");
  await confirmed("r1", "1\n");
  const left = root.at("var/lib/harden");
  const after = (command: string) =>
    root.program("rm", `#!/bin/sh\n/usr/bin/rm "$@"\ncase "$*" in "-rf ${left}") ${command} ;; esac\n`);
  const removed = async () => {
    const { outcome, events } = await root.send(uninstallScript(root.options()));
    return { outcome, left: events.flatMap((each) => (each.event === "note" ? [each.object] : [])) };
  };
  after(`mkdir -p ${left}/runs/r1`);
  expect(await removed()).toEqual({ outcome: "refused", left: [`${left}/runs`] });
  after(`mkdir -p ${left}`);
  root.program("rmdir", "#!/bin/sh\nexit 1\n");
  expect(await removed()).toEqual({ outcome: "uninstalled", left: [left] });
});
