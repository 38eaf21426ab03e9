/** The undo of an account that a run has made: it comes back to the byte, and stays where somebody has come to use it. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { drawTests, sample, sampleRows } from "../setup/sample.ts";
import { outcome, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { apply, must } from "./trouble.ts";

const distros = sample("account-back", bothDistros, 1);

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
const people = profileFile(
  `accounts: {users: [{name: dora, keys: [${key}], groups: [adm], sudo: nopasswd}]}\n`,
);
const off = profileFile("accounts: {enabled: false}\n");
const groupHash =
  "$6$salt$IxDD3jeSOb5eB1CX5LBsqZFVkJdido3OUILO5Ifz5iwMuTS4XMS130MTSuDDl3aCI6WouIL9AjRbLCelDCy.g.";

/** Both sides of the account, in each file, and all of it that a run doesn't give. */
const changed = `set -e
useradd -m -s /bin/sh zoe
gpasswd -a zoe adm
chage -d 2020-01-01 -m 1 -M 99 -W 5 -I 7 -E 2099-01-02 dora
chfn -f 'Dora D.' dora
usermod --add-subuids 700000-700100 --add-subgids 700000-700100 dora
gpasswd -A zoe dora
echo 'dora:${groupHash}' | chgpasswd -e
install -d -o dora -g dora -m 711 -d ~dora/empty
touch -d 2020-02-03 ~dora/empty`;

/** userdel refuses one of whom a process is left, be it killed already. */
const ended = "pkill -KILL -u dora; timeout 20 sh -c 'while pgrep -u dora; do sleep 0.1; done'";

const gone = `{ ${ended}; userdel -r dora; userdel -r eve; userdel -r zoe; groupdel dora; rm -f /etc/sudoers.d/zz-harden; } >/dev/null 2>&1; :`;

/** The lists that an account is in, chage's words of it, and its home. */
const lists = `for file in passwd shadow group gshadow subuid subgid; do echo "== $file"; cat /etc/$file; done
chage -l dora
cd ~dora && find . ! -path './.ssh*' -printf '%p %M %u %g %TY-%Tm-%Td\\n' | sort && cat .ssh/authorized_keys`;

const pending = ["--no-confirm", "--confirm-timeout", "10m"];

const inLists = "/etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/subuid /etc/subgid";

/** No new login gets an answer, so that the rollback is never confirmed; `script` is what others do while dora is gone. */
const unproven = (script: string) => `cat >/root/trap <<'END'
until ls /var/lib/harden/pending/*; do sleep 0.02; done
sshd=$(systemctl show -p MainPID --value ssh)
kill -STOP $sshd
while grep -q dora ${inLists} || test -e /home/dora; do sleep 0.02; done
${script}
touch /root/gone
while ls /var/lib/harden/pending/* /var/lib/harden/rolling/* 2>/dev/null | grep -q .; do sleep 0.05; done
kill -CONT $sshd
rm /root/gone /root/trap
END
systemd-run --quiet --unit unproven sh /root/trap`;

