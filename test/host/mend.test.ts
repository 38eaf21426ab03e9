/** What is not as it was behind its undo, such as a kernel value that something writes, is done once more; then a note says so. */
import { afterEach, expect, it } from "vitest";
import { beginScript, rollbackScript } from "../../src/host/script.ts";
import type { Step } from "../../src/kinds/index.ts";
import { Root, run, work } from "./root.ts";

let root: Root;
afterEach(() => root.remove());

/** Each time that the value is `value`, as often as the file `times` says, it becomes `other`. */
const meddles = (program: string, value: string, other: string) => `#!/bin/sh
R=$(dirname "$(dirname "$0")")
read -r left <"$R/times"
if [ "$left" -gt 0 ] && [ "$(cat "$R/proc/sys/net/one")" = ${value} ]; then
  echo $((left - 1)) >"$R/times"
  echo ${other} >"$R/proc/sys/net/one"
fi
exec ${program} "$@"
`;

function prepare(): void {
  root = new Root();
  root.write("times", "0\n");
  root.write("etc/a.conf", "a\n");
  root.write("proc/sys/net/one", "1\n");
  root.write("units/cron", "loaded enabled active\n");
}

const steps = () =>
  work(
    root.file("etc/a.conf", "b\n"),
    { verb: "sysctl", key: "net.one", value: "2", before: "1" },
    { verb: "service", unit: "cron", operation: "reload" },
  );

const begin = () => root.send(beginScript(run("r1"), steps(), root.options()));

it.each([
  ["clean", 1, "1\n"],
  ["notes", 2, "2\n"],
])("a rollback ends %s when the value is written %d times behind its undo", async (end, times, value) => {
  prepare();
  root.program("sha256sum", meddles("/usr/bin/sha256sum", "1", "2"));
  expect(await begin()).toMatchObject({ outcome: "waiting", stderr: "" });
  root.write("times", `${times}\n`);
  const { events } = await root.send(rollbackScript("r1", "", root.path));
  expect(events).toContainEqual(expect.objectContaining({ event: "rolled-back", clean: end === "clean" }));
  const notes = events.filter(({ event }) => event === "note");
  expect(notes).toMatchObject(
    end === "clean" ? [] : [{ code: "not-restored", object: root.at("proc/sys/net/one") }],
  );
  expect(root.read("proc/sys/net/one")).toBe(value);
});

it("an apply sets it once more when a later step writes it", async () => {
  prepare();
  root.program("systemctl.real", root.read("bin/systemctl"));
  root.program("systemctl", meddles(root.at("bin/systemctl.real"), "2", "1"));
  root.write("times", "1\n");
  expect(await begin()).toMatchObject({ outcome: "waiting", stderr: "" });
  expect([root.read("times"), root.read("proc/sys/net/one")]).toEqual(["0\n", "2\n"]);
  await root.send(rollbackScript("r1", "", root.path));
  expect(root.read("proc/sys/net/one")).toBe("1\n");
});

it("a reload that systemd does not come to is asked for once more, and then said, behind all else", {
  timeout: 60_000,
}, async () => {
  prepare();
  expect(await begin()).toMatchObject({ outcome: "waiting", stderr: "" });
  root.write("log", "");
  root.write("units/cron.hangs", "waiting\n");
  const { events } = await root.send(rollbackScript("r1", "", root.path));
  expect(root.read("log").match(/^--no-block reload -- cron/gm)).toHaveLength(2);
  expect(events).toContainEqual(expect.objectContaining({ event: "rolled-back", clean: false }));
  const notes = events.filter(({ event }) => event === "note");
  expect(notes).toMatchObject([{ code: "not-restored", object: "cron" }]);
  expect([root.read("etc/a.conf"), root.read("proc/sys/net/one")]).toEqual(["a\n", "1\n"]);
});

it("a boot's rollback restarts what may have read its files before they were back, and nothing else", async () => {
  prepare();
  root.write("units/journal", "loaded static active\n");
  root.write("units/journal.after", "journal.socket -.mount\n");
  root.write("units/audit", "loaded enabled active\n");
  root.write("units/audit.after", "local-fs.target harden-early-r1.service\n");
  const restarts = ["cron", "journal", "audit"].map(
    (unit): Step => ({ verb: "service", unit, operation: "restart" }),
  );
  const sent = await root.send(
    beginScript(run("r1"), work(root.file("etc/a.conf", "b\n"), ...restarts), root.options()),
  );
  expect(sent).toMatchObject({ outcome: "waiting", stderr: "" });
  await root.send(
    `rm -f '${root.path}/run/harden-r1'; kill -9 $(cat '${root.path}'/pids/harden-deadman-r1.service)`,
  );
  await root.stored("r1", "early");
  root.write("log", "");
  await root.stored("r1", "deadman");
  expect(root.read("log").match(/restart -- .*/g)).toEqual(["restart -- journal"]);
  expect([root.read("etc/a.conf"), root.exists("var/lib/harden/rolled-back/r1")]).toEqual(["a\n", true]);
});
