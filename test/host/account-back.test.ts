/** A removed account comes back line by line: the real runtime on lists of its own, with stand-ins for what reads and writes them. */
import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, readlinkSync, rmSync, statSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { beginScript, rollbackScript } from "../../src/host/script.ts";
import type { Step } from "../../src/kinds/index.ts";
import { Root, run, shells, work } from "./root.ts";

/** Of the database, the line of the name or the number; all without one. */
const getent = `#!/bin/sh
file=$(dirname "$(dirname "$0")")/etc/$1
[ -n "\${2-}" ] || { cat "$file"; exit; }
key=$2 awk -F : '$1 == ENVIRON["key"] || FILENAME !~ /shadow/ && $3 == ENVIRON["key"] { print; found = 1 } END { exit found ? 0 : 2 }' "$file"
`;

const id = `#!/bin/sh
for name; do :; done
etc=$(dirname "$(dirname "$0")")/etc
awk -F : -v name="$name" 'FILENAME ~ /passwd/ { if ($1 == name) print $4; next }
  { split($4, member, ","); for (i in member) if (member[i] == name) print $3 }' "$etc/passwd" "$etc/group"
`;

/** Takes what userdel(8) takes. */
const userdel = `#!/bin/sh
for name; do :; done
R=$(dirname "$(dirname "$0")")
sed -i "/^$name:/d" "$R/etc/passwd" "$R/etc/shadow" "$R/etc/subuid" "$R/etc/subgid"
sed -i "/^$name:/d; s/\\b$name\\b//g; s/,,/,/g; s/:,/:/g; s/,:/:/g; s/,$//" "$R/etc/group" "$R/etc/gshadow"
rm -rf "$R/home/$name" "$R/var/mail/$name"
`;

const groupdel = `#!/bin/sh
for name; do :; done
sed -i "/^$name:/d" "$(dirname "$(dirname "$0")")/etc/group"
`;

const findmnt = `#!/bin/sh
case $* in *TARGET*) dirname "$(dirname "$0")" ;; *) exec /usr/bin/findmnt "$@" ;; esac
`;

const uid = 54_321;
const files = ["passwd", "shadow", "group", "gshadow", "subuid", "subgid"] as const;
const lists = (home: string): Record<(typeof files)[number], string> => ({
  passwd: `root:x:0:0:root:/root:/bin/sh\nfirst:x:54320:54320::/nonexistent:/bin/sh\ndora:x:${uid}:${uid}:Dora D.,,,:${home}:/bin/sh\nlast:x:54322:54322::/nonexistent:/bin/sh\n`,
  shadow: `root:*:19000:0:99999:7:::\nfirst:!:19000:0:99999:7:::\ndora:*:18262:1:99:5:7:47118:\nlast:$6$theirs:19000:0:99999:7:::\n`,
  group: `root:x:0:\nadm:x:4:first,dora,last\ndora:x:${uid}:\nlast:x:54322:\n`,
  gshadow: `root:*::\nadm:*:dora,first:first,dora,last\ndora:$6$group:first:\nlast:!::\n`,
  subuid: "first:100000:65536\ndora:165536:65536\ndora:700000:100\nlast:231072:65536\n",
  subgid: "first:100000:65536\ndora:165536:65536\nlast:231072:65536\n",
});

/** Whether another process than that one has the file open. */
const isOpened = (path: string, but: number) =>
  readdirSync("/proc").some((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === but) return false;
    try {
      return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === path);
    } catch {
      return false;
    }
  });

let root: Root;

const read = () => Object.fromEntries(files.map((file) => [file, root.read(`etc/${file}`)]));
const edit = (file: (typeof files)[number], from: string | RegExp, to: string) =>
  root.write(`etc/${file}`, root.read(`etc/${file}`).replace(from, to), 0o640);
const begin = () =>
  root.send(
    beginScript(run("r1"), work({ verb: "account-remove", name: "dora", uid, run: "r0" }), root.options()),
  );
