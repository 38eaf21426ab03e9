/** A systemd that gives no answer, since a user keeps it busy: nothing waits for it longer than its limits. */
import { afterEach, beforeEach, expect, it } from "vitest";
import { beginScript, rollbackScript } from "../../src/host/script.ts";
import type { Step } from "../../src/kinds/index.ts";
import { Root, run, work } from "./root.ts";

let root: Root;
let before: readonly string[];
beforeEach(() => {
  root = new Root();
  root.write("etc/a.conf", "a\n");
  root.write("proc/sys/net/one", "1\n");
  for (const unit of ["cron", "ssh", "other"]) root.write(`units/${unit}`, "loaded enabled active\n");
  before = root.listing();
});
afterEach(() => root.remove());

/** Limits of ten seconds and of two become one, and are noted; `behind` runs when one of ten is over. */
function limits(behind = ":"): void {
  root.program(
    "timeout",
    `#!/bin/sh
R=$(dirname "$(dirname "$0")")
echo "$1" >>"$R/calls"
case $1 in
10) shift; /usr/bin/timeout 1 "$@" || { code=$?; ${behind}; exit $code; } ;;
2) shift; exec /usr/bin/timeout 1 "$@" ;;
*) exec /usr/bin/timeout "$@" ;;
esac
`,
  );
}

const steps: () => Step[] = () => [
  root.file("etc/a.conf", "b\n"),
  { ...root.file("etc/systemd/system/other.service.d/x.conf", "[Service]\n"), before: { state: "absent" } },
  { verb: "sysctl", key: "net.one", value: "2", before: "1" },
  { verb: "service", unit: "cron", operation: "reload" },
  { verb: "service", unit: "ssh", operation: "restart" },
  { verb: "service", unit: "other", operation: "restart" },
];
const begin = () => root.send(beginScript(run("r1"), work(...steps()), root.options()));

it("a rollback ends in its time, with all that needs no systemd, and says what could not be looked at", async () => {
  expect(await begin()).toMatchObject({ outcome: "waiting", stderr: "" });
  limits();
  root.write("silent", "all\n");
  const { events } = await root.send(rollbackScript("r1", "", root.path));
  expect(events).toContainEqual(expect.objectContaining({ event: "rolled-back", clean: false }));
  expect([root.read("etc/a.conf"), root.read("proc/sys/net/one")]).toEqual(["a\n", "1\n"]);
  const named = events.flatMap((event) => (event.event === "note" ? [`${event.code} ${event.object}`] : []));
  expect(named.sort()).toEqual(["cron", "other", "ssh", "systemd"].map((object) => `not-restored ${object}`));
  // 10 + 4 × 2 seconds in the undo, and 2 in its second round.
  const calls = root.read("calls").match(/^(10|2)$/gm);
  // Behind its end the dead-man may have begun to have systemd forget its unit.
  expect(calls?.slice(0, 6)).toEqual(["10", "2", "2", "2", "2", "2"]);
  expect(calls?.slice(6).filter((limit) => limit === "2")).toEqual([]);
});

/** A rollback in which these verbs get one answer too late, and all others in time, is clean. */
async function expectCleanThough(silent: string) {
  expect(await begin()).toMatchObject({ outcome: "waiting", stderr: "" });
  limits('rm -f "$R/silent"');
  root.write("log", "");
  root.write("silent", `${silent}\n`);
  const { events } = await root.send(rollbackScript("r1", "", root.path));
  expect(events).toContainEqual(expect.objectContaining({ event: "rolled-back", clean: true }));
}

it("a rollback is clean when systemd answers before its end: what it had missed is done", async () => {
  await expectCleanThough("all");
  // The reload that got no answer is asked for again, and before what goes by the units' files.
  expect(
    root
      .read("log")
      .match(/^(daemon-reload|--no-block re.*)$/gm)
      ?.slice(0, 5),
  ).toEqual([
    ...["daemon-reload", "daemon-reload"],
    ...["--no-block restart -- ssh", "--no-block reload -- cron", "--no-block restart -- other"],
  ]);
});

it("a service whose state is not read at first is told in the second round", async () => {
  await expectCleanThough("show");
  for (const call of ["reload -- cron", "restart -- ssh", "restart -- other"])
    expect(root.read("log").split(`--no-block ${call}\n`)).toHaveLength(2);
});

it.each(["show", "start", "is-active", "all"])(
  "a run is refused when it does not answer: %s",
  async (verb) => {
    limits();
    root.write("silent", `${verb}\n`);
    const sent = await begin();
    expect(sent).toMatchObject({ outcome: "refused", stderr: "" });
    root.write("silent", "");
    expect(root.listing().filter((line) => !line.startsWith("silent"))).toEqual(before);
    expect(root.exists("var/lib/harden/runs/r1")).toBe(false);
  },
);

it("no state is guessed when it stops answering behind the preflight: nothing is stopped by the undo", async () => {
  limits('rm -f "$R/silent"');
  root.program("systemctl.real", root.read("bin/systemctl"));
  const falls = 'case "$*" in *harden-apply*) echo show >"$R/silent" ;; esac';
  root.program(
    "systemctl",
    `#!/bin/sh\nR=$(dirname "$(dirname "$0")")\n${falls}\nexec "$R/bin/systemctl.real" "$@"\n`,
  );
  const sent = await begin();
  expect(sent.events).toContainEqual(
    expect.objectContaining({ event: "failed", code: "unit", object: "cron" }),
  );
  expect(sent.outcome).toBe("rolled-back");
  expect(root.read("log")).not.toMatch(/(stop|reload|restart) -- (cron|ssh|other)/);
  expect([root.read("etc/a.conf"), root.read("proc/sys/net/one")]).toEqual(["a\n", "1\n"]);
});

it("the dead-man rolls back when nobody takes its signs of life", { timeout: 60_000 }, async () => {
  root.program("systemd-notify", "#!/bin/sh\nexec sleep 1000\n");
  process.env.NOTIFY_SOCKET = "/nowhere";
  try {
    const sent = await root.send(
      beginScript(run("r1", { confirmTimeoutSeconds: 1 }), work(...steps()), root.options()),
    );
    expect(sent.outcome).toBe("waiting");
  } finally {
    delete process.env.NOTIFY_SOCKET;
  }
  await expect
    .poll(() => root.read("var/lib/harden/runs/r1/events"), { timeout: 30_000 })
    .toMatch(/ rolled-back clean timeout/);
});
