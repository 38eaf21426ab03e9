/** Which storage outlives a reset, by mount tables of hosts: what the collector and a run go by. */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { present } from "../../src/facts/probe.ts";
import { lostAt, storage } from "../../src/facts/storage.ts";
import { library } from "../../src/host/library.ts";
import { beginScript } from "../../src/host/script.ts";
import { Root, run, shells, work } from "./root.ts";

/** A host's own files, by path; a text that begins with `->` is a link. */
type Files = Readonly<Record<string, string>>;

const server = `22 27 0:21 / /proc rw,nosuid - proc proc rw
23 27 0:22 / /sys rw,nosuid - sysfs sysfs rw
24 27 0:6 / /dev rw,nosuid - devtmpfs udev rw,size=983048k
27 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro
28 27 0:25 / /run rw,nosuid,nodev - tmpfs tmpfs rw,size=201420k,mode=755
29 27 0:26 / /tmp rw,nosuid,nodev - tmpfs tmpfs rw
30 27 8:15 / /boot/efi rw,relatime shared:30 - vfat /dev/sda15 rw
`;
const upper = "/var/lib/docker/overlay2/2f92df49/diff";
const container = `109 59 0:50 / / rw,relatime - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/LW:/var/lib/docker/overlay2/l/AK,upperdir=${upper},workdir=/var/lib/docker/overlay2/2f92df49/work
110 109 0:53 / /proc rw,nosuid - proc proc rw
126 109 0:59 / /run rw,nosuid - tmpfs tmpfs rw,mode=755
128 109 254:0 /var/lib/docker/containers/05c943/resolv.conf /etc/resolv.conf rw,relatime - ext4 /dev/vda rw
130 109 254:0 /var/lib/docker/containers/05c943/hosts /etc/hosts rw,relatime - ext4 /dev/vda rw
60 110 0:53 /sys/kernel /proc/sys/kernel ro,nosuid - proc proc rw
`;
const inContainer = { "run/systemd/container": "docker\n" };
const fstab = (text: string) => ({ "etc/fstab": `# comment\nUUID=1 / ext4 defaults 0 1\n${text}\n` });

interface Row {
  readonly what: string;
  readonly mounts: string;
  readonly files?: Files;
  readonly asked?: string;
  /** Undefined where it lasts. */
  readonly fate?: "gone" | "unsure";
  readonly why?: string;
}

const mount = (id: number, parent: number, point: string, rest: string) =>
  `${id} ${parent} 0:${id} / ${point} rw,relatime - ${rest}\n`;
const ufw = "/etc/ufw";

