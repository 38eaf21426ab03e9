/** A purge waits for the confirm; it is undone without one, and ends after it, whatever dies. */
import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { beginScript, confirmScript, rollbackScript, type ScriptWork } from "../../src/host/script.ts";
import { sampleRows } from "../setup/sample.ts";
import { Root, run, type Sent, shellsByPath } from "./root.ts";

const programs: Readonly<Record<string, string>> = {
  "dpkg-query": `case "$*" in
*Conffiles*) [ ! -e "$R/installed" ] || echo " /etc/new.conf 0" ;;
*"-L new"*) [ ! -e "$R/installed" ] || echo /usr/lib/systemd/system/new.service ;;
*Status-Abbrev*) [ -e "$R/installed" ] && echo "ii " || exit 1 ;;
*'Package} \${db:Status-Want'*) [ ! -e "$R/installed" ] || echo "new $(cat "$R/want")" ;;
*Status-Want*) [ ! -e "$R/installed" ] || cat "$R/want" ;;
*Version*) [ ! -e "$R/installed" ] || echo "r0 new 1.0" ;;
*--control-path*) echo "$R/postrm" ;;
*) exit 1 ;;
esac`,
  "apt-get": `case " $* " in *" purge "*) echo "Purg new [1.0]" ;; esac`,
  "apt-mark": `cat "$R/showauto" 2>/dev/null`,
  dpkg: `case "$*" in
*--audit*) [ ! -e "$R/half" ] || echo new ;;
*--configure*) rm -f "$R/half" ;;
*--purge*)
  [ ! -e "$R/half" ] || exit 1
  [ ! -e "$R/cut" ] || { rm "$R/cut"; : >"$R/half"; kill -9 0; }
  rm -f "$R/installed" "$R/etc/new.conf" "$R/etc/earlier.d/file" "$R/usr/lib/systemd/system/new.service"
  rmdir "$R/etc/earlier.d"
  ;;
esac`,
};

const link = "etc/systemd/system/multi-user.target.wants/new.service";
const held = "run/systemd/system/new.service.d/zz-harden-held.conf";

const works: ScriptWork[] = [
  {
    address: "x/package:new",
    stage: "finalize",
    steps: [
      { verb: "purge", run: "r0", packages: ["new"], release: { control: "x", address: "x/package:new" } },
    ],
  },
];

/** A step of the run's own stops the service. */
const stopping: ScriptWork = {
  address: "x/service:new.service",
  stage: "services",
  steps: [{ verb: "service", unit: "new.service", operation: "stop" }],
};

