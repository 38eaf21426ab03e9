import { spawnSync } from "node:child_process";
import { chmodSync, linkSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { library } from "../../src/host/library.ts";
import {
  beginScript,
  confirmScript,
  rollbackScript,
  type ScriptWork,
  statusScript,
} from "../../src/host/script.ts";
import { HostOnly } from "../../src/host-only.ts";
import type { Step } from "../../src/kinds/index.ts";
import { me, Root, run, shells, work } from "./root.ts";

let root: Root;
let before: string[];
afterEach(() => root.remove());

const begin = (steps: Step[] | ScriptWork[], id = "r1") => {
  const items = steps.map((step) => ("verb" in step ? work(step)[0]! : step));
  return root.send(beginScript(run(id), items, root.options()));
};
const rollback = (id = "r1") => root.send(rollbackScript(id, "", root.path));
const shell = (script: string) => spawnSync("sh", ["-c", script], { cwd: root.path, encoding: "utf8" });

/** Not every machine lets a test mount, or set flags: one that can't is named at the end of the run. */
function doesOrSkips(script: string, skip: (note: string) => never) {
  const { status, stderr } = shell(script);
  if (status !== 0) skip(stderr);
}

/** Applies, looks, rolls back, and is where it began. */
async function thereAndBack(steps: Step[], look: () => void) {
  const sent = await begin(steps);
  expect(sent).toMatchObject({ outcome: "waiting", stderr: "" });
  look();
  const back = await rollback();
  expect(back.stderr).toBe("");
  expect(back.events).toContainEqual({ run: "r1", event: "rolled-back", clean: true, why: "asked" });
  expect(root.listing()).toEqual(before);
  expect(root.exists("stderr") ? root.read("stderr") : "").toBe("");
}

/** Refused with this reason, and no trace is left. */
async function refused(steps: Step[], code: string) {
  const sent = await begin(steps);
  expect(sent).toMatchObject({ outcome: "refused", stderr: "" });
  expect(sent.events.filter((event) => event.event === "refused").map((event) => event.code)).toContain(code);
  expect(root.listing()).toEqual(before);
  expect(root.exists("var/lib/harden")).toBe(false);
  return sent;
}

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))("steps under %s", (_, sh) => {
  beforeEach(() => {
    root = new Root(sh);
    root.write("etc/a.conf", "a\n", 0o640);
    root.write("etc/target.conf", "target\n");
    symlinkSync("target.conf", root.at("etc/link.conf"));
    root.write("proc/sys/net/ipv4/conf/eth0.7/rp_filter", "2\n");
    root.write("proc/sys/net/ipv4/ip_local_port_range", "32768\t60999\n");
    root.write("units/ssh", "loaded enabled active\n");
    root.write("units/fail2ban", "loaded disabled inactive\n");
    before = root.listing();
  });

  it("a file, written through a link that stays one", () =>
    thereAndBack([root.file("etc/link.conf", "new\n"), root.file("etc/a.conf", "b\n", "0600")], () => {
      expect(readlinkSync(root.at("etc/link.conf"))).toBe("target.conf");
      expect(root.read("etc/target.conf")).toBe("new\n");
      expect(root.read("etc/a.conf")).toBe("b\n");
      expect(shell("ls -A etc").stdout).not.toContain(".harden");
    }));

  const inNew = (path: string, content = "x\n"): Step =>
    ({ ...root.file(path, content), before: { state: "absent", folder: "missing" } }) as Step;

  it("folders that a plan says are new come and go with their files, whatever is above them", () =>
    thereAndBack([inNew("etc/new/deep/x.conf"), inNew("etc/new/deep/y.conf"), inNew("etc/other/z")], () => {
      expect(root.read("etc/new/deep/y.conf")).toBe("x\n");
      expect(shell("stat -c %a etc/new etc/new/deep etc/other").stdout).toBe("755\n755\n755\n");
    }));

  it("a new folder stays where somebody else put something into it", async () => {
    await begin([inNew("etc/new/x.conf")]);
    root.write("etc/new/theirs", "t");
    await rollback();
    expect(root.exists("etc/new/x.conf")).toBe(false);
    expect(root.read("etc/new/theirs")).toBe("t");
  });

  it("a new folder goes with its file when that is given back by a later run, and comes back with the undo of that", async () => {
    await begin([{ ...inNew("etc/new/x.conf"), own: { control: "test", address: "test/file:1" } }]);
    await root.send(confirmScript("r1", root.path));
    const restore: Step = {
      verb: "restore",
      path: root.at("etc/new/x.conf"),
      run: "r1",
      backup: 1,
      before: root.before("etc/new/x.conf"),
    };
    expect(await begin([restore], "r2")).toMatchObject({ outcome: "waiting", stderr: "" });
    expect(root.exists("etc/new")).toBe(false);
    await rollback("r2");
    expect(root.read("etc/new/x.conf")).toBe("x\n");
    await begin([restore], "r3");
    await root.send(confirmScript("r3", root.path));
    expect(root.listing()).toEqual(before);
  });

  it("a folder that came since the plan is stale", () => {
    root.write("etc/new/y", "");
    before = root.listing();
    return refused([inNew("etc/new/x.conf")], "stale");
  });

  it("content of any bytes", async () => {
    const content = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256));
    const step = { ...root.file("etc/new.bin", ""), content: new HostOnly(content) } as Step;
    await thereAndBack([step], () => expect(root.read("etc/new.bin")).toBe(content.toString("utf8")));
  });

  it("xattrs and ACLs of a file are kept, over there and back", async ({ skip }) => {
    doesOrSkips("setfattr -n user.note -v kept etc/a.conf && setfacl -m u:1:r etc/a.conf", skip);
    before = root.listing();
    const facts = () => shell("getfattr -d etc/a.conf; getfacl -c etc/a.conf").stdout;
    const was = facts();
    await thereAndBack([root.file("etc/a.conf", "b\n", "0640")], () => expect(facts()).toBe(was));
    expect(facts()).toBe(was);
  });

  it("flags of a file are kept, and no access list comes of its folder, over there and back", async ({
    skip,
  }) => {
    doesOrSkips("chattr +Ad etc/a.conf && setfacl -d -m u:1:r etc", skip);
    before = root.listing();
    const facts = () => shell("lsattr etc/a.conf; getfacl -c etc/a.conf").stdout;
    const was = facts();
    await thereAndBack([root.file("etc/a.conf", "b\n", "0640")], () => expect(facts()).toBe(was));
    expect(facts()).toBe(was);
    await begin([root.file("etc/a.conf", "b\n", "0640")], "r2");
    await root.send(confirmScript("r2", root.path));
    const step: Step = {
      verb: "restore",
      path: root.at("etc/a.conf"),
      run: "r2",
      backup: 1,
      before: root.before("etc/a.conf"),
    };
    await begin([step], "r3");
    expect(root.read("etc/a.conf")).toBe("a\n");
    expect(facts()).toBe(was);
  });

  it("a removed file, and a removed link", () =>
    thereAndBack(
      [
        { verb: "remove", path: root.at("etc/a.conf"), before: root.before("etc/a.conf") },
        { verb: "remove", path: root.at("etc/link.conf"), before: root.before("etc/link.conf") },
      ],
      () => {
        expect(root.exists("etc/a.conf")).toBe(false);
        expect(() => lstatSync(root.at("etc/link.conf"))).toThrow();
        expect(root.exists("etc/target.conf")).toBe(true);
      },
    ));

  const modeStep = (path: string, mode: string): Step => ({
    verb: "mode",
    path: root.at(path),
    mode,
    ...me,
    before: root.modes(path),
  });
  const modeAt = (path: string) => root.modes(path).mode;

  it("a mode, also of a folder, to the last bit", async () => {
    chmodSync(root.at("etc"), 0o2775);
    await thereAndBack([modeStep("etc/a.conf", "0600"), modeStep("etc", "0700")], () =>
      expect([modeAt("etc/a.conf"), modeAt("etc")]).toEqual(["0600", "0700"]),
    );
    expect(modeAt("etc")).toBe("2775");
  });

  const bitsStep = (path: string, from: string, to: string): Step => {
    const { uid, gid } = lstatSync(root.at(path));
    return { verb: "bits", path: root.at(path), uid, gid, from, to };
  };

  it("bits, of a file and a folder", async () => {
    mkdirSync(root.at("etc/open"));
    chmodSync(root.at("etc/open"), 0o2777);
    before = root.listing();
    await thereAndBack([bitsStep("etc/a.conf", "0640", "0600"), bitsStep("etc/open", "2777", "2700")], () =>
      expect([modeAt("etc/a.conf"), modeAt("etc/open")]).toEqual(["0600", "2700"]),
    );
    expect(modeAt("etc/open")).toBe("2777");
  });

  it.each([
    ["a link", "etc/link.conf", "0644", () => undefined],
    ["another mode than planned", "etc/target.conf", "0666", () => undefined],
    ["a second name", "etc/a.conf", "0640", () => linkSync(root.at("etc/a.conf"), root.at("etc/b.conf"))],
    ["a pipe", "etc/pipe", "0644", () => shell("mkfifo -m 644 etc/pipe")],
    ["a link on the way", "etc/way/a.conf", "0640", () => symlinkSync(".", root.at("etc/way"))],
    ["nothing", "etc/nothing", "0640", () => undefined],
  ])("bits of %s stay, which is noted, and no run fails by it", async (_name, path, from, make) => {
    make();
    before = root.listing();
    const { uid, gid } = lstatSync(root.at("etc"));
    const step: Step = { verb: "bits", path: root.at(path), uid, gid, from, to: "0600" };
    const sent = await begin([step]);
    expect(sent).toMatchObject({ outcome: "waiting", stderr: "" });
    expect(sent.events).toContainEqual(expect.objectContaining({ event: "note", code: "not-set" }));
    // What waits for its confirm has units of its own meanwhile.
    expect(root.listing().filter((line) => before.includes(line))).toEqual(before);
    await rollback();
    expect(root.listing()).toEqual(before);
  });

  /** Of each bits step what its owner does meanwhile, and its note, where there is one. */
  const meanwhile = [
    ["a.conf", "chmod 604 etc/a.conf", "its mode is 0604"],
    ["b.conf", "cp -p etc/b.conf etc/x && mv etc/x etc/b.conf", "it was replaced since"],
    ["c.conf", "mv etc/c.conf etc/y && ln -s target.conf etc/c.conf", "it is no file and no folder"],
    ["d.conf", "mv etc/d.conf etc/z", "no such file or directory"],
    ["e.conf", "chmod 666 etc/e.conf", undefined],
  ] as const;
  const left = meanwhile.flatMap(([name, , why]) =>
    why === undefined
      ? []
      : [[`etc/${name}`, `its mode was 0666 before the run, and is not given back: ${why}`]],
  );
  const notesOf = ({ events }: Awaited<ReturnType<typeof begin>>) =>
    events.flatMap((event) =>
      event.event === "note" && event.code === "not-restored"
        ? [[event.object.slice(root.path.length + 1), event.text]]
        : [],
    );
  const setBits = async () => {
    for (const [name] of meanwhile) {
      root.write(`etc/${name}`, "");
      chmodSync(root.at(`etc/${name}`), 0o666);
    }
    const steps = meanwhile.map(([name]) => bitsStep(`etc/${name}`, "0666", "0600"));
    expect(await begin(steps)).toMatchObject({ outcome: "waiting" });
    return meanwhile.map(([name]): Step => {
      const inode = String(lstatSync(root.at(`etc/${name}`)).ino);
      return { ...bitsStep(`etc/${name}`, "0600", "0666"), inode } as Step;
    });
  };
  const others = () => {
    for (const [, script] of meanwhile) expect(shell(script)).toMatchObject({ status: 0 });
  };

  it("bits that their owner has changed since stay, which a rollback notes", async () => {
    await setBits();
    others();
    const sent = await rollback();
    expect(notesOf(sent).sort()).toEqual(left);
    expect(sent.events).toContainEqual({ run: "r1", event: "rolled-back", clean: false, why: "asked" });
    expect(["a.conf", "b.conf", "target.conf"].map((name) => modeAt(`etc/${name}`))).toEqual([
      ...["0604", "0600", "0644"],
    ]);
  });

  it("bits that their owner has changed since stay, which a run that undoes another notes", async () => {
    const back = await setBits();
    await root.send(confirmScript("r1", root.path));
    others();
    const sent = await begin(back, "r2");
    expect(sent).toMatchObject({ outcome: "waiting" });
    expect(notesOf(sent).sort()).toEqual(left);
  });

  it("live values, also of an interface with a dot in its name", () =>
    thereAndBack(
      [
        { verb: "sysctl", key: "net.ipv4.conf.eth0/7.rp_filter", value: "1", before: "2" },
        { verb: "sysctl", key: "net.ipv4.ip_local_port_range", value: "1024 2048", before: "32768 60999" },
      ],
      () => {
        expect(root.read("proc/sys/net/ipv4/conf/eth0.7/rp_filter")).toBe("1\n");
        expect(root.read("proc/sys/net/ipv4/ip_local_port_range")).toBe("1024 2048\n");
        // The stand-in file has one blank where the kernel has a tab.
        before = before.map((line) =>
          line.includes("port_range") ? line.replace(/\S+$/, digestOf("32768 60999\n")) : line,
        );
      },
    ));

  const filter = (name: string) => `proc/sys/net/ipv4/conf/${name}/rp_filter`;
  const filters = (...names: string[]) => names.map((name) => root.read(filter(name)).trim()).join(" ");
  const setFilter = (name: string, value: string, from: string): Step => ({
    verb: "sysctl",
    key: `net.ipv4.conf.${name}.rp_filter`,
    value,
    before: from,
  });
  const setDefault = (value: string, from: string) => setFilter("default", value, from);

  it("an interface that comes meanwhile gets back what new ones had, unless somebody has set it", async () => {
    for (const [name, value] of Object.entries({ default: "0", all: "1", old0: "1" }))
      root.write(filter(name), `${value}\n`);
    expect(await begin([setDefault("1", "0")])).toMatchObject({ outcome: "waiting", stderr: "" });
    for (const [name, value] of Object.entries({ "new.0'1": "1", set0: "2" }))
      root.write(filter(name), `${value}\n`);
    expect(await rollback()).toMatchObject({ stderr: "" });
    expect(filters("default", "all", "old0", "new.0'1", "set0")).toBe("0 1 1 0 2");
  });

  it("an interface that the run left alone gets back what it had when systemd-sysctl has set it since", async () => {
    const had = { default: "2", all: "0", docker0: "0", docker1: "2", docker2: "0", docker3: "1" };
    const write = (values: Readonly<Record<string, string>>) => {
      for (const [name, value] of Object.entries(values)) root.write(filter(name), `${value}\n`);
    };
    const now = () => filters(...Object.keys(had));
    write(had);
    const sent = await begin([setFilter("all", "1", "0"), setDefault("1", "2")]);
    expect(sent).toMatchObject({ outcome: "waiting", stderr: "" });
    // Somebody has set one of them otherwise.
    write({ docker0: "1", docker1: "1", docker2: "2" });
    await root.send(confirmScript("r1", root.path));
    const hardened = now();
    const back = work(setFilter("all", "0", "1"), setDefault("2", "1"));
    const undoes = beginScript(run("r2", { undoes: ["r1"] }), back, root.options());
    expect(await root.send(undoes)).toMatchObject({ outcome: "waiting", stderr: "" });
    expect(now()).toBe("2 0 0 2 2 1");
    await rollback("r2");
    expect(now()).toBe(hardened);
  });

  it("what it had comes back with a setting of which the run has set that of all or of new ones only", async () => {
    for (const name of ["all", "default"]) {
      for (const [each, value] of Object.entries({ default: "0", all: "0", docker0: "2" }))
        root.write(filter(each), `${value}\n`);
      const step = setFilter(name, "1", "0");
      expect(await root.send(beginScript(run(`r-${name}`), work(step), root.options()))).toMatchObject({
        outcome: "waiting",
        stderr: "",
      });
      root.write(filter("docker0"), "1\n");
      await rollback(`r-${name}`);
      expect(filters("default", "all", "docker0")).toBe("0 0 2");
    }
  });

  it("a run that undoes another gives them the same, and takes it back when it rolls back itself", async () => {
    for (const [name, value] of Object.entries({ default: "0", all: "1", old0: "1" }))
      root.write(filter(name), `${value}\n`);
    await begin([setDefault("1", "0")]);
    await root.send(confirmScript("r1", root.path));
    for (const [name, value] of Object.entries({ new0: "1", zero0: "0" }))
      root.write(filter(name), `${value}\n`);
    const back = beginScript(run("r2", { undoes: ["r1"] }), work(setDefault("0", "1")), root.options());
    expect(await root.send(back)).toMatchObject({ outcome: "waiting", stderr: "" });
    expect(filters("default", "all", "old0", "new0", "zero0")).toBe("0 1 1 0 0");
    await rollback("r2");
    expect(filters("default", "all", "old0", "new0", "zero0")).toBe("1 1 1 1 0");
  });

  it("an interface whose value can't be given back is named, and the rollback is not clean", async ({
    skip,
  }) => {
    for (const name of ["default", "all"]) root.write(filter(name), "0\n");
    await begin([setDefault("1", "0")]);
    root.write(filter("new0"), "1\n");
    doesOrSkips(`chattr +i ${filter("new0")}`, skip);
    try {
      const { events } = await rollback();
      expect(events.filter(({ event }) => event === "note")).toMatchObject([
        { code: "not-restored", object: root.at(filter("new0")), text: "live value 0" },
      ]);
      expect(events).toContainEqual({ run: "r1", event: "rolled-back", clean: false, why: "asked" });
    } finally {
      shell(`chattr -i ${filter("new0")}`);
    }
  });

  it("what somebody sets meanwhile is as before again, and is named; the rollback is clean", async () => {
    const key = "net.ipv4.conf.eth0/7.rp_filter";
    const path = root.at("etc/a.conf");
    root.write("units/cron", "loaded disabled inactive\n");
    before = root.listing();
    const sent = await begin([
      { verb: "sysctl", key, value: "1", before: "2" },
      { verb: "mode", path, mode: "0600", ...me, before: root.modes("etc/a.conf") },
      { verb: "service", unit: "cron", operation: "enable" },
      { verb: "service", unit: "cron", operation: "start" },
    ]);
    expect(sent).toMatchObject({ outcome: "waiting", stderr: "" });
    root.write(filter("eth0.7"), "0\n");
    chmodSync(path, 0o604);
    root.write("units/cron", "loaded disabled active\n");
    const { events } = await rollback();
    expect(root.listing()).toEqual(before);
    expect(events).toContainEqual({ run: "r1", event: "rolled-back", clean: true, why: "asked" });
    const found = (object: string, what: string) => ({
      event: "note",
      code: "third-state",
      object,
      text: expect.stringContaining(`found: ${what};`),
    });
    expect(events.filter(({ event }) => event === "note")).toMatchObject([
      found(path, `0604 ${me.owner} ${me.group}`),
      found(key, "0"),
      found("cron", "disabled active"),
    ]);
  });

  /** Whether sshd's own service or its socket listens: states of the unit before the run, meanwhile, and after it. */
  it.each([
    ["starts", "inactive active", "enabled active", "disabled inactive", "enabled inactive"],
    ["stops", "active inactive", "disabled active", "enabled active", "enabled active"],
  ])(
    "a socket that somebody %s meanwhile stays so, with a way in, and is named",
    async (_what, socket, ...unit) => {
      const [was, now] = socket.split(" ");
      root.write("units/ssh.service", `loaded ${unit[0]}\n`);
      root.write("units/ssh.socket", `loaded enabled ${was}\n`);
      await begin([{ verb: "service", unit: "ssh.service", operation: "reload" }]);
      root.write("units/ssh.service", `loaded ${unit[1]}\n`);
      root.write("units/ssh.socket", `loaded enabled ${now}\n`);
      const { events } = await rollback();
      expect(root.read("units/ssh.service")).toBe(`loaded ${unit[2]}\n`);
      expect(root.read("units/ssh.socket")).toBe(`loaded enabled ${now}\n`);
      expect(events).toContainEqual(
        expect.objectContaining({ event: "note", code: "changed-by-others", object: "ssh.socket" }),
      );
    },
  );

  it("services: enabled, started, stopped", () =>
    thereAndBack(
      [
        { verb: "service", unit: "fail2ban", operation: "enable" },
        { verb: "service", unit: "ssh", operation: "stop" },
      ],
      () => {
        expect(root.read("units/fail2ban")).toBe("loaded enabled inactive\n");
        expect(root.read("units/ssh")).toBe("loaded enabled inactive\n");
      },
    ));

  it("a service that somebody masks meanwhile stays masked, and the rollback is not clean", async () => {
    const sent = await begin([{ verb: "service", unit: "fail2ban", operation: "enable" }]);
    expect(sent.outcome).toBe("waiting");
    root.write("units/fail2ban", "masked masked inactive\n");
    const { events } = await rollback();
    expect(events).toContainEqual(
      expect.objectContaining({ event: "note", code: "differs", object: "fail2ban" }),
    );
    expect(events).toContainEqual({ run: "r1", event: "rolled-back", clean: false, why: "asked" });
    expect(root.read("units/fail2ban")).toBe("masked masked inactive\n");
  });

  it("a restarted service is restarted again by the undo, after its file is back", async () => {
    await thereAndBack(
      [root.file("etc/a.conf", "b\n"), { verb: "service", unit: "ssh", operation: "restart" }],
      () => expect(root.read("log")).toMatch(/restart -- ssh/),
    );
    expect(root.read("log").match(/restart -- ssh/g)).toHaveLength(2);
  });

  it("a service that fails to restart: rolled back by itself, with what systemd said", async () => {
    root.write("units/ssh.fails", "");
    before = root.listing();
    const sent = await begin([
      root.file("etc/a.conf", "b\n"),
      { verb: "service", unit: "ssh", operation: "restart" },
    ]);
    expect(sent.outcome).toBe("rolled-back");
    expect(sent.events).toContainEqual(
      expect.objectContaining({ event: "failed", code: "unit", object: "ssh", step: 2 }),
    );
    expect(root.listing()).toEqual(before);
  });

  it("a restart that never ends is ended by the rollback", { timeout: 90_000 }, async () => {
    root.write("units/ssh.hangs", "");
    const sent = begin([
      root.file("etc/a.conf", "b\n"),
      { verb: "service", unit: "ssh", operation: "restart" },
    ]);
    shell("n=0; until grep -q 'restart -- ssh' log || [ $n -ge 300 ]; do n=$((n + 1)); sleep 0.1; done");
    const back = rollback();
    // The undo's own restart begins when the apply's has been killed, after its twenty seconds.
    const twice = `[ "$(grep -c 'restart -- ssh' log)" -ge 2 ]`;
    shell(`n=0; until ${twice} || [ $n -ge 600 ]; do n=$((n + 1)); sleep 0.1; done; rm units/ssh.hangs`);
    expect((await back).events).toContainEqual({
      run: "r1",
      event: "rolled-back",
      clean: true,
      why: "asked",
    });
    expect((await sent).outcome).toBe("rolled-back");
    expect(root.listing()).toEqual(before);
    // The apply's own call was killed, not waited for: only the undo's went through.
    expect(root.read("log").match(/restart -- ssh/g)).toHaveLength(2);
    // No job of systemd's is in the way of an undo: any user can keep it from all of them.
    expect(root.read("log")).not.toMatch(/^stop .*harden-apply/m);
  });

  it("an original is given back with restore, and release ends the ownership", async () => {
    const own = { control: "test", address: "file:a" };
    const took = await begin([{ ...root.file("etc/a.conf", "b\n"), own }], "r1");
    expect(took.outcome).toBe("waiting");
    await root.send(confirmScript("r1", root.path));
    const [line] = root.read("var/lib/harden/manifest").trimEnd().split("\n");
    expect(line?.split("\t").slice(0, 3)).toEqual(["file:a", "test", "r1"]);
    expect(line?.split("\t")[3]).toMatch(/^'file' '.*\/etc\/a\.conf' 'r1' '1' 'file' '[0-9a-f]{64}' '0640' /);

    // A second change of the same thing keeps the first run's original.
    await begin([{ ...root.file("etc/a.conf", "c\n", "0600"), own }], "r2");
    await root.send(confirmScript("r2", root.path));
    expect(root.read("var/lib/harden/manifest")).toBe(`${line}\n.\n`);

    const path = root.at("etc/a.conf");
    const restore: Step = {
      verb: "restore",
      path,
      run: "r1",
      backup: 1,
      before: root.before("etc/a.conf"),
      release: own,
    };
    expect((await begin([restore], "r3")).outcome).toBe("waiting");
    expect(root.exists("var/lib/harden/manifest")).toBe(false);
    expect(root.listing().filter((entry) => entry.includes("etc/a.conf"))).toEqual(
      before.filter((entry) => entry.includes("etc/a.conf")),
    );
    // And taking that back makes it ours again.
    expect((await rollback("r3")).outcome).toBe("rolled-back");
    expect(root.read("var/lib/harden/manifest")).toBe(`${line}\n.\n`);
    expect(root.read("etc/a.conf")).toBe("c\n");
  });

  it("a manifest that was cut off is neither read nor added to: refused, with where a copy is", async () => {
    const own = { control: "test", address: "file:a" };
    await begin([{ ...root.file("etc/a.conf", "b\n"), own }], "r1");
    await root.send(confirmScript("r1", root.path));
    await begin([{ ...root.file("etc/a.conf", "c\n"), own: { control: "test", address: "file:b" } }], "r2");
    await root.send(confirmScript("r2", root.path));
    const [line] = root.read("var/lib/harden/manifest").split("\n");
    root.write("var/lib/harden/manifest", `${line}\n`);
    const sent = await begin([root.file("etc/a.conf", "d\n")], "r3");
    expect(sent.outcome).toBe("refused");
    const [refusal] = sent.events.filter((event) => event.event === "refused");
    expect(refusal).toMatchObject({ code: "manifest", text: expect.stringMatching(/r2\/backup\/\d+$/) });
    expect(root.read("etc/a.conf")).toBe("c\n");
  });

  it("the journal says what was changed, by whom, from what to what", async () => {
    await begin([root.file("etc/a.conf", "b\n", "0600")]);
    const [entry = ""] = root.read("var/lib/harden/runs/r1/journal").trimEnd().split("\n");
    const [time, ...fields] = entry.split("\t");
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(fields).toEqual([
      "1",
      "test/file:1",
      "file",
      root.at("etc/a.conf"),
      `file ${digestOf("a\n")} 0640 ${me.owner} ${me.group}`,
      `file ${digestOf("b\n")} 0600 ${me.owner} ${me.group}`,
      "1",
    ]);
    expect(root.read("var/lib/harden/runs/r1/header")).toContain("who tester@controller\n");
  });

  it("a file that somebody changes inside the window: restored, and the third version is kept and named", async () => {
    await begin([root.file("etc/a.conf", "b\n")]);
    root.write("etc/a.conf", "somebody's\n", 0o640);
    const back = await rollback();
    expect(back.events).toContainEqual(
      expect.objectContaining({ event: "note", code: "third-version", object: root.at("etc/a.conf") }),
    );
    expect(back.events).toContainEqual({ run: "r1", event: "rolled-back", clean: false, why: "asked" });
    expect(root.read("etc/a.conf")).toBe("a\n");
    expect(root.read("var/lib/harden/runs/r1/third/1")).toBe("somebody's\n");
    // Whoever asks too late is told the same, notes and all.
    const again = await rollback();
    const end = ({ events }: typeof back) =>
      events.slice(events.findIndex(({ event }) => event === "rolling"));
    expect(end(again)).toEqual(end(back));
    expect((await root.send(confirmScript("r1", root.path))).events).toContainEqual(
      expect.objectContaining({ event: "rolled-back", clean: false }),
    );
  });

  it("a stale plan is refused with all its reasons, and nothing has happened", async () => {
    const steps = [root.file("etc/a.conf", "b\n"), root.file("etc/new.conf", "n\n")];
    root.write("etc/a.conf", "changed since\n", 0o640);
    root.write("etc/new.conf", "there since\n");
    before = root.listing();
    const sent = await refused(steps, "stale");
    expect(sent.events.flatMap((event) => (event.event === "refused" ? event.object : []))).toEqual([
      root.at("etc/a.conf"),
      root.at("etc/new.conf"),
    ]);
  });

  it("only the mode differs: stale too", async () => {
    const step = root.file("etc/a.conf", "b\n");
    chmodSync(root.at("etc/a.conf"), 0o600);
    before = root.listing();
    await refused([step], "stale");
  });

  it.each([
    ["missing-folder", () => root.file("etc/none/x.conf", "x")],
    ["not-a-file", () => ({ ...root.file("etc/a.conf", "x"), path: root.at("etc/systemd") }) as Step],
    ["no-sysctl", () => ({ verb: "sysctl", key: "net.no.such", value: "1", before: "0" }) as Step],
    [
      "stale",
      () => ({ verb: "sysctl", key: "net.ipv4.conf.eth0/7.rp_filter", value: "1", before: "0" }) as Step,
    ],
    ["no-unit", () => ({ verb: "service", unit: "nothing", operation: "reload" }) as Step],
    ["no-account", () => ({ ...root.file("etc/a.conf", "x"), owner: "nobody-such" }) as Step],
    [
      "no-backup",
      () =>
        ({
          verb: "restore",
          path: root.at("etc/a.conf"),
          run: "r0",
          backup: 1,
          before: root.before("etc/a.conf"),
        }) as Step,
    ],
  ] as const)("refuses %s", async (code, step) => {
    await refused([step()], code);
  });

  it("refuses an immutable file, and never clears the flag", async ({ skip }) => {
    doesOrSkips("chattr +i etc/a.conf", skip);
    try {
      await refused([root.file("etc/a.conf", "b\n")], "immutable");
      expect(shell("lsattr etc/a.conf").stdout).toMatch(/^\S*i/);
    } finally {
      shell("chattr -i etc/a.conf");
    }
  });

  it("refuses a file that something is mounted on, and a read-only file system", async ({ skip }) => {
    root.write("mounted", "m\n");
    doesOrSkips("mount --bind mounted etc/a.conf", skip);
    try {
      before = root.listing();
      await refused([root.file("etc/a.conf", "b\n")], "mount-point");
    } finally {
      shell("umount etc/a.conf");
    }
    shell(
      "mkdir etc/ro && echo x >etc/ro/x.conf && mount --bind etc/ro etc/ro && mount -o remount,bind,ro etc/ro",
    );
    try {
      before = root.listing();
      await refused([root.file("etc/ro/x.conf", "b\n")], "read-only");
    } finally {
      shell("umount etc/ro");
    }
  });

  it("refuses when there is no room for the undo, and names the file system", async ({ skip }) => {
    doesOrSkips("mount -t tmpfs -o mode=755,size=64k tmpfs var/lib", skip);
    try {
      before = root.listing();
      const sent = await refused([root.file("etc/a.conf", "b\n")], "no-space");
      expect(sent.events).toContainEqual(
        expect.objectContaining({ event: "refused", text: expect.stringContaining(root.at("var/lib")) }),
      );
    } finally {
      shell("umount var/lib");
    }
  });

  it("room that was taken on one file system is given back when there is none on the next", async ({
    skip,
  }) => {
    const mounts = [
      "mount -t tmpfs -o mode=755,size=8m tmpfs etc && mkdir -p etc/systemd/system etc/small",
      "mount -t tmpfs -o mode=755,size=16k tmpfs etc/small",
    ];
    doesOrSkips(mounts.join(" && "), skip);
    try {
      before = root.listing();
      await refused([root.file("etc/small/x.conf", "x".repeat(8192))], "no-space");
    } finally {
      shell("umount etc/small; umount etc");
    }
  });

  it("as many inodes as a step and its way back need are asked for before anything changes", async ({
    skip,
  }) => {
    root.write("etc/part/a.conf", "a\n");
    doesOrSkips(
      "mount -t tmpfs -o mode=755,size=1m,nr_inodes=40 tmpfs etc/part && echo a >etc/part/a.conf",
      skip,
    );
    try {
      const leave = (count: number) =>
        shell(
          `rm -f etc/part/fill*; i=0; until [ "$(stat -f -c %d etc/part)" = ${count} ]; do touch etc/part/fill$((i += 1)); done`,
        );
      const step = () => root.file("etc/part/a.conf", "b\n");
      for (const count of [0, 1, 2]) {
        leave(count);
        before = root.listing();
        const { events } = await refused([step()], "no-space");
        expect(events).toContainEqual(
          expect.objectContaining({
            event: "refused",
            text: expect.stringMatching(/^too few inodes: 3 are needed; /),
          }),
        );
      }
      leave(3);
      before = root.listing();
      expect((await begin([step()])).outcome).toBe("waiting");
      await rollback();
      expect(root.read("var/lib/harden/runs/r1/result")).toBe("rolled-back clean asked\n");
      expect(root.listing()).toEqual(before);
    } finally {
      shell("umount etc/part");
    }
  });

  it("a disk that fills up after the apply does not stop the rollback", async ({ skip }) => {
    doesOrSkips("mount -t tmpfs -o mode=755,size=8m tmpfs etc && mkdir -p etc/systemd/system", skip);
    try {
      root.write("etc/a.conf", "a".repeat(100_000), 0o640);
      before = root.listing();
      expect((await begin([root.file("etc/a.conf", "b".repeat(90_000), "0640")])).outcome).toBe("waiting");
      expect(shell("dd if=/dev/zero of=etc/full bs=4k; ! echo more >etc/more").status).toBe(0);
      const back = await rollback();
      expect(back.events).toContainEqual({ run: "r1", event: "rolled-back", clean: true, why: "asked" });
      shell("rm etc/full etc/more");
      expect(root.listing()).toEqual(before);
    } finally {
      shell("umount etc");
    }
  });

  it("a login that may write small files only is refused, and its run not killed half prepared", async () => {
    const small = `ulimit -f 16\n${beginScript(run("r1"), work(root.file("etc/a.conf", "b")), root.options())}`;
    const { outcome, events } = await root.send(small);
    // Who has the right lifts the limit, and the run goes on.
    if (outcome !== "waiting") {
      expect(events).toContainEqual(expect.objectContaining({ event: "refused", code: "no-space" }));
      expect(root.listing()).toEqual(before);
      expect(root.exists("var/lib/harden/lease")).toBe(false);
    }
  });

  it("a writer that took the reserve, too, does not stop the rollback", { timeout: 120_000 }, async ({
    skip,
  }) => {
    doesOrSkips("mount -t tmpfs -o mode=755,size=8m tmpfs var/lib", skip);
    try {
      root.write("var/lib/a.conf", "a".repeat(300_000), 0o640);
      before = root.listing();
      expect((await begin([root.file("var/lib/a.conf", "b".repeat(90_000), "0640")])).outcome).toBe(
        "waiting",
      );
      const greedy = "rm var/lib/harden/runs/r1/reserve; dd if=/dev/zero of=var/lib/full bs=4k";
      expect(shell(`${greedy}; ! dd if=/dev/zero of=var/lib/more bs=4k count=1`).status).toBe(0);
      expect((await rollback()).outcome).toBe("rolled-back");
      expect(root.read("var/lib/harden/runs/r1/result")).toBe("rolled-back clean asked\n");
      shell("rm var/lib/full var/lib/more");
      expect(root.listing()).toEqual(before);
      // Had there been no room for the last event either, whoever waits for it is told all the same.
      shell("sed -i '/ rolled-back /d' var/lib/harden/runs/r1/events");
      const told = await root.send(statusScript("r1", { until: "run", root: root.path }));
      expect(told.outcome).toBe("rolled-back");
    } finally {
      shell("umount -l var/lib");
    }
  });

  describe.each([
    ["inode", "i=0; while touch etc/full/$i; do i=$((i + 1)); done"],
    ["block", "dd if=/dev/zero of=etc/full/blocks bs=4k; ! dd if=/dev/zero of=etc/full/more bs=4k count=1"],
  ])("a writer that took the last %s of a file's own file system", (_, take) => {
    const own =
      "mount -t tmpfs -o mode=755,size=8m,nr_inodes=200 tmpfs etc && mkdir -p etc/systemd/system etc/full";
    const greedy = (...spare: readonly string[]) =>
      shell(
        `rm ${["etc/.harden.r1.reserve", ...spare].join(" ")} && { ${take}; } 2>/dev/null; ! echo more 2>/dev/null >etc/some`,
      );
    const spare = "etc/.harden.r1.1.undo";
    beforeEach(async ({ skip }) => {
      doesOrSkips(own, skip);
      root.write("etc/a.conf", "a".repeat(100_000), 0o640);
      before = root.listing();
      expect((await begin([root.file("etc/a.conf", "b".repeat(90_000), "0640")])).outcome).toBe("waiting");
      expect(root.exists(spare)).toBe(true);
    });
    afterEach(() => void shell("umount -l etc"));
    const emptied = () => shell("rm -rf etc/full/* etc/some");

    it("does not stop the rollback", { timeout: 120_000 }, async () => {
      expect(greedy().status).toBe(0);
      const back = await rollback();
      expect(back.events).toContainEqual({ run: "r1", event: "rolled-back", clean: true, why: "asked" });
      emptied();
      expect(root.listing()).toEqual(before);
    });

    it("finds no spare copy once the run is confirmed", async () => {
      expect((await root.send(confirmScript("r1", root.path))).outcome).toBe("confirmed");
      expect(root.listing().filter((line) => line.includes(".harden."))).toEqual([]);
    });

    it("reads as a folder that was not changed by what the run kept there", async () => {
      const script = "OWN_CHANGES=var/lib/harden/own-changes; stat -c '%d:%i %.9Z %n' etc | own_changes";
      const collector = { cwd: root.path, encoding: "utf8", input: `${library}\n${script}\n` } as const;
      const told = () => spawnSync("sh", collector).stdout;
      const applied = shell("stat -c '%.9Z %n' etc").stdout;
      expect(told()).toBe(applied);
      expect((await root.send(confirmScript("r1", root.path))).outcome).toBe("confirmed");
      expect(shell("stat -c '%.9Z %n' etc").stdout).not.toBe(applied);
      expect(told()).toBe(applied);
      shell("touch etc/other");
      expect(told()).toBe(shell("stat -c '%.9Z %n' etc").stdout);
    });

    it("is waited for where the spare copy is gone", { timeout: 120_000 }, async () => {
      expect(greedy(spare).status).toBe(0);
      const back = rollback();
      let over = false;
      void back.finally(() => (over = true));
      while (!over && !root.read("var/lib/harden/runs/r1/events").includes("rollback-waits"))
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(over).toBe(false);
      expect(root.exists("var/lib/harden/rolling/r1")).toBe(true);
      emptied();
      expect((await back).events).toContainEqual({
        run: "r1",
        event: "rolled-back",
        clean: true,
        why: "asked",
      });
      expect(root.listing()).toEqual(before);
    });
  });

  it("what is mounted read-only when the time is over is waited for, and comes back", async ({ skip }) => {
    root.write("etc/part/a.conf", "a\n");
    doesOrSkips("mount --bind etc/part etc/part", skip);
    try {
      before = root.listing();
      expect((await begin([root.file("etc/part/a.conf", "b\n")])).outcome).toBe("waiting");
      shell("mount -o remount,bind,ro etc/part");
      const back = rollback();
      let over = false;
      void back.finally(() => (over = true));
      while (!over && !root.read("var/lib/harden/runs/r1/events").includes("rollback-waits"))
        await new Promise((resolve) => setTimeout(resolve, 50));
      expect(root.exists("var/lib/harden/rolling/r1")).toBe(true);
      expect(root.read("etc/part/a.conf")).toBe("b\n");
      shell("mount -o remount,bind,rw etc/part");
      expect((await back).events).toContainEqual({
        run: "r1",
        event: "rolled-back",
        clean: true,
        why: "asked",
      });
      expect(root.listing()).toEqual(before);
    } finally {
      shell("umount -l etc/part");
    }
  });

  it("a journal that is mounted read-only takes no confirm, and a rollback as soon as it can be written", async ({
    skip,
  }) => {
    const journal = "var/lib/harden";
    expect((await begin([root.file("etc/a.conf", "b\n")])).outcome).toBe("waiting");
    doesOrSkips(`mount --bind ${journal} ${journal}`, skip);
    try {
      shell(`mount -o remount,bind,ro ${journal}`);
      expect((await root.send(confirmScript("r1", root.path))).outcome).toBe("unwritable");
      const asked = root.start(rollbackScript("r1", "", root.path));
      const told = new Promise<void>((resolve) =>
        asked.stdout?.on("data", (text: string) => text.includes("rollback-waits") && resolve()),
      );
      await Promise.race([told, asked.done]);
      expect(root.exists(`${journal}/pending/r1`)).toBe(true);
      expect(root.read("etc/a.conf")).toBe("b\n");
      shell(`mount -o remount,bind,rw ${journal}`);
      expect((await asked.done).outcome).toBe("rolled-back");
      expect(root.listing()).toEqual(before);
    } finally {
      shell(`umount -l ${journal}`);
    }
  });

  it("what can't be put back is kept, where its note says", async ({ skip }) => {
    expect((await begin([root.file("etc/a.conf", "b\n")])).outcome).toBe("waiting");
    doesOrSkips("chattr +i etc/a.conf", skip);
    try {
      const back = await rollback();
      const kept = root.at("var/lib/harden/runs/r1/backup/1");
      expect(back.events).toContainEqual(
        expect.objectContaining({
          code: "not-restored",
          text: `it is immutable or append-only (chattr -ia ${root.at("etc/a.conf")}); the backup is ${kept}`,
        }),
      );
      expect(root.read("var/lib/harden/runs/r1/backup/1")).toBe("a\n");
      expect(readdirSync(root.at("etc")).filter((name) => name.startsWith(".harden"))).toEqual([]);
    } finally {
      shell("chattr -i etc/a.conf");
    }
  });

  it("what was not there and can't be removed has no backup, and is to be removed", async ({ skip }) => {
    expect((await begin([root.file("etc/new.conf", "b\n")])).outcome).toBe("waiting");
    doesOrSkips("chattr +i etc/new.conf", skip);
    try {
      expect((await rollback()).events).toContainEqual(
        expect.objectContaining({
          code: "not-restored",
          text: expect.stringMatching(/^it is immutable or append-only .*: remove it$/),
        }),
      );
    } finally {
      shell("chattr -i etc/new.conf");
    }
  });

  it.each(["journal", "owned"])(
    "a line of the file %s that can't be written ends the run: it could not be undone later",
    async (name) => {
      // What fills the disk comes between two steps; busybox has a chown of its own.
      if (sh[0] === "busybox") return;
      const path = root.at(`var/lib/harden/runs/r1/${name}`);
      root.program("chown", `#!/bin/sh\n/usr/bin/chown "$@" && ln -sf /dev/full '${path}'\n`);
      const step = { ...root.file("etc/a.conf", "b\n"), own: { control: "test", address: "a" } };
      const sent = await begin([step]);
      expect(sent.outcome).toBe("rolled-back");
      expect(sent.events).toContainEqual(expect.objectContaining({ event: "failed", code: "no-space" }));
      shell("rm -rf var/lib/harden bin/chown");
      expect(root.listing()).toEqual(before);
    },
  );

  it("a disk that fills up between two steps is the reason that is kept", async ({ skip }) => {
    if (sh[0] === "busybox") return;
    doesOrSkips("mount -t tmpfs -o mode=755,size=8m tmpfs var/lib", skip);
    try {
      const events = root.at("var/lib/harden/runs/r1/events");
      // No line more, not even in the page that the file has.
      const full = `head -c $((4096 - $(stat -c %s '${events}') % 4096)) /dev/zero | tr '\\0' '\\n' >>'${events}'
dd if=/dev/zero of='${root.at("var/lib/full")}' bs=4k`;
      root.program(
        "chown",
        `#!/bin/sh\n/usr/bin/chown "$@"\n[ -e '${root.at("var/lib/full")}' ] || { ${full}; } 2>/dev/null\n:\n`,
      );
      const sent = await begin([root.file("etc/a.conf", "b\n"), root.file("etc/b.conf", "b\n")]);
      expect(sent.outcome).toBe("rolled-back");
      expect(shell(`grep -c '^@harden r1 failed ' '${events}'`).stdout).toBe("1\n");
    } finally {
      shell("umount -l var/lib");
    }
  });

  it("an empty run is no run", async () => {
    expect(await begin([])).toMatchObject({ outcome: "nothing", stderr: "" });
    expect(root.exists("var/lib/harden")).toBe(false);
  });

  it("a line break in a word never reaches the host", () => {
    expect(() => beginScript(run("r1"), work(root.file("etc/a\n.conf", "")), root.options())).toThrow(
      TypeError,
    );
    expect(() => beginScript(run("r;1"), [], root.options())).toThrow(TypeError);
  });
});

function digestOf(content: string): string {
  return spawnSync("sha256sum", { input: content, encoding: "utf8" }).stdout.split(" ")[0] ?? "";
}
