/** What an undo gives back that another step of the same run, or somebody on the host, has written meanwhile. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sample, sampleRows } from "../setup/sample.ts";
import { expectPristine, outcome, start, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { keyLogin } from "./logins.ts";
import { difference, state } from "./state.ts";
import { apply, must, undone } from "./trouble.ts";

const redirects = "net.ipv4.conf.all.accept_redirects";
const open = (...ports: number[]) =>
  profileFile(
    `sysctl: {}\nfirewall: {rules: [${ports.map((port) => `{port: ${port}, protocol: tcp}`).join(", ")}]}\n`,
  );

describe.skipIf(!hasDocker()).each(sample("undo", bothDistros, 1))(
  "an undo on %s",
  { timeout: 300_000 },
  (distro) => {
    let host: TestHost;
    beforeAll(async () => {
      host = await startHost(distro, "full");
    });
    afterAll(() => host?.remove());

    const applied = async (profile: string) => {
      const done = await apply(host, profile);
      expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    };

    test("a rollback by hand restores kernel values that ufw's reload sets back", async () => {
      await applied(open(80));
      await must(host, `sysctl -q -w ${redirects}=1`);
      const before = await state(host.exec);
      await applied(open(80, 443));
      expect(await must(host, `sysctl -n ${redirects}`)).toBe("0\n");
      await undone(host);
      expect(difference(before, await state(host.exec))).toEqual([]);
    });

    test("interfaces that come while a run is in force get back what new ones had", async () => {
      const values = (name: string) =>
        must(host, `cd /proc/sys/net; cat ipv4/conf/${name}/rp_filter ipv6/conf/${name}/accept_redirects`);
      const comes = (name: string) => must(host, `ip link add ${name} type bridge`);
      await comes("early8");
      const before = await values("early8");
      await applied(profileFile("sysctl: {}\n"));
      await comes("late8");
      await comes("theirs8");
      await must(host, "sysctl -q -w net.ipv4.conf.theirs8.rp_filter=2");
      expect(await values("late8")).toBe("1\n0\n");
      await undone(host);
      expect([await values("early8"), await values("late8")]).toEqual([before, before]);
      expect(await must(host, "sysctl -n net.ipv4.conf.theirs8.rp_filter")).toBe("2\n");
      await must(host, "for name in early8 late8 theirs8; do ip link del $name; done");
    });

    test("interfaces of containers get back what they had when systemd-sysctl has set them while a run is in force", async () => {
      const keys = ["rp_filter=0", "log_martians=0", "accept_redirects=1"].map(
        (each) => `net.ipv4.conf.docker0.${each}`,
      );
      const before = [...keys, "net.ipv6.conf.docker0.accept_redirects=1"];
      const now = async () =>
        (await must(host, `sysctl ${before.map((each) => each.replace(/=.*/, "")).join(" ")}`))
          .trim()
          .replaceAll(" = ", "=")
          .split("\n");
      // A run that finds all and default as wanted sets nothing: the file that systemd-sysctl goes by is an earlier one.
      const general = before.map((each) => each.replace("docker0", "default"));
      await must(
        host,
        `ip link add docker0 type bridge && sysctl -q -w ${[...general, ...before].join(" ")}`,
      );
      await applied(profileFile("sysctl: {}\n"));
      expect(await now()).toEqual(before);
      await must(host, "systemctl restart systemd-sysctl");
      expect((await now()).join(" ")).toMatch(
        /rp_filter=1 .*log_martians=1 .*accept_redirects=0 .*accept_redirects=0/,
      );
      await undone(host);
      expect(await now()).toEqual(before);
      await must(host, "ip link del docker0");
    });

    /** Power is lost while these wait for their confirm; whether the journal has the run's limit then. */
    test.each([
      ["an apply", false],
      ["a rollback", true],
    ])("journald goes by the files that a boot restores when power is lost in %s", async (what, limited) => {
      const limit = async () =>
        (await must(host, "journalctl -b -o cat -t systemd-journald | grep ' Journal .*, max '"))
          .trim()
          .split("\n")
          .at(-1)!
          .match(/max 300(\.0)?M/) !== null;
      const profile = profileFile("logging: {maxUse: 300M}\n");
      const waits = ["--no-confirm", "--confirm-timeout", "10m"];
      if (limited) {
        await applied(profile);
        const running = start(host, ["rollback", host.target("root"), "--yes", "--confirm-timeout", "600"]);
        await running.until(/: undone;/);
        running.child.kill("SIGKILL");
        await running.ended;
      } else {
        expect(await apply(host, profile, { more: waits })).toMatchObject({ code: 0 });
      }
      expect(await limit(), what).toBe(!limited);
      await host.restart({ hard: true });
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back clean boot");
      expect(await limit(), what).toBe(limited);
      if (!limited) return;
      expect(await harden(host, ["verify", host.target("root"), "--profile", profile])).toMatchObject({
        code: 0,
      });
      await undone(host);
    });

    test("what somebody sets while a run waits is as before again, and is named", async () => {
      // Another value than the run's, whatever the tests before have left.
      await must(host, "sysctl -q -w net.ipv4.conf.eth0.rp_filter=0");
      const before = await state(host.exec);
      const profile = profileFile("sysctl: {}\npermissions: {}\nfail2ban: {}\nssh: {}\n");
      const done = await apply(host, profile, { more: ["--no-confirm", "--confirm-timeout", "10m"] });
      expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
      await must(
        host,
        `ip link add late8 type bridge && sysctl -q -w net.ipv4.conf.eth0.rp_filter=2
        chmod 0750 /etc/cron.d && chgrp adm /etc/cron.d && systemctl disable --now fail2ban 2>&1
        systemctl disable --now ssh.service 2>&1; systemctl enable --now ssh.socket 2>&1`,
      );
      const said = await undone(host);
      const late = "cat /proc/sys/net/ipv4/conf/{late8,default}/log_martians | uniq | wc -l";
      expect(await must(host, `bash -c '${late}'; ip link del late8`)).toBe("1\n");
      const { stdout } = await harden(host, ["runs", host.target("root")]);
      for (const [object, found] of [
        ["net.ipv4.conf.eth0.rp_filter", "found: 2;"],
        ["/etc/cron.d", "found: 0750 root adm;"],
        ["fail2ban.service", "found: disabled inactive;"],
        ["ssh.socket", "it was inactive, is active, and stays so"],
      ]) {
        const note = new RegExp(`note: ${object}: somebody changed it during the run[^\\n]*${found}`);
        expect(said).toMatch(note);
        expect(stdout).toMatch(note);
      }
      await must(host, "systemctl disable --now ssh.socket 2>&1; systemctl enable --now ssh.service 2>&1");
      await expectPristine(host, before);
    });

    /** What somebody does to the account that the run has made, before the run rolls back, and whose account stays. */
    const meanwhile = {
      "renames it": { script: "usermod -l dora2 dora", stays: [] },
      "renames it with its group": { script: "usermod -l dora2 dora; groupmod -n dora2 dora", stays: [] },
      "renames it and moves its home": { script: "usermod -l dora2 -m -d /home/dora2 dora", stays: [] },
      "renames it and gives it another number": { script: "usermod -l dora2 -u 4321 dora", stays: [] },
      "gives its number to another account": {
        script: "userdel -r dora; useradd -m -u $uid eve",
        stays: ["eve"],
        end: "userdel -r eve",
      },
      "makes another account of its name": {
        script: "userdel -r dora; useradd -m -u $uid dora; echo mine >/home/dora/work",
        stays: ["dora"],
        end: "userdel -r dora",
      },
    } as const;

    const people = profileFile(
      "accounts: {users: [{name: dora, keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl], groups: [adm], sudo: nopasswd}]}\n",
    );

    test.each(sampleRows("what somebody does to an account", Object.entries(meanwhile), 2, ([what]) => what))(
      "a pending run rolls back when somebody %s",
      async (_what, act) => {
        const before = await state(host.exec);
        const done = await apply(host, people, { more: ["--no-confirm", "--confirm-timeout", "10m"] });
        expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
        await must(host, `uid=$(id -u dora); { ${act.script}; } 2>&1`);
        const back = await harden(host, ["rollback", host.target("root"), "--yes"]);
        await untilSettled(host);
        const said = back.stdout + back.stderr;
        const whole = act.stays.length === 0;
        expect(back.code, said).toBe(whole ? 0 : 4);
        for (const name of act.stays) {
          expect(said).toContain(`${name}: it stays`);
          expect(await must(host, `id -un ${name}`)).toBe(`${name}\n`);
        }
        if ("end" in act) await must(host, `${act.end} 2>&1`);
        await expectPristine(host, before);
      },
    );

    test("a rollback by hand finds the account under another name and number, and leaves somebody else's", async () => {
      const before = await state(host.exec);
      await applied(people);
      await must(host, "usermod -l dora2 -u 4321 dora");
      await undone(host);
      await expectPristine(host, before);
      await applied(people);
      await must(host, "uid=$(id -u dora); { userdel -r dora; useradd -m -u $uid eve; } 2>&1");
      const partly = await harden(host, ["rollback", host.target("root"), "--yes"]);
      expect(partly, partly.stdout + partly.stderr).toMatchObject({ code: 4 });
      expect(partly.stdout).toMatch(/but for:\s+note: eve: it stays/);
      expect(partly.stdout).toContain("harden runs");
      expect(await must(host, "id -un eve")).toBe("eve\n");
      await must(host, "userdel -r eve 2>&1");
      await expectPristine(host, before);
    });

    const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl";
    const pending = ["--no-confirm", "--confirm-timeout", "10m"];

    /** What somebody does to an account that the run has changed and not made, and to its group. */
    const since = {
      "renames both": { script: "usermod -l joe2 joe; groupmod -n crew ops", as: ["joe2", "crew"] },
      "gives the account another number": { script: "usermod -u 4321 joe", as: ["joe", "ops"] },
      "makes another account of its name": {
        script: `userdel -r joe; useradd -u 4322 -m joe; gpasswd -a joe ops
        install -d -o joe -g joe -m 700 ~joe/.ssh; echo '# mine' >~joe/.ssh/authorized_keys; chown joe: ~joe/.ssh/authorized_keys`,
        left: ["~joe/.ssh/authorized_keys", "joe in ops"],
      },
      "makes another group of its name": {
        script: "groupdel ops; groupadd -g 4323 ops; gpasswd -a joe ops",
        left: ["joe in ops"],
      },
    } as const;

    const nobody =
      "{ usermod -l joe joe2; userdel -r joe; groupdel ops; groupdel crew; groupdel joe; } >/dev/null 2>&1; :";
    const changed = profileFile(
      `accounts: {users: [{name: joe, keys: [${key}], groups: [ops]}], otherKeys: remove}\n`,
    );
    const rows = Object.entries(since).flatMap(([what, act]) => [
      [what, "a pending run", act, pending] as const,
      [what, "an earlier run", act, []] as const,
    ]);

    test.each(sampleRows("what somebody does before an undo", rows, 3, ([what, of]) => `${what}, ${of}`))(
      "when somebody %s, a rollback of %s goes by number and home",
      async (_what, _of, act, more) => {
        await must(host, nobody);
        const before = await state(host.exec);
        await must(
          host,
          `groupadd ops; useradd -m joe; install -d -o joe -g joe -m 700 ~joe/.ssh
       echo '# own' >~joe/.ssh/authorized_keys; echo '${key.slice(0, -4)}AAAA' >>~joe/.ssh/authorized_keys
       chown joe: ~joe/.ssh/authorized_keys; chmod 600 ~joe/.ssh/authorized_keys
       cp -a ~joe/.ssh/authorized_keys /run/own`,
        );
        const done = await apply(host, changed, { more });
        expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
        await must(host, `id -nG joe | grep -w ops && grep -q -F '${key}' ~joe/.ssh/authorized_keys`);
        await must(
          host,
          `{ ${act.script}; } 2>&1; cp -a ~joe/.ssh/authorized_keys /run/theirs 2>/dev/null || :`,
        );
        const back = await harden(host, ["rollback", host.target("root"), "--yes"]);
        await untilSettled(host);
        const said = back.stdout + back.stderr;
        if ("as" in act) {
          const [user, group] = act.as;
          expect(back.code, said).toBe(0);
          await must(
            host,
            `cmp /run/own ~${user}/.ssh/authorized_keys && ! id -nG ${user} | grep -w ${group}`,
          );
        } else {
          expect(back.code, said).toBe(4);
          for (const name of act.left) expect(back.stdout).toContain(`note: ${name}: left as it is: `);
          await must(host, "id -nG joe | grep -w ops");
          if (act.left.length > 1) await must(host, "cmp /run/theirs ~joe/.ssh/authorized_keys");
        }
        await must(host, nobody);
        await expectPristine(host, before);
      },
    );

    /** What the user does whose keys the run changed: the key that was to go stays. */
    const keys = profileFile(`accounts: {users: [{name: op, keys: [${key}]}], otherKeys: keep}\n`);

    test.each([
      ["a pending run", pending],
      ["an earlier run", []],
    ])("a rollback of %s exits 4 when the user has made a link of the keys", async (_what, more) => {
      const before = await state(host.exec);
      const done = await apply(host, keys, { more });
      expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
      await must(host, "su op -c 'cd ~/.ssh && mv authorized_keys k && ln -s k authorized_keys'");
      const back = await harden(host, ["rollback", host.target("root"), "--yes"]);
      await untilSettled(host);
      expect(back, back.stdout + back.stderr).toMatchObject({ code: 4 });
      expect(back.stdout).toMatch(/but for:\s+note: ~op\/\.ssh\/authorized_keys: /);
      await must(host, `cd ~op/.ssh && mv k authorized_keys && sed -i '\\|${key}|d' authorized_keys`);
      await expectPristine(host, before);
    });

    /** What the file and its folder have besides the keys, when a run that changes keys and modes begins. */
    const besides = {
      "its mode alone": `echo '${key}' >>authorized_keys; chmod 640 authorized_keys`,
      "its group, access list, attribute and flag":
        "chmod 664 authorized_keys; chgrp adm authorized_keys; setfacl -m u:games:rw authorized_keys; setfattr -n user.note -v mine authorized_keys; chattr +A authorized_keys",
      "a folder with a default access list": "setfacl -d -m u:games:r .; chmod 640 authorized_keys",
      "a folder with a group, its setgid bit and an access list":
        "chgrp adm . authorized_keys; chmod 2775 .; setfacl -m u:games:rx .; chmod 664 authorized_keys",
    };
    const both = profileFile(
      `accounts: {users: [{name: op, keys: [${key}]}], otherKeys: keep}\npermissions: {}\n`,
    );
    const metadata = Object.entries(besides).flatMap(([what, make]) => [
      [what, "a pending run", make, pending] as const,
      [what, "an earlier run", make, []] as const,
    ]);

    test.each(sampleRows("what keys have besides", metadata, 3, ([what, of]) => `${what}, ${of}`))(
      "%s of authorized_keys comes back when %s is undone",
      async (_what, _of, make, more) => {
        const own = "cp -a ~op/.ssh /run/keys-of-op && cd ~op/.ssh";
        const flags = () => must(host, "lsattr -d ~op/.ssh ~op/.ssh/authorized_keys");
        await must(host, `${own} && { ${make}; }`);
        const [before, flagsBefore] = [await state(host.exec), await flags()];
        const done = await apply(host, both, { more });
        expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
        await must(
          host,
          `cd ~op/.ssh && grep -q -F '${key}' authorized_keys && [ "$(stat -c %a authorized_keys)" = 600 ]`,
        );
        await undone(host);
        await expectPristine(host, before);
        expect(await flags()).toBe(flagsBefore);
        await must(host, "rm -r ~op/.ssh && cp -a /run/keys-of-op ~op/.ssh && rm -r /run/keys-of-op");
      },
    );

    test("a rollback of two runs exits 4 when the later one replaced the file whose mode the earlier one set", async () => {
      await must(host, "cp -a ~op/.ssh /run/keys-of-op && chmod 664 ~op/.ssh/authorized_keys");
      const first = await apply(host, profileFile("permissions: {}\n"), { more: ["--format", "json"] });
      expect(first, first.stdout + first.stderr).toMatchObject({ code: 0 });
      await applied(both);
      const { run: to } = JSON.parse(first.stdout)[0].value;
      const back = await harden(host, ["rollback", host.target("root"), "--to", to, "--yes"]);
      expect(back, back.stdout + back.stderr).toMatchObject({ code: 4 });
      expect(back.stdout).toMatch(/note: \/home\/op\/\.ssh\/authorized_keys: its mode was 0664 /);
      await must(host, "rm -r ~op/.ssh && cp -a /run/keys-of-op ~op/.ssh && rm -r /run/keys-of-op");
    });

    // The last one: its run has the latest time of all in its name.
    test("a rollback takes the keys that were added after a run of a controller whose clock is fast", async () => {
      const [first = "", second = ""] = ["first", "second"].map((name) => {
        const file = join(host.home, name);
        execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file]);
        return readFileSync(`${file}.pub`, "utf8").trim();
      });
      const keys = async (listed: readonly string[], fastClock?: true) => {
        const users = profileFile(`accounts: {users: [{name: clara, keys: ${JSON.stringify(listed)}}]}\n`);
        const words = ["apply", host.target("root"), "--profile", users, "--only", "accounts", "--yes"];
        const done = await harden(host, words, { alone: true, ...(fastClock && { fastClock }) });
        expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
        return must(host, "cd /var/lib/harden/confirmed && ls -tc | head -n 1");
      };
      await must(host, "useradd -m -s /bin/bash clara");
      const ahead = (await keys([first], true)).trim();
      await keys([first, second]);
      expect(await keyLogin(host, "clara", { keys: [join(host.home, "second")] })).toBe(true);
      const words = ["rollback", host.target("root"), "--to", ahead, "--yes"];
      const back = await harden(host, words, { alone: true });
      expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
      for (const name of ["first", "second"])
        expect(await keyLogin(host, "clara", { keys: [join(host.home, name)] }), name).toBe(false);
    });
  },
);
