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

it("prune keeps the newest runs, and the one that the manifest needs", async () => {
  root = new Root();
  root.write("etc/a.conf", "0\n");
  await confirmed("r1", "1\n", true);
  await confirmed("r2", "2\n");
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await confirmed("r3", "3\n");
  const sent = await root.send(pruneScript(1, root.options()));
  expect(sent).toMatchObject({ outcome: "pruned", stderr: "" });
  expect(sent.events.flatMap((event) => (event.event === "pruned" ? event.id : []))).toEqual(["r2"]);
  expect(root.exists("var/lib/harden/runs/r1/backup/1")).toBe(true);
  expect(root.exists("var/lib/harden/confirmed/r2")).toBe(false);
});

it("uninstall leaves nothing, and is refused while a run is unsettled", async () => {
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
  await root.send(rollbackScript("r2", root.path));
  expect(await root.send(uninstallScript(root.options()))).toMatchObject({
    outcome: "uninstalled",
    stderr: "",
  });
  expect(root.exists("var/lib/harden")).toBe(false);
  expect(root.listing().filter((line) => line.includes("harden"))).toEqual([]);
  // And once more, where there is nothing.
  expect((await root.send(uninstallScript(root.options()))).outcome).toBe("uninstalled");
});
