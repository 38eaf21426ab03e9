/** The command for emergencies, typed at a host's console: it says what it did, and why it did nothing. */
import { spawnSync } from "node:child_process";
import { afterEach, expect, it } from "vitest";
import { beginScript, confirmScript } from "../../src/host/script.ts";
import { Root, run, work } from "./root.ts";

let root: Root;
afterEach(() => root.remove());

/** On a terminal of its own, as whoever logs in there has one. */
function typed(id: string, as = id): string {
  const command = `dash '${root.at(`var/lib/harden/runs/${id}/runtime.sh`)}' rollback ${as}`;
  const { stdout } = spawnSync("script", ["-qec", command, "/dev/null"], { encoding: "utf8", input: "" });
  return stdout.replace(/\s+/g, " ");
}

const begun = async (id: string, content: string) => {
  const sent = await root.send(beginScript(run(id), work(root.file("etc/a.conf", content)), root.options()));
  expect(sent.outcome).toBe("waiting");
};

it("a pending run is rolled back, and that is said", async () => {
  root = new Root();
  root.write("etc/a.conf", "0\n");
  await begun("r1", "1\n");
  expect(typed("r1")).toMatch(/Run r1: rolled-back\. /);
  expect(root.read("etc/a.conf")).toBe("0\n");
});

it("a confirmed one, and one that isn't there, stay as they are, and what undoes it is said", async () => {
  root = new Root();
  root.write("etc/a.conf", "0\n");
  await begun("r1", "1\n");
  expect((await root.send(confirmScript("r1", root.path))).outcome).toBe("confirmed");
  expect(typed("r1")).toContain(
    "Run r1 is confirmed: from here only a pending one is taken back, so nothing was changed.",
  );
  expect(typed("r1", "r9")).toContain("There is no run r9 here; nothing was changed.");
  expect(root.read("etc/a.conf")).toBe("1\n");
});