describe.each(sampleRows("shells of a purge", shellsByPath, 1, String).map((shell) => ({ shell })))(
  "$shell",
  ({ shell }) => {
    let root: Root;
    beforeEach(() => {
      root = new Root(shell);
      for (const [name, body] of Object.entries(programs))
        root.program(
          name,
          `#!/bin/sh\nR=$(dirname "$(dirname "$0")")\ncase $1 in --purge | --force*) echo "${name} $*" >>"$R/log" ;; esac\n${body}\n`,
        );
      root.write("installed", "");
      root.write("want", "hold");
      root.write("units/new.service", "loaded enabled active\n");
      mkdirSync(root.at("usr/lib/systemd/system"), { recursive: true });
      root.write("usr/lib/systemd/system/new.service", "");
      mkdirSync(root.at("etc/systemd/system/multi-user.target.wants"));
      symlinkSync(root.at("usr/lib/systemd/system/new.service"), root.at(link));
      root.write("etc/new.conf", "new\n");
      root.write("etc/earlier.d/file", "mine, as it is by now\n", 0o600);
      root.write("postrm", "rm -r /etc/earlier.d/file\n");
      root.write("var/lib/harden/runs/r0/undo/there", `${root.at("etc/earlier.d/file")}\n`);
      root.write("var/lib/harden/manifest", "x/package:new\tx\tr0\t'package' 'new'\n.\n");
    });
    afterEach(() => root.remove());

    const begin = (...more: ScriptWork[]) =>
      root.send(beginScript(run("r1"), [...more, ...works], root.options()));
    const purges = () => root.read("log").match(/--purge/g)?.length ?? 0;

    it("stops the services until the confirm, and starts them again when there is none", async () => {
      expect((await begin()).outcome).toBe("waiting");
      expect(root.read("units/new.service")).toBe("loaded enabled inactive\n");
      const back = await root.send(rollbackScript("r1", "", root.path));
      expect(back.events.at(-2)).toMatchObject({ event: "rolled-back", clean: true });
      expect(root.read("units/new.service")).toBe("loaded enabled active\n");
      expect([purges(), root.exists("etc/new.conf"), root.exists("installed")]).toEqual([0, true, true]);
      expect(root.read("var/lib/harden/manifest")).toContain("x/package:new");
    });

    const expectPurged = () => {
      expect([root.exists("installed"), root.exists("etc/new.conf")]).toEqual([false, false]);
      expect(root.read("etc/earlier.d/file")).toBe("mine, as it is by now\n");
      const lines = root.read("var/lib/harden/runs/r1/journal").trimEnd().split("\n");
      expect(lines.map((line) => line.split("\t").slice(3, 7))).toEqual([
        ["purge", "new", "new=1.0 ", "absent"],
      ]);
      expect(root.exists("var/lib/harden/manifest")).toBe(false);
      expect(root.read("var/lib/harden/runs/r1/result")).toBe("confirmed\n");
      expect([linked(), root.exists(held)]).toEqual([false, false]);
      expect(root.read("log")).toContain("reset-failed -- new.service\n");
    };
    const linked = () => lstatSync(root.at(link), { throwIfNoEntry: false }) !== undefined;

    /** The package stays: it starts at boots and runs as it did, and dpkg does not remove it later. */
    const expectKept = () => {
      expect(root.read("units/new.service")).toBe("loaded enabled active\n");
      expect([linked(), root.exists(held), root.read("want")]).toEqual([true, false, "hold"]);
      expect(root.read("log")).not.toContain("reset-failed -- new.service");
    };

    it("purges at the confirm, and gives back what was there before the package", async () => {
      await begin();
      const confirmed = await root.send(confirmScript("r1", root.path));
      expect(confirmed).toMatchObject({ outcome: "confirmed", stderr: "" });
      expect(confirmed.events.filter(({ event }) => event === "note" || event === "failed")).toEqual([]);
      expectPurged();
    });

    it("is ended by the dead-man when whoever is at it dies in its middle", async () => {
      await begin();
      root.write("cut", "");
      // Also where that is the dead-man itself, which systemd starts again.
      await Promise.race([
        root.send(confirmScript("r1", root.path)),
        expect.poll(() => root.exists("half"), { timeout: 20_000 }).toBe(true),
      ]);
      await root.stored("r1", "deadman");
      expect(purges()).toBe(2);
      expectPurged();
    });

    it("leaves a package that the host has come to need after the proof, and says so", async () => {
      await begin();
      root.program(
        "apt-get",
        "#!/bin/sh\ncase \" $* \" in *\" purge \"*) echo 'Purg new [1]'; echo 'Purg theirs [1]' ;; esac\n",
      );
      const { events, outcome } = await root.send(confirmScript("r1", root.path));
      expect([outcome, purges(), root.exists("etc/new.conf")]).toEqual(["confirmed", 0, true]);
      expect(events).toContainEqual(
        expect.objectContaining({ event: "note", code: "package-kept", object: "new" }),
      );
      expectKept();
    });

    it.each(["", "half"])(
      "leaves a package whose configuration was changed after the proof (%j)",
      async (half) => {
        const brought = createHash("sha256").update("new\n").digest("hex");
        root.write("var/lib/harden/runs/r0/undo/brought", `${brought} ${root.at("etc/new.conf")}\n`);
        await begin();
        if (half) root.write(half, "");
        root.write("etc/new.conf", "mine\n");
        const { events, outcome } = await root.send(confirmScript("r1", root.path));
        expect([outcome, purges(), root.read("etc/new.conf")]).toEqual(["confirmed", 0, "mine\n"]);
        expectKept();
        expect(events).toContainEqual(
          expect.objectContaining({ event: "note", code: "package-kept", object: "new" }),
        );
      },
    );

    it("asks what the host needs also where dpkg has something left to configure", async () => {
      await begin();
      root.write("half", "");
      root.program(
        "apt-get",
        "#!/bin/sh\ncase \" $* \" in *\" purge \"*) echo 'Purg new [1]'; echo 'Purg theirs [1]' ;; esac\n",
      );
      const { outcome } = await root.send(confirmScript("r1", root.path));
      expect([outcome, purges(), root.exists("installed")]).toEqual(["confirmed", 0, true]);
    });

    const refuses = () =>
      root.program(
        "dpkg",
        `#!/bin/sh
R=$(dirname "$(dirname "$0")")
case $* in
*--purge*) printf purge >"$R/want"; echo no; exit 1 ;;
*--set-selections*) read -r name want; printf %s "$want" >"$R/want" ;;
esac
`,
      );

    const expectFailure = ({ events, outcome }: Sent) => {
      expect(outcome).toBe("confirmed");
      expect(events).toContainEqual(
        expect.objectContaining({
          event: "failed",
          code: "package",
          text: expect.stringContaining("dpkg --purge new"),
        }),
      );
      expect(events).toContainEqual(expect.objectContaining({ event: "note", code: "not-finalized" }));
      expect(root.read("var/lib/harden/manifest")).toContain("x/package:new");
      expectKept();
    };

    it("says that it has failed, and how to end it by hand, when dpkg refuses", async () => {
      await begin();
      refuses();
      expectFailure(await root.send(confirmScript("r1", root.path)));
    });

    /** The run is confirmed, and power is lost before its purge; then the host boots, up to its services. */
    const boot = async (...more: ScriptWork[]) => {
      root.write("no-deadman", "");
      await begin(...more);
      root.program(
        "mv",
        '#!/bin/sh\ncase $* in *confirmed/r1) /usr/bin/mv "$@"; kill -9 0 ;; esac\nexec /usr/bin/mv "$@"\n',
      );
      await root.send(confirmScript("r1", root.path));
      expect(root.exists("var/lib/harden/confirmed/r1")).toBe(true);
      root.program("mv", '#!/bin/sh\nexec /usr/bin/mv "$@"\n');
      rmSync(root.at("run"), { recursive: true });
      root.write("log", "");
      const unit = root.read("etc/systemd/system/harden-early-r1.service");
      expect(unit).toContain(`\nConditionPathExistsGlob=|${root.at("var/lib/harden/confirmed/*")}\n`);
      await root.stored("r1", "early");
      expect([root.exists(held), root.read("log")]).toEqual([true, "daemon-reload\n"]);
    };

    it("starts nothing of the packages at the boot when power was lost after the confirm", async () => {
      await boot();
      await root.stored("r1", "deadman");
      expect(purges()).toBe(1);
      expectPurged();
    });

    it("stops what has started at the boot all the same", async () => {
      await boot();
      root.write("units/new.service", "loaded enabled active\n");
      await root.stored("r1", "deadman");
      expect(root.read("log")).toMatch(/stop .*new\.service\n(.*\n)*dpkg .*--purge/);
      expectPurged();
    });

    it.each([[], [stopping]])("runs what stays after such a boot", async (...more: ScriptWork[]) => {
      await boot(...more);
      refuses();
      await root.stored("r1", "deadman");
      expectKept();
    });

    it("says so to whoever confirmed when the dead-man was first to purge", async () => {
      await begin();
      refuses();
      const settling = root.at("var/lib/harden/runs/r1/settling");
      const held = root.start(
        `flock '${settling}' sh -c 'until [ -e "$0" ]; do sleep 0.1; done' '${root.at("go")}'`,
      );
      const confirming = root.start(confirmScript("r1", root.path));
      await expect.poll(() => root.exists("var/lib/harden/confirmed/r1"), { timeout: 20_000 }).toBe(true);
      process.kill(-confirming.pid!, "SIGSTOP");
      root.write("go", "");
      await held.done;
      await expect.poll(() => root.exists("var/lib/harden/runs/r1/result"), { timeout: 20_000 }).toBe(true);
      process.kill(-confirming.pid!, "SIGCONT");
      expectFailure(await confirming.done);
    });
  },
);