const rows: readonly Row[] = [
  { what: "a server with one disk", mounts: server },
  { what: "a container, whose layer is out of sight", mounts: container, files: inContainer },
  {
    what: "a container in which another engine's folder is on a tmpfs",
    mounts: container + mount(140, 109, "/var/lib/docker", "tmpfs tmpfs rw"),
    files: inContainer,
  },
  {
    what: "a container whose layer is on a tmpfs by its name",
    mounts: container.replaceAll("/var/lib/docker/overlay2", "/tmp/nspawn-volatile-x"),
    files: inContainer,
    fate: "gone",
    why: "/ is an overlay whose upper folder is /tmp/nspawn-volatile-x/2f92df49/diff",
  },
  {
    what: "a volume that the engine mounted",
    mounts: container + mount(140, 109, ufw, "ext4 /dev/vda rw"),
    files: inContainer,
  },
  {
    what: "a tmpfs on the folder",
    mounts: server + mount(40, 27, ufw, "tmpfs none rw"),
    fate: "gone",
    why: "/etc/ufw is a tmpfs",
  },
  { what: "a tmpfs above it", mounts: server + mount(40, 27, "/etc", "tmpfs none rw"), fate: "gone" },
  { what: "a ramfs", mounts: server + mount(40, 27, ufw, "ramfs none rw"), fate: "gone" },
  {
    what: "a tmpfs on a folder of another name that begins alike",
    mounts: server + mount(40, 27, "/etc/ufw2", "tmpfs none rw") + mount(41, 27, "/etc/uf", "tmpfs none rw"),
  },
  {
    what: "a disk mounted over a tmpfs",
    mounts: server + mount(40, 27, ufw, "tmpfs none rw") + mount(41, 40, ufw, "ext4 /dev/sdb rw"),
    files: fstab("/dev/sdb /etc/ufw ext4 defaults 0 2"),
  },
  {
    what: "a tmpfs mounted over a disk",
    mounts: server + mount(41, 27, ufw, "ext4 /dev/sdb rw") + mount(40, 41, ufw, "tmpfs none rw"),
    files: fstab("/dev/sdb /etc/ufw ext4 defaults 0 2"),
    fate: "gone",
  },
  {
    what: "a tmpfs above a disk that was mounted before it, and is out of reach",
    mounts: server + mount(41, 27, ufw, "ext4 /dev/sdb rw") + mount(40, 27, "/etc", "tmpfs none rw"),
    files: fstab("/dev/sdb /etc/ufw ext4 defaults 0 2"),
    fate: "gone",
    why: "/etc is a tmpfs",
  },
  {
    what: "a disk below a tmpfs",
    mounts: server + mount(40, 27, "/etc", "tmpfs none rw") + mount(41, 40, ufw, "ext4 /dev/sdb rw"),
    files: fstab("/dev/sdb /etc/ufw ext4 defaults 0 2"),
  },
  {
    what: "a disk that fstab mounts",
    mounts: server + mount(41, 27, "/etc", "btrfs /dev/sdb rw"),
    files: fstab("LABEL=x\t/etc\tbtrfs subvol=@etc 0 0"),
  },
  {
    what: "a disk that a unit mounts",
    mounts: server + mount(41, 27, ufw, "ext4 /dev/sdb rw"),
    files: {
      "etc/systemd/system/local-fs.target.wants/etc-ufw.mount": "[Mount]\nWhat=/dev/sdb\nWhere=/etc/ufw\n",
    },
  },
  {
    what: "a disk that a generator's unit mounts",
    mounts: server + mount(41, 27, "/etc", "ext4 /dev/sdb rw"),
    files: {
      "run/systemd/generator/local-fs.target.requires/etc.mount": "[Mount]\nWhat=/dev/sdb\nWhere=/etc\n",
    },
  },
  { what: "ZFS, which mounts by itself", mounts: server + mount(41, 27, "/etc", "zfs rpool/etc rw") },
  {
    what: "a disk that was mounted by hand",
    mounts: server + mount(41, 27, ufw, "ext4 /dev/sdb rw"),
    fate: "unsure",
    why: "/dev/sdb is mounted at /etc/ufw by neither /etc/fstab nor a unit of systemd",
  },
  {
    what: "a disk that fstab mounts on demand only",
    mounts: server + mount(41, 27, ufw, "ext4 /dev/sdb rw"),
    files: fstab("/dev/sdb /etc/ufw ext4 defaults,noauto 0 2"),
    fate: "unsure",
  },
  {
    what: "a tmpfs of fstab that is not mounted yet",
    mounts: server,
    files: fstab("tmpfs /etc/ufw tmpfs defaults 0 0"),
    fate: "gone",
    why: "/etc/fstab mounts a tmpfs at /etc/ufw",
  },
  {
    what: "a tmpfs of a unit that is not mounted yet",
    mounts: server,
    files: {
      "etc/systemd/system/local-fs.target.wants/etc-ufw.mount": "[Mount]\nWhat=tmpfs\nWhere=/etc/ufw\n",
    },
    fate: "gone",
  },
  {
    what: "a folder that fstab binds there, and that is not mounted yet",
    mounts: server,
    files: fstab("/run/ufw /etc/ufw none bind 0 0"),
    fate: "unsure",
    why: "/etc/fstab mounts /run/ufw at /etc/ufw, where it is not mounted now",
  },
  {
    what: "a folder of a tmpfs that is bound there",
    mounts: `${server}41 27 0:25 /ufw /etc/ufw rw - tmpfs tmpfs rw\n`,
    files: fstab("/run/ufw /etc/ufw none bind 0 0"),
    fate: "gone",
  },
  { what: "a disk in memory", mounts: server + mount(41, 27, ufw, "ext4 /dev/zram1 rw"), fate: "gone" },
  {
    what: "an overlay on a tmpfs",
    mounts:
      server + mount(41, 27, ufw, "overlay o rw,lowerdir=/etc/ufw,upperdir=/run/a\\040b,workdir=/run/w"),
    fate: "gone",
    why: "/etc/ufw is an overlay whose upper folder /run/a b is on a tmpfs",
  },
  {
    what: "an overlay on the disk",
    mounts: server + mount(41, 27, ufw, "overlay o rw,lowerdir=/etc/ufw,upperdir=/srv/u,workdir=/srv/w"),
    files: fstab("o /etc/ufw overlay lowerdir=/etc/ufw,upperdir=/srv/u,workdir=/srv/w 0 0"),
  },
  {
    what: "an overlay that nothing is written to",
    mounts: server + mount(41, 27, "/etc", "overlay confext ro,lowerdir=/run/x:/etc"),
  },
  {
    what: "overlayroot",
    mounts: `27 1 0:27 / / rw - overlay overlayroot rw,lowerdir=/media/root-ro,upperdir=/media/root-rw/overlay,workdir=/media/root-rw/w
40 27 8:1 / /media/root-ro ro - ext4 /dev/sda1 rw
41 27 0:28 / /media/root-rw rw - tmpfs tmpfs-root rw
`,
    fate: "gone",
  },
  {
    what: "a live system whose upper folder is out of sight",
    mounts: "27 1 0:27 / / rw - overlay /cow rw,lowerdir=/filesystem,upperdir=/cow/upper,workdir=/cow/work\n",
    fate: "unsure",
    why: "/ is an overlay whose upper folder /cow/upper is out of sight",
  },
  {
    what: "systemd.volatile=overlay, whose tmpfs is out of sight",
    mounts: `27 1 0:27 / / rw - overlay overlay rw,lowerdir=/,upperdir=/run/systemd/overlay-sysroot/upper,workdir=/run/systemd/overlay-sysroot/work
28 27 0:25 / /run rw - tmpfs tmpfs rw\n`,
    fate: "gone",
  },
  {
    what: "systemd.volatile=yes",
    mounts: `${server.replace("ext4 /dev/sda1 rw,errors=remount-ro", "tmpfs tmpfs rw,mode=755")}${mount(41, 27, "/usr", "ext4 /dev/sda1 rw")}`,
    fate: "gone",
    why: "/ is a tmpfs",
  },
  {
    what: "systemd.volatile=state for what is in /var",
    mounts: server,
    files: { "proc/cmdline": "root=/dev/sda1 systemd.volatile=state quiet\n" },
    asked: "/var/lib/harden",
    fate: "gone",
    why: "/proc/cmdline has systemd.volatile=state",
  },
  {
    what: "systemd.volatile=state for what is in /etc",
    mounts: server,
    files: { "proc/cmdline": "root=/dev/sda1 systemd.volatile=state quiet\n" },
  },
  {
    what: "systemd.volatile=no",
    mounts: server,
    files: { "proc/cmdline": "systemd.volatile=no\n" },
    asked: "/var/lib/harden",
  },
  {
    what: "a folder of its own that somebody has mounted in a container",
    mounts: `${container}150 109 0:50 /srv/ufw /etc/ufw rw,relatime - overlay overlay rw,upperdir=${upper}\n`,
    files: inContainer,
    fate: "unsure",
    why: "overlay is mounted at /etc/ufw by neither /etc/fstab nor a unit of systemd",
  },
  {
    what: "a folder that is mounted over itself",
    mounts: `${server}150 27 8:1 /etc /etc ro,relatime - ext4 /dev/sda1 rw\n`,
  },
  {
    what: "a folder that is mounted over itself in a container",
    mounts: `${container}150 109 0:50 /etc /etc ro,relatime - overlay overlay rw,upperdir=${upper}\n`,
    files: inContainer,
  },
  {
    what: "a folder that is mounted over itself, where nothing of the root lasts",
    mounts: `27 1 0:27 / / rw - tmpfs tmpfs rw\n150 27 0:27 /etc /etc rw - tmpfs tmpfs rw\n`,
    fate: "gone",
    why: "/etc is a tmpfs",
  },
  {
    what: "a file of its own that somebody has mounted in a container",
    mounts: `${container}150 109 7:3 / /etc/ufw rw,relatime - ext4 /dev/loop3 rw\n`,
    files: { ...inContainer, "sys/dev/block/7:3/loop/backing_file": "/srv/ufw.img\n", "srv/ufw.img": "" },
    fate: "unsure",
    why: "/dev/loop3 is mounted at /etc/ufw by neither /etc/fstab nor a unit of systemd",
  },
  {
    what: "a file of the machine's that a container is given as a file system",
    mounts: `${container}150 109 7:3 / /etc/ufw rw,relatime - ext4 /dev/loop3 rw\n`,
    files: { ...inContainer, "sys/dev/block/7:3/loop/backing_file": "/srv/ufw.img\n" },
  },
  {
    what: "a folder of the machine's that a container is given",
    mounts: `${container}150 109 254:0 /srv/ufw /etc/ufw rw,relatime - ext4 /dev/vda rw\n`,
    files: inContainer,
  },
  {
    what: "another machine's command line, in a container",
    mounts: container,
    files: { ...inContainer, "proc/cmdline": "systemd.volatile=yes\n" },
  },
];

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "harden-storage-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(files: Files) {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (text.startsWith("->")) symlinkSync(text.slice(2), join(root, path));
    else writeFileSync(join(root, path), text);
  }
}

