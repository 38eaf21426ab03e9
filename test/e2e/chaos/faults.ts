/** What happens to a run at a random moment. Each fault ends by itself: what was stopped goes on, what was cut heals. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Running } from "../faults.ts";
import type { TestHost } from "../hosts.ts";
import type { TestLink } from "../link.ts";
import { fill } from "../trouble.ts";
import type { Random } from "./random.ts";

export interface Scene {
  readonly host: TestHost;
  readonly running: Running;
  readonly random: Random;
}

export type Fault = (scene: Scene) => Promise<void>;

const signal =
  (name: NodeJS.Signals): Fault =>
  async ({ running }) => {
    running.child.kill(name);
  };

/** Processes of the run on the host: its units, what they started, and whoever serves the controller. */
const processes = `for unit in $(ls /etc/systemd/system /run/systemd/system | grep '^harden-.*service$'); do
  cat "/sys/fs/cgroup/system.slice/$unit/cgroup.procs"; done 2>/dev/null
pgrep -f '^sshd(-session)?: '`;

async function killOne({ host, random }: Scene): Promise<void> {
  const number = random.below(1000);
  await host.exec(`set -- $(${processes}); [ $# = 0 ] || { shift $((${number} % $#)); kill -9 "$1"; }`);
}

const cut =
  (link: TestLink): Fault =>
  async ({ random }) => {
    const seconds = random.below(12);
    if (random.below(2) === 0) link.cut();
    else link.swallow();
    await sleep(seconds * 1000);
    link.mend();
  };

async function freeze({ running, random }: Scene): Promise<void> {
  const ms = random.below(12_000);
  running.child.kill("SIGSTOP");
  await sleep(ms);
  running.child.kill("SIGCONT");
}

const journal = "/var/lib/harden";

const image = "/var/tmp/journal.img";

/** The one that a container had before its restart may be on its way out still. */
const unmounted = `[Unit]
DefaultDependencies=no
Before=var-lib-harden.mount
[Service]
Type=oneshot
ExecStart=-/usr/bin/timeout 20 /bin/sh -c "while losetup -j ${image} | grep -q .; do sleep 0.1; done"
[Install]
RequiredBy=var-lib-harden.mount`;

/** A disk of its own for the journal, which each boot mounts. */
export const journalDisk = `mkdir -p -m 700 ${journal}; truncate -s 512M ${image}; mkfs.ext4 -q -m 0 ${image}
printf '%s\\n' '${unmounted}' >/etc/systemd/system/journal-free.service
echo '${image} ${journal} ext4 loop 0 0' >>/etc/fstab
systemctl daemon-reload; systemctl --quiet enable journal-free.service; systemctl start var-lib-harden.mount
rmdir ${journal}/lost+found; chmod 700 ${journal}`;

/** A few blocks that are left let some lines be written, and keep others out. */
async function fillUp({ host, random }: Scene): Promise<void> {
  const seconds = random.below(12);
  const left = random.below(8) * 4;
  const rest = `$(($(stat -f -c %a ${journal}) * $(stat -f -c %S ${journal})))`;
  await host.exec(
    `fallocate -l ${left}k ${journal}/left; fallocate -l ${rest} ${journal}/room; ${fill(journal)}; rm -f ${journal}/left`,
  );
  await sleep(seconds * 1000);
  await host.exec(`rm -f ${journal}/room ${journal}/fill`);
}

/** Which of them end everything on the host. */
export const restarts: ReadonlySet<string> = new Set(["the host restarts", "the host loses power"]);

export type Faults = Readonly<Record<string, Fault>>;

export const faultsOf = (link: TestLink): Faults => ({
  "the controller is killed": signal("SIGKILL"),
  "the controller is interrupted": signal("SIGINT"),
  "the controller is stopped and goes on": freeze,
  "the link is cut and heals": cut(link),
  "the host restarts": ({ host }) => host.restart(),
  "the host loses power": ({ host }) => host.restart({ hard: true }),
  "a process of the run is killed": killOne,
  "the journal's disk is full for a while": fillUp,
});
