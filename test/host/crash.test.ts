/**
 * Killed between any two of its commands, while it applies or while it rolls back, a run ends rolled back, byte for
 * byte, or was never armed and left nothing. Programs that change something are wrapped; the n-th call kills the
 * whole process group instead, as a power loss would.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { expect, it } from "vitest";
import { beginScript, statusScript } from "../../src/host/script.ts";
import { sample } from "../setup/sample.ts";
import { Root, run, work } from "./root.ts";

const wrapper = (program: string) => `#!/bin/sh
R=\${0%/*/*}
if [ -s "$R/kill-at" ]; then
  echo ${program} >>"$R/calls"
  if [ "$(wc -l <"$R/calls")" -ge "$(cat "$R/kill-at")" ]; then
    : >"$R/kill-at"
    kill -9 -"$(ps -o pgid= -p $$ | tr -d ' ')"
    sleep 60
  fi
fi
exec /usr/bin/${program} "$@"
`;

function prepare(): Root {
  const root = new Root();
  for (const program of ["sync", "mv", "rm", "cp", "chmod", "chown", "mkdir", "ln"]) {
    root.program(program, wrapper(program));
  }
  root.write("kill-at", "");
  root.write("etc/a.conf", "a\n", 0o640);
  root.write("etc/gone.conf", "gone\n");
  root.write("proc/sys/net/one", "1\n");
  root.write("units/cron", "loaded enabled active\n");
  return root;
}

const steps = (root: Root) =>
  work(
    { ...root.file("etc/a.conf", "b\n", "0600"), own: { control: "test", address: "a" } },
    root.file("etc/new.conf", "n\n"),
    { ...root.file("etc/new.d/new.conf", "n\n"), before: { state: "absent", folder: "missing" } },
    { verb: "remove", path: root.at("etc/gone.conf"), before: root.before("etc/gone.conf") },
    { verb: "sysctl", key: "net.one", value: "2", before: "1" },
    { verb: "service", unit: "cron", operation: "reload" },
  );

/** Each third moment from there on. */
const firsts = sample("a crash at each third call, from the first on", ["1", "2", "3"], 1).map(Number);

const listing = (root: Root) =>
  root.listing().filter((line) => !/^(kill-at|calls|run\/|proc\/sys\/kernel\/)/.test(line));
const runs = (root: Root) =>
  root.exists("var/lib/harden/runs") ? readdirSync(root.at("var/lib/harden/runs")) : [];

/** What the next boot does: /run is empty, the live values are the kernel's own, and the units on disk are started. */
async function reboot(root: Root): Promise<void> {
  spawnSync("sh", ["-c", "kill -9 $(cat pids/*) 2>/dev/null; rm -rf run/* pids/*"], { cwd: root.path });
  spawnSync("mkdir", ["-p", root.at("run/systemd/system"), root.at("run/sshd")]);
  root.write("proc/sys/kernel/random/boot_id", "22222222-2222\n");
  root.write("proc/sys/net/one", "1\n");
  const units = readdirSync(root.at("etc/systemd/system"));
  const pending = ["pending", "rolling"].some(
    (state) =>
      root.exists(`var/lib/harden/${state}`) && readdirSync(root.at(`var/lib/harden/${state}`)).length > 0,
  );
  if (pending) {
    expect(units).toContain("harden-early-r1.service");
    await root.stored("r1", "early");
    expect(root.read("etc/a.conf")).toBe("a\n");
  }
  if (units.includes("harden-deadman-r1.service")) await root.stored("r1", "deadman");
}

/** The same boot: the dead-man notices, or, killed itself, is started again by systemd. */
async function recover(root: Root): Promise<void> {
  if (root.exists("etc/systemd/system/harden-deadman-r1.service")) await root.stored("r1", "deadman");
}

async function ends(root: Root, before: string[], label: string) {
  expect(listing(root), label).toEqual(before);
  expect(root.exists("var/lib/harden/lease"), label).toBe(false);
  for (const id of runs(root))
    expect(root.read(`var/lib/harden/runs/${id}/result`), label).toMatch(/^rolled-back clean/);
}

it.each(firsts)(
  "killed at any point of the apply, each third from %i on",
  { timeout: 900_000 },
  async (first) => {
    for (let at = first, done = false; !done; at += 3) {
      const root = prepare();
      try {
        const before = listing(root);
        root.write("kill-at", `${at}\n`);
        const child = root.start(
          beginScript(run("r1", { confirmTimeoutSeconds: 5 }), steps(root), root.options()),
        );
        await Promise.race([child.done, gone(root)]);
        done = root.read("kill-at") !== "";
        if (done) expect(root.exists("var/lib/harden/runs/r1/applied")).toBe(true);
        root.write("kill-at", "");
        child.kill("SIGKILL");
        await (at % 2 ? reboot(root) : recover(root));
        if (!root.exists("var/lib/harden/rolled-back/r1")) await takenOver(root);
        await ends(root, before, `killed at call ${at}: ${lastCall(root)}`);
      } finally {
        root.remove();
      }
    }
  },
);

it.each(firsts)(
  "killed at any point of the rollback, and of the next one, each third from %i on",
  { timeout: 900_000 },
  async (first) => {
    for (let at = first, done = false; !done; at += 3) {
      const root = prepare();
      try {
        root.write("no-deadman", "");
        const before = listing(root);
        const begun = await root.send(
          beginScript(run("r1", { confirmTimeoutSeconds: 1 }), steps(root), root.options()),
        );
        expect(begun.outcome).toBe("waiting");
        for (const again of [at, Math.ceil(at / 2)]) {
          root.write("calls", "");
          root.write("kill-at", `${again}\n`);
          const child = root.start(
            `setsid -w sh '${root.at("var/lib/harden/runs/r1/runtime.sh")}' deadman r1`,
          );
          await child.done;
          if (again === at) done = root.read("kill-at") !== "";
        }
        root.write("kill-at", "");
        await (at % 2 ? reboot(root) : recover(root));
        const status = await root.send(statusScript("r1", { root: root.path }));
        expect(status.outcome).toBe("rolled-back");
        await ends(root, before, `killed at call ${at}: ${lastCall(root)}`);
      } finally {
        root.remove();
      }
    }
  },
);

const lastCall = (root: Root) =>
  root.exists("calls") ? root.read("calls").trimEnd().split("\n").at(-1) : "none";

async function gone(root: Root): Promise<void> {
  while (root.read("kill-at") !== "") await new Promise((resolve) => setTimeout(resolve, 20));
  await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Killed before it was armed: the next operator finds a dead lease once its process has ended, and after a refused run there is nothing. */
async function takenOver(root: Root): Promise<void> {
  const missing = { verb: "sysctl", key: "no.such", value: "1", before: "1" } as const;
  const send = () => root.send(beginScript(run("r2"), work(missing), root.options()));
  let sent = await send();
  for (let left = 200; sent.outcome === "locked" && left > 0; left--) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    sent = await send();
  }
  expect(sent.outcome, sent.stdout).toBe("refused");
}
