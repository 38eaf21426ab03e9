import { afterEach, describe, expect, it } from "vitest";
import { beginScript, confirmScript, rollbackScript, statusScript } from "../../src/host/script.ts";
import { Root, run, shells, work } from "./root.ts";

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))("a run under %s", (_, shell) => {
  let root: Root;
  afterEach(() => root.remove());

  const begin = async (id: string) => {
    root = new Root(shell);
    root.write("etc/one.conf", "one\n", 0o640);
    root.write("etc/gone.conf", "gone\n");
    const before = root.listing();
    const sent = await root.send(
      beginScript(
        run(id),
        work(root.file("etc/one.conf", "it's $(new)\n"), root.file("etc/two.conf", "two\n", "0600"), {
          verb: "remove",
          path: root.at("etc/gone.conf"),
          before: root.before("etc/gone.conf"),
        }),
        root.options(),
      ),
    );
    return { before, sent };
  };

  it("applies, waits, and is confirmed", async () => {
    const { sent } = await begin("run-1");
    expect(sent.stderr).toBe("");
    expect(sent.outcome).toBe("waiting");
    expect(root.read("etc/one.conf")).toBe("it's $(new)\n");
    expect(root.read("etc/two.conf")).toBe("two\n");
    expect(root.exists("etc/gone.conf")).toBe(false);
    expect(sent.events.map((event) => event.event)).toEqual([
      "ready",
      "armed",
      ...Array(6).fill("step"),
      "waiting",
      "end",
    ]);
    const confirmed = await root.send(confirmScript("run-1", root.path));
    expect(confirmed.stderr).toBe("");
    expect(confirmed.outcome).toBe("confirmed");
    expect(root.read("etc/one.conf")).toBe("it's $(new)\n");
    expect(root.listing().filter((line) => line.includes("harden"))).toEqual([]);
    expect(root.read("stderr")).toBe("");
    expect((await root.send(rollbackScript("run-1", "", root.path))).outcome).toBe("confirmed");
  });

  it("applies and rolls back to what was", async () => {
    const { before, sent } = await begin("run-2");
    expect(sent.outcome).toBe("waiting");
    const back = await root.send(rollbackScript("run-2", "it's\n\x1b[2J $(late)", root.path));
    expect(root.read("var/lib/harden/runs/run-2/asked")).toBe("it's $(late)\n");
    expect(back.stderr).toBe("");
    expect(back.outcome).toBe("rolled-back");
    expect(back.events).toContainEqual({ run: "run-2", event: "rolled-back", clean: true, why: "asked" });
    expect(root.listing()).toEqual(before);
    expect((await root.send(confirmScript("run-2", root.path))).outcome).toBe("too-late");
    const status = await root.send(statusScript("run-2", { root: root.path, until: "run" }));
    expect(status.outcome).toBe("rolled-back");
    expect(root.read("stderr")).toBe("");
  });
});