const removed = async () => {
  const sent = await begin();
  expect(sent).toMatchObject({ outcome: "waiting", stderr: "" });
  for (const file of files) expect(root.read(`etc/${file}`), file).not.toContain("dora");
  expect(root.exists("home/dora")).toBe(false);
};
const rollback = async () => {
  const back = await root.send(rollbackScript("r1", "", root.path));
  expect(back.stderr).toBe("");
  return back.events.flatMap((event) =>
    event.event === "note" ? [`${event.code} ${event.object}: ${event.text}`] : [],
  );
};

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))("an account under %s", (_, sh) => {
  let before: Record<string, string>;
  beforeEach(() => {
    root = new Root(sh);
    for (const [name, text] of Object.entries({ getent, id, userdel, findmnt })) root.program(name, text);
    root.program("groupdel", groupdel);
    for (const [name, text] of Object.entries(lists(root.at("home/dora"))))
      root.write(`etc/${name}`, text, 0o640);
    mkdirSync(root.at("home/dora/empty"), { recursive: true, mode: 0o711 });
    // As the shell's own stat says it.
    const [program, ...args] = sh as [string, ...string[]];
    const asked = [...args, "-c", 'stat -c %i:%.9W -- "$0"', root.at("home/dora")];
    const { stdout: home } = spawnSync(program, asked, { encoding: "utf8" });
    root.write("var/lib/harden/runs/r0/undo/people", `dora ${uid} ${uid} ${home}`);
    root.write("var/lib/harden/runs/r0/undo/member", "undo_member 'dora' 'adm' out 4 .\n");
    before = read();
  });
  afterEach(() => root.remove());

  it("comes back to the byte, with its home, when the run that took it is rolled back", async () => {
    await removed();
    expect(await rollback()).toEqual([]);
    expect(read()).toEqual(before);
    expect(statSync(root.at("home/dora/empty")).mode & 0o777).toBe(0o711);
    for (const file of files) expect(statSync(root.at(`etc/${file}`)).mode & 0o777, file).toBe(0o640);
  });

  // A busybox sh prefers its own programs.
  if (sh[0] !== "busybox")
    it("stays where its home is too large to be looked at", async () => {
      root.program("find", '#!/bin/sh\ncase $1 in .) exec sleep 40 ;; *) exec /usr/bin/find "$@" ;; esac\n');
      const started = Date.now();
      expect((await begin()).events).toContainEqual(
        expect.objectContaining({
          event: "note",
          code: "account-kept",
          object: "dora",
          text: expect.stringContaining(`ten seconds were too short to look at in ${root.at("home/dora")}`),
        }),
      );
      expect(Date.now() - started).toBeLessThan(30_000);
      expect(read()).toEqual(before);
      expect(root.exists("home/dora/empty")).toBe(true);
    });

  it("leaves what others have made of the lists meanwhile", async () => {
    await removed();
    edit("passwd", /^first:.*\n/m, "");
    edit("shadow", "last:$6$theirs:19000", "last:$6$new:19001");
    edit("group", "adm:x:4:first,last", "staff:x:4:new,first,last");
    edit("gshadow", "adm:*:first:first,last", "staff:*::last");
    edit("subuid", "first:100000:65536\n", "first:100000:65536\nfirst:900000:10\n");
    expect(await rollback()).toEqual([]);
    expect(read()).toEqual({
      passwd: before.passwd!.replace(/^first:.*\n/m, ""),
      shadow: before.shadow!.replace("last:$6$theirs:19000", "last:$6$new:19001"),
      // A group that has another name by now is no neighbour any more.
      group: `root:x:0:\ndora:x:${uid}:\nstaff:x:4:new,first,dora,last\nlast:x:54322:\n`,
      gshadow: "root:*::\ndora:$6$group:first:\nstaff:*:dora:dora,last\nlast:!::\n",
      subuid: before.subuid!.replace("dora:700000:100\n", "dora:700000:100\nfirst:900000:10\n"),
      subgid: before.subgid!,
    });
  });

  it("comes back to the byte where a cut has left some lists without it", async () => {
    await removed();
    root.write("etc/passwd", before.passwd!, 0o640);
    root.write("etc/shadow", before.shadow!, 0o640);
    expect(await rollback()).toEqual([]);
    expect(read()).toEqual(before);
    expect(root.exists("home/dora/empty")).toBe(true);
  });

  it.each([
    ["name", "passwd", "dora:x:60000:60000::/nonexistent:/bin/sh\n", "dora (60000)"],
    ["name and number", "passwd", `dora:x:${uid}:${uid}::/nonexistent:/bin/sh\n`, `dora (${uid})`],
    ["number", "passwd", `eve:x:${uid}:100::/nonexistent:/bin/sh\n`, `eve (${uid})`],
    ["group's name", "group", "dora:x:60000:\n", "the group dora (60000)"],
    ["group's number", "group", `eve:x:${uid}:\n`, `the group eve (${uid})`],
  ] as const)(
    "stays removed, and that is told, where its %s is taken meanwhile",
    async (_what, file, line, whose) => {
      await removed();
      edit(file, /$/, line);
      const theirs = read();
      expect(await rollback()).toEqual([
        `not-restored dora: it stays removed: its name or a number of it is another's by now: ${whose}. What it had: ${root.at("var/lib/harden/runs/r1/undo/account.dora.last")}`,
      ]);
      expect(read()).toEqual(theirs);
      expect(root.read("var/lib/harden/runs/r1/undo/account.dora.last")).toContain("+dora:*:18262:1:99:5");
      expect(root.exists("home/dora")).toBe(false);
    },
  );

  describe("with lines in a file of sudo's", () => {
    const sudoers = "etc/sudoers.d/zz-harden";
    const head = "# Written by harden.\n\n";
    const lines = `${head}dora ALL=(ALL:ALL) NOPASSWD: ALL\ndorado ALL=(ALL:ALL) ALL\n`;
    const others = `${head}dorado ALL=(ALL:ALL) ALL\n`;
    const take = async () => {
      root.write(sudoers, lines, 0o440);
      const file: Step = { verb: "remove", path: root.at(sudoers), before: root.before(sudoers) };
      const account: Step = { verb: "account-remove", name: "dora", uid, run: "r0" };
      const sent = await root.send(beginScript(run("r1"), work(file, account), root.options()));
      expect(sent).toMatchObject({ outcome: "waiting", stderr: "" });
      expect(root.exists(sudoers)).toBe(false);
    };
    const left = () =>
      `not-restored ${root.at(sudoers)}: it is back without the lines of dora: the account that had them is not back, and another one of its name would become root by them. Look whose it is; the whole file: ${root.at("var/lib/harden/runs/r1/backup/1")}`;

    it("comes back with them", async () => {
      await take();
      expect(await rollback()).toEqual([]);
      expect(root.read(sudoers)).toBe(lines);
      expect(statSync(root.at(sudoers)).mode & 0o777).toBe(0o440);
    });

    it.each([
      ["name", "dora:x:60000:60000::/nonexistent:/bin/sh\n"],
      ["name and number", `dora:x:${uid}:${uid}::/nonexistent:/bin/sh\n`],
      ["number", `eve:x:${uid}:100::/nonexistent:/bin/sh\n`],
    ])("leaves them out, and that is told, where its %s is taken meanwhile", async (_what, line) => {
      await take();
      edit("passwd", /$/, line);
      expect(await rollback()).toContain(left());
      expect(root.read(sudoers)).toBe(others);
      expect(statSync(root.at(sudoers)).mode & 0o777).toBe(0o440);
      expect(root.read("var/lib/harden/runs/r1/backup/1")).toBe(lines);
    });

    it.each([
      ["gives them back to the account that a run made", [], "waiting"],
      ["refuses to give them to another one of its name", ["/nonexistent"], "refused"],
    ] as const)("of an older run %s", async (_what, [home], outcome) => {
      const old = "var/lib/harden/runs/r9";
      root.write(`${old}/undo/file`, `undo_file 1 '${root.at(sudoers)}' 'file' - '0440' 'root' 'root' .\n`);
      root.write(`${old}/backup/1`, lines, 0o440);
      mkdirSync(root.at("etc/sudoers.d"));
      if (home !== undefined) edit("passwd", root.at("home/dora"), home);
      const restore: Step = {
        verb: "restore",
        path: root.at(sudoers),
        run: "r9",
        backup: 1,
        before: root.before(sudoers),
      };
      const sent = await root.send(beginScript(run("r1"), work(restore), root.options()));
      expect(sent).toMatchObject({ outcome, stderr: "" });
      expect(root.exists(sudoers)).toBe(outcome === "waiting");
      if (outcome === "refused")
        expect(sent.events).toContainEqual(
          expect.objectContaining({ event: "refused", code: "other-account" }),
        );
    });

    it("leaves them out at boot, until the account is back", async () => {
      await take();
      await root.send(
        `rm -rf '${root.path}/run/harden-r1'; kill -9 $(cat '${root.path}'/pids/harden-deadman-r1.service)`,
      );
      await root.stored("r1", "early");
      expect(root.read(sudoers)).toBe(others);
      await root.stored("r1", "deadman");
      expect(root.read(sudoers)).toBe(lines);
      expect(read()).toEqual(before);
      expect(root.events("r1").filter(({ event }) => event === "note")).toEqual([]);
    });
  });

  it("leaves a group that has its group's number as soon as that is free", async () => {
    root.program("userdel", `${userdel}echo eve:x:${uid}: >>"$R/etc/group"\n`);
    await begin();
    expect(root.read("etc/group")).toContain(`eve:x:${uid}:\n`);
  });

  it("comes back without the subordinate numbers that are another's by now, and that is told", async () => {
    await removed();
    edit("subuid", /$/, "eve:170000:10\n");
    const [note] = await rollback();
    expect(note).toMatch(/^not-restored dora: .*subuid dora:165536:65536/);
    expect(read()).toEqual({
      ...before,
      subuid: `${before.subuid!.replace("dora:165536:65536\n", "")}eve:170000:10\n`,
    });
  });

  it("waits for a program that has the lists locked", async () => {
    await removed();
    const lock = root.at("etc/.pwd.lock");
    const program = `use Fcntl qw(:DEFAULT F_SETLKW F_WRLCK); sysopen my $lock, $ARGV[0], O_RDWR | O_CREAT, 0600; my $whole = pack "ssx60", F_WRLCK, 0; fcntl $lock, F_SETLKW, $whole or die; $| = 1; print "locked\\n"; <STDIN>`;
    const holder = spawn("perl", ["-e", program, lock], { stdio: ["pipe", "pipe", "inherit"] });
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    const without = read();
    const back = rollback();
    try {
      await expect.poll(() => isOpened(lock, holder.pid!), { timeout: 20_000 }).toBe(true);
      expect(read()).toEqual(without);
    } finally {
      holder.stdin.end();
    }
    expect(await back).toEqual([]);
    expect(read()).toEqual(before);
  });

  it.each([
    [
      "a password",
      () => edit("shadow", "dora:*:", "dora:$6$somebody's:"),
      /it has a password that no run gave it/,
    ],
    ["a locked password", () => edit("shadow", "dora:*:", "dora:!$6$somebody's:"), /it has a password/],
    // A busybox sh asks its own id.
    ...(sh[0] === "busybox"
      ? []
      : [
          [
            "a group",
            () => rmSync(root.at("var/lib/harden/runs/r0/undo/member")),
            /it has the group adm that no run gave it/,
          ] as const,
        ]),
  ] as const)("stays, and that is told, where somebody has given it %s", async (_what, give, says) => {
    give();
    const theirs = read();
    const sent = await begin();
    expect(sent).toMatchObject({ outcome: "waiting", stderr: "" });
    const notes = sent.events.flatMap((event) => (event.event === "note" ? [event] : []));
    expect(notes).toMatchObject([
      { code: "account-kept", object: "dora", text: expect.stringMatching(says) },
    ]);
    expect(notes[0]?.text).toContain("userdel -r dora");
    expect(notes[0]?.text).not.toContain("$6$");
    expect(read()).toEqual(theirs);
    expect(await rollback()).toEqual([]);
    expect(read()).toEqual(theirs);
  });
});
