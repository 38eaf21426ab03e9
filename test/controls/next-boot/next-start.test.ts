import { describe, expect, it } from "vitest";
import { nextStart } from "../../../src/controls/next-boot/next-start.ts";
import { bootUnit } from "../../../src/facts/boot-unit.ts";
import { splitters } from "../../../src/facts/split.ts";

const sum = "0123456789abcdef0123456789abcdef";
const other = "fedcba9876543210fedcba9876543210";
const shipped = "/usr/lib/systemd/system";

/** What the collector prints of one unit. */
const printed = ({ fields = "", disk = "" }: { fields?: string; disk?: string }) =>
  `\n@00ff shown\nId=ufw.service\nNames=ufw.service\nLoadState=loaded\nUnitFileState=enabled\nNeedDaemonReload=no\n${fields}\n\n\n@00ff disk\n${disk}`;

const link = "wanted /etc/systemd/system/multi-user.target.wants/ufw.service\n";
const fragment = `fragment ${shipped}/ufw.service\n`;
const sums = `${sum}  ${shipped}/ufw.service\n${sum}  lib/systemd/system/ufw.service\n`;
const usual = `${fragment}${link}default graphical.target\n${sums}`;

function start(parts: { fields?: string; disk?: string }, isKnown?: (dropIn: { path: string }) => boolean) {
  const raw = splitters.unit!(Buffer.from(printed({ disk: usual, ...parts })))(["ufw.service"]);
  const unit = bootUnit("ufw.service").parse(raw.data);
  return nextStart(unit, { target: "multi-user.target", ...(isKnown && { isKnown }) });
}

const dropIn = (text: string, path = "/etc/systemd/system/ufw.service.d/a.conf") => ({
  disk: `drop-in ${path}\n${text.replace(/^/gm, "| ")}\n${usual}`,
});

describe("the next start of a unit", () => {
  it("is known of the packaged file that its target wants, on both layouts of /usr", () => {
    expect(start({})).toEqual({ as: "packaged" });
    expect(start({ disk: usual.replace(`${sum}  lib/`, `${sum}  usr/lib/`) })).toEqual({ as: "packaged" });
  });

  it("is none where the unit is masked, disabled or gone", () => {
    expect(start({ disk: `mask /etc/systemd/system/ufw.service\n${usual}` })).toMatchObject({
      as: "not started",
      why: "ufw.service is masked by /etc/systemd/system/ufw.service",
    });
    expect(start({ disk: usual.replace(link, "") })).toMatchObject({
      as: "not started",
      why: "ufw.service is not enabled",
    });
    expect(start({ disk: "" })).toMatchObject({ as: "not started" });
  });

  it.each([
    ["bytes that are not dpkg's", { disk: usual.replace(sum, other) }, `${shipped}/ufw.service is not`],
    [
      "a file of the administrator's in its place, also before a daemon-reload",
      { disk: `fragment /etc/systemd/system/ufw.service\n| [Service]\n| ExecStart=/bin/true\n${usual}` },
      "/etc/systemd/system/ufw.service:2 ExecStart=/bin/true is not",
    ],
    ["a drop-in", dropIn("[Service]\nExecStart="), "/etc/systemd/system/ufw.service.d/a.conf:2 ExecStart="],
    [
      "a drop-in of its kind",
      dropIn("[Unit]\nConditionPathExists=/x", "/etc/systemd/system/service.d/b.conf"),
      "/etc/systemd/system/service.d/b.conf:2 ConditionPathExists=/x",
    ],
    ["a drop-in that takes one away", dropIn("", "/etc/systemd/system/ufw.service.d/c.conf"), "c.conf"],
    [
      "a drop-in until the next boot",
      dropIn("[Service]", "/run/systemd/system/ufw.service.d/d.conf"),
      "/run/systemd/system/ufw.service.d/d.conf is there until the next boot only",
    ],
    [
      "a mask that a generator made",
      { disk: `mask /run/systemd/generator/ufw.service\n${usual}` },
      "/run/systemd/generator/ufw.service is not what the package brings",
    ],
    ["a secret", dropIn("[Service]\nEnvironment=TOKEN=x"), "a.conf:2 Environment=…"],
    ["a pending daemon-reload", { fields: "NeedDaemonReload=yes" }, "systemctl daemon-reload"],
    ["another target", { disk: usual.replace("multi-user", "foo") }, "started by foo.target only"],
    ["another default.target", { disk: usual.replace("default graphical.target\n", "") }, "default.target"],
  ])("is not known with %s", (_what, parts, why) => {
    const found = start(parts);
    expect(found.as).toBe("not known");
    expect("why" in found && found.why).toContain(why);
  });

  it("is known with drop-ins that change nothing, that are the package's, ours, or another unit's", () => {
    expect(start(dropIn("# more\n[Service]\nRestart = always\nOOMScoreAdjust=-900"))).toEqual({
      as: "packaged",
    });
    const path = `${shipped}/ufw.service.d/a.conf`;
    const own = `drop-in ${path}\n${usual}${sum}  ${path}\n${sum}  lib/systemd/system/ufw.service.d/a.conf\n`;
    expect(start({ disk: own })).toEqual({ as: "packaged" });
    expect(start(dropIn("[Service]\nExecStart=/x"), ({ path: at }) => at.endsWith("/a.conf"))).toEqual({
      as: "packaged",
    });
    for (const folder of ["ufw-.service.d", "ssh.service.d", "socket.d", "uf-.service.d"])
      expect(start(dropIn("[Service]\nExecStart=/x", `/etc/systemd/system/${folder}/a.conf`))).toEqual({
        as: "packaged",
      });
  });
});
