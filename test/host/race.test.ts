/** Real processes against each other: exactly one outcome, always. */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { beginScript, confirmScript, rollbackScript, statusScript } from "../../src/host/script.ts";
import { Root, run, work } from "./root.ts";

let root: Root;
afterEach(() => root.remove());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

it("confirm races rollback 200 times: never both, never neither", { timeout: 600_000 }, async () => {
  root = new Root();
  root.write("no-deadman", "");
  root.write("etc/a.conf", "old\n");
  const step = root.file("etc/a.conf", "new\n");
  expect((await root.send(beginScript(run("r1"), work(step), root.options()))).outcome).toBe("waiting");
  const saved = `${root.path}.saved`;
  const won = { confirmed: 0, "rolled-back": 0 };
  try {
    spawnSync("cp", ["-a", root.path, saved]);
    for (let round = 0; round < 200; round++) {
      // The folders stay the same ones: a rollback writes to no other.
      spawnSync("find", [root.path, "!", "-type", "d", "-delete"]);
      spawnSync("cp", ["-a", `${saved}/.`, root.path]);
      // Each now and then a little ahead of the other.
      const lead = (round % 7) - 3;
      const [confirmed, back] = await Promise.all([
        pause(Math.max(0, lead) * 3).then(() => root.send(confirmScript("r1", root.path))),
        pause(Math.max(0, -lead) * 3).then(() => root.send(rollbackScript("r1", "", root.path))),
      ]);
      const ends = ["confirmed", "rolled-back"].filter((end) => root.exists(`var/lib/harden/${end}/r1`));
      expect(ends, `round ${round}`).toHaveLength(1);
      const [end] = ends as ["confirmed" | "rolled-back"];
      won[end]++;
      expect([confirmed.outcome, back.outcome, root.read("etc/a.conf")], `round ${round}`).toEqual(
        end === "confirmed" ? ["confirmed", "confirmed", "new\n"] : ["too-late", "rolled-back", "old\n"],
      );
      expect(root.exists("var/lib/harden/lease")).toBe(false);
    }
  } finally {
    rmSync(saved, { recursive: true, force: true });
  }
  // The race was one: each side won some rounds.
  expect(Math.min(won.confirmed, won["rolled-back"]), JSON.stringify(won)).toBeGreaterThan(5);
});

it("confirm races the dead-man's own time", { timeout: 200_000 }, async () => {
  for (let round = 0; round < 6; round++) {
    root = new Root();
    root.write("etc/a.conf", "old\n");
    const step = root.file("etc/a.conf", "new\n");
    const begun = await root.send(
      beginScript(run("r1", { confirmTimeoutSeconds: 1 }), work(step), root.options()),
    );
    expect(begun.outcome).toBe("waiting");
    await pause(round * 250);
    const confirmed = await root.send(confirmScript("r1", root.path));
    const end = await root.send(statusScript("r1", { until: "run", root: root.path }));
    expect([confirmed.outcome, end.outcome, root.read("etc/a.conf")]).toEqual(
      confirmed.outcome === "confirmed"
        ? ["confirmed", "confirmed", "new\n"]
        : ["too-late", "rolled-back", "old\n"],
    );
    root.remove();
  }
});

it("two operators at once: one runs, the other is told who", { timeout: 120_000 }, async () => {
  for (let round = 0; round < 8; round++) {
    root = new Root();
    root.write("etc/a.conf", "old\n");
    const step = root.file("etc/a.conf", "new\n");
    const ids = ["one", "two", "three"];
    const sent = await Promise.all(
      ids.map((id) => root.send(beginScript(run(id, { who: `${id}@there` }), work(step), root.options()))),
    );
    const winners = ids.filter((_, index) => sent[index]?.outcome === "waiting");
    expect(winners).toHaveLength(1);
    for (const other of sent.filter(({ outcome }) => outcome !== "waiting")) {
      expect(other.outcome).toBe("locked");
      expect(other.events).toContainEqual(
        expect.objectContaining({ event: "locked", who: `${winners[0]}@there`, by: winners[0] }),
      );
    }
    expect((await root.send(rollbackScript(winners[0]!, "", root.path))).outcome).toBe("rolled-back");
    root.remove();
  }
});

it("a dead operator's lease is taken over, and what was prepared is cleared away", async () => {
  root = new Root();
  root.write("etc/a.conf", "old\n");
  const lease = (more: string) =>
    root.write("var/lib/harden/lease", `run dead\nwho gone@there\ntime 2026-01-01T00:00:00Z\n${more}`);
  root.write("var/lib/harden/runs/dead/header", "id dead\n");
  // The process number is in use, but its holder was born at another time.
  lease(`boot 11111111-1111\nuntil 999999999\npid ${process.pid}\nbirth 1\n`);
  const step = root.file("etc/a.conf", "new\n");
  const sent = await root.send(beginScript(run("r1"), work(step), root.options()));
  expect(sent.outcome).toBe("waiting");
  expect(sent.events).toContainEqual(
    expect.objectContaining({ event: "lease-taken-over", who: "gone@there", by: "dead" }),
  );
  expect(root.exists("var/lib/harden/runs/dead")).toBe(false);
});

it("a living operator's lease is not", async () => {
  root = new Root();
  root.write("etc/a.conf", "old\n");
  const birth = spawnSync("sh", ["-c", `sed 's/.*) //' /proc/${process.pid}/stat | cut -d ' ' -f 20`], {
    encoding: "utf8",
  });
  const lease = `run other\nwho busy@there\ntime 2026-01-01T00:00:00Z\nboot 11111111-1111\nuntil 999999999\n`;
  root.write("var/lib/harden/lease", `${lease}pid ${process.pid}\nbirth ${birth.stdout}`);
  const sent = await root.send(
    beginScript(run("r1"), work(root.file("etc/a.conf", "new\n")), root.options()),
  );
  expect(sent.outcome).toBe("locked");
  // Another boot: whoever held it is gone.
  root.write("proc/sys/kernel/random/boot_id", "22222222-2222\n");
  const again = await root.send(
    beginScript(run("r1"), work(root.file("etc/a.conf", "new\n")), root.options()),
  );
  expect(again.outcome).toBe("waiting");
});