/** What a collection of these paths says, on a host with these files. */
function collected(paths: readonly string[], [shell, ...words] = shells[0]!) {
  const text = `${library}\nR='${root}'\ncollect_storage ${paths.map((path) => `'${path}'`).join(" ")} </dev/null\n`;
  const { stdout, stderr, status } = spawnSync(shell!, words, { encoding: "utf8", input: text });
  return { stdout, stderr, status };
}

describe.each(rows)("$what", ({ mounts, files = {}, asked = ufw, fate, why }) => {
  it.each(shells)(`${fate === undefined ? "lasts" : `is ${fate}`}, by %s`, (...shell) => {
    write({ "proc/self/mountinfo": mounts, ...files });
    const { stdout, stderr, status } = collected([asked, "/srv"], shell);
    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    const lost = lostAt(present(storage.parse(Buffer.from(stdout))), `${asked}/a/file`);
    expect(lost?.fate).toBe(fate);
    if (why !== undefined)
      expect(lost?.why).toBe(`${why.replace(/^\/(etc\/fstab|proc\/cmdline)/, `${root}$&`)}`);
  });
});

it("a link leads to the storage of its target", () => {
  write({
    "proc/self/mountinfo": server + mount(40, 27, "/mnt/x", "tmpfs none rw"),
    "etc/ufw": "->/mnt/x/ufw",
  });
  const asked = join(root, "etc/ufw");
  const { stdout } = collected([asked]);
  expect(lostAt(present(storage.parse(Buffer.from(stdout))), asked)).toEqual({
    fate: "gone",
    why: `${asked} leads to /mnt/x/ufw, and /mnt/x is a tmpfs`,
  });
});

