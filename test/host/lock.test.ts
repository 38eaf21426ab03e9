/** The host's lock: only root can open it, it leaves no trace, and whoever waits for it never holds a folder that is gone. */
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, rmdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { beginScript, pruneScript, rollbackScript, uninstallScript } from "../../src/host/script.ts";
import { Root, run, shells, work } from "./root.ts";

let root: Root;
const held: ReturnType<typeof spawn>[] = [];
afterEach(() => {
  for (const child of held.splice(0)) process.kill(-child.pid!, "SIGKILL");
  root.remove();
});

/** Holds flock(2) of a path, and resolves when it does. */
function hold(path: string): Promise<number> {
  const script = `exec 9<'${path}' && flock -n 9 && echo held && exec sleep 600`;
  const child = spawn("sh", ["-c", script], { detached: true, stdio: ["ignore", "pipe", "inherit"] });
  held.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.on("data", () => resolve(child.pid!));
    child.on("exit", () => reject(new Error(`${path} can't be locked`)));
  });
}

const begin = (id: string, content = `${id}\n`) =>
  root.send(beginScript(run(id), work(root.file("etc/a.conf", content)), root.options()));

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))("%s", (_, shell) => {
  it("what everybody can open is no lock of ours", async () => {
    root = new Root(shell);
    root.write("etc/a.conf", "0\n");
    for (const open of ["var", "var/lib", "etc", "run", "."]) await hold(root.at(open));
    expect((await begin("r1")).outcome).toBe("waiting");
    expect(statSync(root.at("var/lib/harden")).mode & 0o777).toBe(0o700);
    expect((await root.send(rollbackScript("r1", "", root.path))).outcome).toBe("rolled-back");
  });

  it("a folder that others could open is closed to them first", async () => {
    root = new Root(shell);
    root.write("etc/a.conf", "0\n");
    mkdirSync(root.at("var/lib/harden"), { mode: 0o755 });
    expect((await begin("r1")).outcome).toBe("waiting");
    expect(statSync(root.at("var/lib/harden")).mode & 0o777).toBe(0o700);
  });

  it("a refused first run, a prune and an uninstall of nothing leave no folder", async () => {
    root = new Root(shell);
    const missing = { verb: "sysctl", key: "no.such", value: "1", before: "1" } as const;
    for (const script of [
      beginScript(run("r1"), work(missing), root.options()),
      pruneScript(0, [], root.options()),
      uninstallScript(root.options()),
    ]) {
      const sent = await root.send(script);
      expect(sent.stderr).toBe("");
      expect(["refused", "pruned", "nothing"]).toContain(sent.outcome);
      expect(root.exists("var/lib/harden")).toBe(false);
    }
  });

  it("a run that tidies up behind itself brings no folder back that an uninstall has removed", () => {
    root = new Root(shell);
    const folder = root.at("var/lib/harden");
    const lease = fileURLToPath(new URL("../../src/host/runtime/lease.sh", import.meta.url));
    const script = `D='${folder}'; . '${lease}'; lock; echo $?; ls '${folder}' 2>/dev/null; lock make; echo $?`;
    const { stdout } = spawnSync(shell[0]!, [...shell.slice(1), "-c", script], { encoding: "utf8" });
    expect(stdout).toBe("2\n0\n");
  });

  it("where no folder can be made, that is what is said", async ({ skip }) => {
    root = new Root(shell);
    root.write("etc/a.conf", "0\n");
    if (spawnSync("mount", ["-t", "tmpfs", "-o", "ro", "tmpfs", root.at("var/lib")]).status !== 0)
      skip("this machine lets no test mount");
    try {
      const sent = await begin("r1");
      expect(sent).toMatchObject({ outcome: "refused", stderr: "" });
      expect(sent.events).toContainEqual(
        expect.objectContaining({ event: "refused", object: root.at("var/lib/harden") }),
      );
      expect((await root.send(pruneScript(0, [], root.options()))).outcome).toBe("pruned");
    } finally {
      spawnSync("umount", [root.at("var/lib")]);
    }
  });
});