describe.skipIf(!hasDocker()).each(distros)("a removed account on %s", { timeout: 300_000 }, (distro) => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost(distro, "full");
  });
  afterAll(() => host?.remove());
  afterEach(() => must(host, gone));

  const rollback = (...more: string[]) => harden(host, ["rollback", host.target("root"), "--yes", ...more]);
  /** A rollback that takes the account away, cannot prove itself and is undone. */
  const undoneAgain = async (script = ":") => {
    await must(host, unproven(script));
    const back = await harden(host, ["rollback", host.target("admin"), "--yes", "--confirm-timeout", "10"]);
    expect(back, back.stdout + back.stderr).toMatchObject({ code: 4 });
    const waited = await host.exec(
      "for n in $(seq 100); do test -e /root/trap || exit 0; sleep 0.1; done; exit 1",
    );
    expect(waited.code, back.stdout + back.stderr).toBe(0);
    return back;
  };
  const applied = async (profile: string, ...more: string[]) => {
    const done = await apply(host, profile, { more });
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
  };
  /** The account as a run has made it, with what came since: what the lists are then. */
  const made = async () => {
    await applied(people);
    await must(host, changed);
    return must(host, lists);
  };

  drawTests("ways back of an account", 1, {
    "comes back to the byte when the rollback that took it is not confirmed": async () => {
      const before = await made();
      // What others do to the lists meanwhile is theirs.
      const back = await undoneAgain("gpasswd -M zoe,op adm && chage -M 50 zoe && groupadd -g 7777 later");
      expect(back.stdout).not.toContain("but for");
      expect(await must(host, "getent group later adm")).toBe("later:x:7777:\nadm:x:4:dora,zoe,op\n");
      expect(await must(host, "getent shadow zoe | cut -d : -f 5")).toBe("50\n");
      await must(host, "groupdel later; gpasswd -d op adm; chage -M 99999 zoe");
      expect(await must(host, lists)).toBe(before);
      expect(back.stdout + back.stderr).not.toContain("$6$salt");
      await must(host, `! grep -rlF '${groupHash}' /var/lib/harden/runs/*/[!u]* /var/log`);
    },

    "comes back to the byte after a lost power": async () => {
      const before = await made();
      await must(host, unproven(":"));
      const ended = harden(host, ["rollback", host.target("admin"), "--yes", "--confirm-timeout", "60"]);
      await must(host, "for n in $(seq 300); do test -e /root/gone && exit 0; sleep 0.1; done; exit 1");
      await host.restart({ hard: true });
      await must(host, "rm -f /root/gone /root/trap");
      await untilSettled(host);
      await ended;
      expect(await outcome(host)).toMatch(/^rolled-back clean/);
      expect(await must(host, lists)).toBe(before);
    },

    "comes back to the byte when the run that switched the control off is undone": async () => {
      const before = await made();
      await applied(off);
      await must(host, "! getent passwd dora && ! getent group dora && ! test -e /home/dora");
      const back = await rollback();
      expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
      expect(await must(host, lists)).toBe(before);
      const last = await rollback();
      expect(last, last.stdout + last.stderr).toMatchObject({ code: 0 });
      await must(host, "! getent passwd dora && ! getent group dora && ! test -e /home/dora");
    },
  });

  const others: readonly (readonly [string, (uid: string) => string])[] = [
    ["", () => "4321"],
    [" and number", (uid: string) => uid],
  ];
  test.each(sampleRows("another account of a name", others, 1, ([what]) => what))(
    "blocks, so that another one of its name%s does not get its sudo",
    async (_what, taken) => {
      await applied(people);
      const uid = taken((await must(host, "id -u dora")).trim());
      await applied(off);
      await must(host, `useradd -m -u ${uid} dora`);
      const back = await rollback();
      expect(back.code, back.stdout + back.stderr).toBe(3);
      expect((back.stdout + back.stderr).replace(/\s+/g, " ")).toContain(
        `another account with uid ${uid} by now`,
      );
      await must(host, "! su dora -s /bin/sh -c 'sudo -n id'");
      await must(host, `${ended}; userdel -r dora`);
      expect(await rollback()).toMatchObject({ code: 0 });
      await must(host, "su dora -s /bin/sh -c 'sudo -n id'");
    },
  );

  test("blocks the rollback of an older run that would make another one of its name root", async () => {
    await applied(people);
    await applied(profileFile(`accounts: {users: [{name: dora, keys: [${key}]}]}\n`));
    const older = (await must(host, "ls -t /var/lib/harden/runs | head -n 1")).trim();
    await applied(off);
    await must(host, "useradd -m -u 4321 dora");
    const back = await rollback(older);
    expect(back.code, back.stdout + back.stderr).toBe(3);
    expect((back.stdout + back.stderr).replace(/\s+/g, " ")).toContain("it would make dora root");
    await must(host, "! test -e /etc/sudoers.d/zz-harden");
  });

  const takings: readonly (readonly [string, string, string])[] = [
    ["number", "useradd -m -u $uid eve", "eve"],
    ["name", "useradd -m -u 4321 dora", "dora"],
    ["group's number", "groupadd -g $gid eve", "eve"],
  ];
  test.each(sampleRows("what is taken meanwhile", takings, 1, ([what]) => what))(
    "doesn't come back, and that is told, where its %s is taken meanwhile",
    async (_what, taken, whose) => {
      await made();
      const [uid, gid] = (await must(host, "id -u dora; id -g dora")).split("\n");
      const theirs = "for f in passwd shadow group gshadow subuid; do cat /etc/$f; done";
      const back = await undoneAgain(`uid=${uid}; gid=${gid}; ${taken}; { ${theirs}; } >/root/theirs`);
      expect(back.stdout).toContain("but for");
      expect(back.stdout).toMatch(new RegExp(`note: dora: it stays removed.*${whose}`));
      expect(back.stdout).toContain("note: /etc/sudoers.d/zz-harden: it is back without the lines of dora");
      await must(host, "visudo -c -q && ! grep -q ^dora /etc/sudoers.d/zz-harden");
      await must(host, "! su dora -s /bin/sh -c 'sudo -n id'");
      expect(await must(host, theirs)).toBe(await must(host, "cat /root/theirs"));
      await must(host, "groupdel eve 2>/dev/null || :");
    },
  );

  const gifts: readonly (readonly [string, string, RegExp])[] = [
    ["a password", "echo dora:secret-7 | chpasswd", /stays: it has a password that no run gave it/],
    ["a group", "gpasswd -a dora users", /stays: it has the group users that no run gave it/],
  ];
  test.each(sampleRows("what somebody has given an account", gifts, 1, ([what]) => what))(
    "stays, and that is told, where somebody has given it %s",
    async (_what, give, says) => {
      await applied(people);
      await must(host, give);
      const line = await must(host, "getent shadow dora");
      const back = await rollback();
      const said = (back.stdout + back.stderr).replace(/\s+/g, " ");
      expect(back.code, said).toBe(4);
      expect(said).toMatch(says);
      expect(back.stderr.replace(/\s+/g, " ")).toMatch(says);
      expect(said).toContain("userdel -r dora");
      expect(await must(host, "getent shadow dora")).toBe(line);
      expect(said).not.toContain(line.split(":")[1]);
      await must(host, gone);

      // The same within the window of the run that made it.
      await applied(people, ...pending);
      await must(host, give);
      const auto = await rollback();
      expect(auto.code, auto.stdout).toBe(4);
      expect(auto.stdout.replace(/\s+/g, " ")).toMatch(says);
      await must(host, "getent passwd dora");
    },
  );
});