it("homes on a disk that no boot mounts may not last, though a plan asks only for what it reads", () => {
  const mounts = `${server}150 27 8:17 / /home rw,relatime - ext4 /dev/sdb1 rw\n`;
  const home = (files: Files) => {
    write({ "proc/self/mountinfo": mounts, ...files });
    return lostAt(present(storage.parse(Buffer.from(collected([ufw]).stdout))), "/home/deploy");
  };
  expect(home({})).toEqual({
    fate: "unsure",
    why: "/dev/sdb1 is mounted at /home by neither /etc/fstab nor a unit of systemd",
  });
  expect(home(fstab("/dev/sdb1 /home ext4 defaults 0 2"))).toBeUndefined();
});

it("storage of which nothing is known does not last", () => {
  const { stdout, status } = collected([ufw]);
  expect({ stdout, status }).toEqual({ stdout: "the mount table could not be read", status: 4 });
  expect(lostAt({ state: "unknown", why: stdout }, ufw)?.fate).toBe("unsure");
});

describe.each(shells)("a run, by %s", (...shell) => {
  const places = [
    "var/lib/harden",
    "var/lib/harden/pending",
    "etc/systemd",
    "etc/systemd/system/sysinit.target.wants",
  ];

  it.each(places)("is refused when a reset would lose %s", async (place) => {
    const host = new Root(shell);
    try {
      host.mounts(mount(40, 20, host.at(place), "tmpfs none rw").trim());
      const sent = await host.send(
        beginScript(run("r1"), work(host.file("etc/a.conf", "1\n")), host.options()),
      );
      expect(sent.outcome).toBe("refused");
      expect(sent.events.flatMap((each) => (each.event === "refused" ? [each.code] : []))).toContain(
        "not-lasting",
      );
      expect(host.exists("etc/a.conf") || host.exists("var/lib/harden")).toBe(false);
    } finally {
      host.remove();
    }
  });
});