it("a process of root that keeps the lock is named", async () => {
  root = new Root();
  // Thirty seconds are one here.
  root.program("flock", '#!/bin/sh\n[ "$1" != -w ] || set -- -w 1 "$3"\nexec /usr/bin/flock "$@"\n');
  mkdirSync(root.at("var/lib/harden"));
  chmodSync(root.at("var/lib/harden"), 0o700);
  root.write("etc/a.conf", "0\n");
  const pid = await hold(root.at("var/lib/harden"));
  const sent = await begin("r1");
  expect(sent.outcome).toBe("locked");
  const told = sent.events.find(({ event }) => event === "locked");
  expect(told).toMatchObject({ who: expect.stringContaining(`process ${pid} (sleep 600`) });
});

it("whoever has waited for a folder that is gone takes the new one", async () => {
  root = new Root();
  root.write("etc/a.conf", "0\n");
  const folder = root.at("var/lib/harden");
  mkdirSync(folder, { mode: 0o700 });
  root.program("flock", `#!/bin/sh\n: >'${root.at("waiting")}'\nexec /usr/bin/flock "$@"\n`);
  const pid = await hold(folder);
  const waiting = begin("r1");
  while (!root.exists("waiting")) await new Promise((resolve) => setTimeout(resolve, 20));
  rmdirSync(folder);
  held.splice(0);
  process.kill(-pid, "SIGKILL");
  expect((await waiting).outcome).toBe("waiting");
  expect((await root.send(rollbackScript("r1", "", root.path))).outcome).toBe("rolled-back");
});

/** A program of Perl's with FILE as its argument that says `held` and lives on. */
function holdBy(program: string, path: string, uid = 0, before: readonly string[] = []): Promise<number> {
  const [command, ...args] = [...before, "perl", "-e", `$| = 1; ${program}; print "held\n"; sleep 600`, path];
  const child = spawn(command!, args, { uid, detached: true, stdio: ["ignore", "pipe", "inherit"] });
  held.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.on("data", () => resolve(child.pid!));
    child.on("exit", () => reject(new Error(`${path} can't be locked`)));
  });
}

/** Holds flock(2) as this user. */
const holdAs = (uid: number, path: string) =>
  holdBy('open F, "<", $ARGV[0] or die; flock F, 2 or die', path, uid);

/** Locks a file by fcntl(2), as dpkg does. */
const lockRecord = `use Fcntl; open F, "+<", $ARGV[0] or die;
my $lock = pack("s s x4 q q i x4", F_WRLCK, 0, 0, 0, 0); fcntl(F, F_SETLK, $lock) or die`;

/** What the runtime's own shell prints, with this text in place of its verb. */
async function inRuntime(text: string): Promise<string> {
  const script = root.options().runtime.replace(/main "\$@"\s*$/, () => text);
  return (await root.send(`harden_root='${root.path}'\n${script}`)).stdout;
}

it.each(shells.map((shell) => [shell.join(" "), shell] as const))(
  "%s: a user's lock of a program's file holds up nobody, and root's is waited for",
  async (_, shell) => {
    root = new Root(shell);
    chmodSync(root.path, 0o755);
    root.write("run/ufw.lock", "content\n", 0o644);
    const path = root.at("run/ufw.lock");
    const { ino } = statSync(path);
    await holdAs(65_534, path);
    const close = 'close_lock "$R/run/ufw.lock"; flock -n "$R/run/ufw.lock" echo free';
    expect(await inRuntime(close)).toBe("free\n");
    expect(statSync(path)).toMatchObject({ mode: 0o100600, uid: process.getuid!() });
    expect(statSync(path).ino).not.toBe(ino);
    expect(root.read("run/ufw.lock")).toBe("content\n");
    const pid = await holdAs(0, path);
    const waiting = await inRuntime(`TALK=1; sleep() { kill -9 ${pid}; }; ${close}`);
    held.pop();
    expect(waiting).toMatch(/^@harden - progress waiting-for-lock \S+\nfree\n$/);
    await holdAs(0, path);
    expect(await inRuntime(`await_lock() { false; }; ${close}`)).toBe("");
  },
);

