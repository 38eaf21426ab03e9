/** A host in trouble of its own: how a test makes the trouble, makes sure of it, and ends it again. */
import { expect } from "vitest";
import { expectPristine } from "./faults.ts";
import { harden } from "./harden.ts";
import type { Login, TestHost } from "./hosts.ts";
import { keyLogin } from "./logins.ts";
import type { ExecResult } from "./process.ts";
import { difference, state } from "./state.ts";

export interface Trouble {
  readonly name: string;
  /** Script that makes it. */
  readonly make: string;
  /** Script that succeeds only while it is really there. */
  readonly there: string;
  readonly end: string;
}

/** A script on the host that must succeed. */
export async function must(host: TestHost, script: string): Promise<string> {
  const { code, stdout, stderr } = await host.exec(script, { timeoutMs: 120_000 });
  expect(code, `${script}: ${stdout}${stderr}`).toBe(0);
  return stdout;
}

/** Runs `work` while the trouble is there, and ends it whatever comes. */
export async function during<T>(host: TestHost, trouble: Trouble, work: () => Promise<T>): Promise<T> {
  await must(host, `set -e\n${trouble.make}`);
  try {
    await must(host, trouble.there);
    return await work();
  } finally {
    await must(host, `set -e\n${trouble.end}`);
  }
}

/** An apply that asks nothing, as root where nobody else is named. */
export function apply(
  host: TestHost,
  profile: string,
  { user = "root", more = [] }: { user?: Login; more?: readonly string[] } = {},
): Promise<ExecResult> {
  const args = ["apply", host.target(user), "--profile", profile, "--yes", ...more];
  return harden(host, args, { timeoutMs: 300_000 });
}

/** There and back over a way in: applied, `whileApplied`, undone, and the host is as it was. */
export async function thereAndBack(
  host: TestHost,
  profile: string,
  {
    target = host.target("root"),
    whileApplied,
  }: { target?: string; whileApplied?: () => Promise<void> } = {},
): Promise<void> {
  const before = await state(host.exec);
  const applied = await harden(host, ["apply", target, "--profile", profile, "--yes"], {
    timeoutMs: 300_000,
  });
  expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
  await whileApplied?.();
  await undone(host, target);
  await expectPristine(host, before);
}

/** The newest run in force, or the one that is named, is undone; what was said. */
export async function undone(
  host: TestHost,
  target = host.target("root"),
  ...run: string[]
): Promise<string> {
  const back = await harden(host, ["rollback", target, ...run, "--yes"]);
  const said = back.stdout + back.stderr;
  expect(back, said).toMatchObject({ code: 0 });
  return said;
}

/** Exit 3, every word of `says`, and a host that nobody has touched: same state, nothing of ours, open for us. */
export async function expectRefused(
  host: TestHost,
  profile: string,
  says: readonly RegExp[],
  user: Login = "root",
): Promise<ExecResult> {
  const [before, ours] = [await state(host.exec), await named(host)];
  const refused = await apply(host, profile, { user });
  const said = refused.stdout + refused.stderr;
  expect(refused.code, said).toBe(3);
  for (const words of says) expect(said).toMatch(words);
  expect(said).toMatch(/nothing was changed|The host is as it was/);
  expect(said).not.toMatch(/\n\s+at .*\.ts:/);
  expect(difference(before, await state(host.exec))).toEqual([]);
  expect(await named(host)).toEqual(ours);
  expect(await keyLogin(host, "root")).toBe(true);
  return refused;
}

/** Everything on the host with harden in its name, whatever file system it is on. */
export async function named(host: TestHost): Promise<readonly string[]> {
  const found = await must(
    host,
    "find / \\( -path /proc -o -path /sys \\) -prune -o -name '*harden*' -print 2>/dev/null || :",
  );
  return found.split("\n").filter((path) => path !== "" && !path.includes("harden-probe"));
}

/** A file system in a file, over a folder as by each boot; and the end of that. */
export const mountImage = (image: string, folder: string) =>
  `echo '${image} ${folder} ext4 loop 0 0' >>/etc/fstab; systemctl daemon-reload
systemctl start "$(systemd-escape --path --suffix=mount ${folder})"`;
export const unmountImage = (image: string, folder: string) =>
  `umount -l ${folder}; rm -f ${image}; sed -i '\\,^${image} ,d' /etc/fstab; systemctl daemon-reload`;

/** A small file system of its own over a folder, with what was in the folder. */
export const ownDisk = (folder: string, megabytes: number) => {
  const image = `/var/tmp/disk-${folder.replaceAll("/", "-")}.img`;
  return {
    make: `mkdir -p ${folder} /mnt/before
      truncate -s ${megabytes}M ${image}
      mkfs.ext4 -q -m 0 -N 1024 ${image}
      mount -o loop ${image} /mnt/before
      rmdir /mnt/before/lost+found
      cp -a ${folder}/. /mnt/before/
      umount /mnt/before
      rmdir /mnt/before
      ${mountImage(image, folder)}`,
    there: `[ "$(stat -c %m ${folder})" = ${folder} ]`,
    end: unmountImage(image, folder),
  };
};

/** Takes the last block of a file system; `isFull` succeeds where that was so. */
export const fill = (folder: string) =>
  `for size in 65536 4096 1024 512 512; do
    dd if=/dev/zero of=${folder}/fill bs=$size oflag=append conv=notrunc 2>/dev/null || sync -f ${folder}
  done`;
export const isFull = (folder: string) =>
  `[ "$(stat -f -c %a ${folder})" = 0 ] && ! head -c 4096 /dev/zero 2>/dev/null >${folder}/more && rm ${folder}/more`;

/** dpkg's lock, held as apt holds it, by a process that ends when its file goes. */
export const dpkgLocked: Trouble = {
  name: "dpkg is locked",
  make: `touch /run/hold
    cat >/root/hold.pl <<'END'
use Fcntl;
open F, "+<", "/var/lib/dpkg/lock-frontend" or die;
my $lock = pack("s s l! l! i", F_WRLCK, 0, 0, 0, 0);
fcntl F, F_SETLK, $lock or die "taken";
rename "/run/hold", "/run/held" or die;
sleep 1 while -e "/run/held";
END
    perl /root/hold.pl >/dev/null 2>&1 </dev/null &
    echo $! >/run/holder
    n=0; until [ -e /run/held ]; do n=$((n + 1)); [ $n -lt 100 ]; sleep 0.1; done`,
  there: "! dpkg --unpack /nonexistent 2>/dev/null && dpkg --unpack /nonexistent 2>&1 | grep -q 'lock'",
  end: `rm -f /run/held /root/hold.pl
    n=0; while kill -0 "$(cat /run/holder)" 2>/dev/null; do n=$((n + 1)); [ $n -lt 100 ]; sleep 0.1; done`,
};