describe("who has dpkg's lock", () => {
  const lock = "var/lib/dpkg/lock-frontend";
  const ask = () =>
    inRuntime(`if lock_holder "$R/${lock}"; then printf "%s\\n" "$HOLDER"; else echo nobody; fi`);
  const begin = () => {
    root = new Root();
    chmodSync(root.path, 0o755);
    root.write(lock, "", 0o640);
  };

  it("is told at once while a user has many locks of other files", async () => {
    begin();
    // Only so many that whoever reads the kernel's list needs seconds.
    const many = `use Fcntl; for my $n (1 .. 90) {
      open $file[$n], "+>", undef or die;
      for (reverse 1 .. 1000) {
        my $lock = pack("s s x4 q q i x4", F_WRLCK, 0, 2 * $_, 1, 0); fcntl($file[$n], F_SETLK, $lock) or die } }`;
    await holdBy(many, "-", 65_534);
    const began = Date.now();
    expect(await ask()).toBe("nobody\n");
    const pid = await holdBy(lockRecord, root.at(lock));
    expect(await ask()).toContain(`process ${pid} (perl `);
    expect(Date.now() - began).toBeLessThan(4000);
  });

  it("is nobody where a file of the same path in another mount namespace is locked", async ({ skip }) => {
    begin();
    const mount = `mount -t tmpfs tmpfs '${root.at("var/lib/dpkg")}' && : >'${root.at(lock)}' && exec "$@"`;
    if (spawnSync("unshare", ["-m", "sh", "-c", mount, "sh", "true"]).status !== 0)
      skip("this machine lets no test mount");
    await holdBy(lockRecord, root.at(lock), 0, ["unshare", "-m", "sh", "-c", mount, "sh"]);
    expect(await ask()).toBe("nobody\n");
  });

  it("is nobody where a process of root's has what a user has locked", async () => {
    begin();
    const child = "if (!fork) { $> = $< = 65534; flock F, 2 or die; print 'held'; sleep 600 }; sleep 600";
    await holdBy(`open F, "<", $ARGV[0] or die; ${child}`, root.at(lock));
    expect(await ask()).toBe("nobody\n");
  });
});

/** Refused runs make the folder and take it away; each that is let in must be alone. */
it("many at once, while the folder comes and goes: never two", { timeout: 240_000 }, async () => {
  root = new Root();
  root.write("no-deadman", "");
  root.write("etc/a.conf", "0\n");
  const missing = { verb: "sysctl", key: "no.such", value: "1", before: "1" } as const;
  for (let round = 0; round < 10; round++) {
    const id = (name: string, index: number) => `${name}${round}-${index}`;
    const [refused, ready] = await Promise.all([
      Promise.all(
        [0, 1, 2].map((i) => root.send(beginScript(run(id("x", i)), work(missing), root.options()))),
      ),
      Promise.all([0, 1, 2].map((i) => begin(id("r", i)))),
    ]);
    for (const { outcome } of refused) expect(["refused", "locked"]).toContain(outcome);
    const winners = [0, 1, 2].map((i) => id("r", i)).filter((_, i) => ready[i]?.outcome === "waiting");
    expect(winners.length, JSON.stringify(ready)).toBeLessThanOrEqual(1);
    for (const { outcome, stdout } of ready) expect(["waiting", "locked"], stdout).toContain(outcome);
    if (winners.length === 0) continue;
    expect(root.read("etc/a.conf")).toBe(`${winners[0]}\n`);
    expect((await root.send(rollbackScript(winners[0]!, "", root.path))).outcome).toBe("rolled-back");
  }
});
