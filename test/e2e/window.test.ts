/** Somebody works on the host while a run waits for its confirm: the rollback takes nothing of theirs without a word. */
import { afterEach, describe, expect } from "vitest";
import { drawTests } from "../setup/sample.ts";
import { expectPristine, outcome, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { type Distro, type Flavour, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";
import { must } from "./trouble.ts";

describe.skipIf(!hasDocker())("somebody, while a run waits,", { timeout: 600_000 }, () => {
  let host: TestHost;
  let run = "";
  afterEach(() => host?.remove());

  const begin = async (distro: Distro, flavour: Flavour) => {
    host = await startHost(distro, flavour);
  };
  const tried = (yaml: string, seconds: number) =>
    harden(
      host,
      [
        ...["apply", host.target("root"), "--profile", profileFile(yaml), "--yes"],
        ...["--no-confirm", "--confirm-timeout", String(seconds)],
      ],
      { timeoutMs: 300_000 },
    );
  const apply = async (yaml: string, seconds: number) => {
    const applied = await tried(yaml, seconds);
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    [, run = ""] = /applied as run ([\w-]+)/.exec(applied.stdout) ?? [];
  };
  const waits = () => must(host, `test -e /var/lib/harden/pending/${run}`);
  const notes = async () => (await harden(host, ["runs", host.target("root"), run])).stdout;

  drawTests("window", 2, {
    "allows a port with ufw and refuses an address: both are kept and named": async () => {
      await begin("debian13", "full");
      await must(host, "ufw allow 22/tcp");
      const pristine = await state(host.exec);
      await apply("firewall: {rules: [{port: 80, protocol: tcp}]}\n", 15);
      await must(host, "ufw allow 5432/tcp && ufw deny from 192.0.2.9");
      await waits();
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back notes timeout");
      const kept = `/var/lib/harden/runs/${run}/third`;
      expect(await must(host, `grep -l -e '--dport 5432' ${kept}/* | wc -l`)).toBe("2\n");
      const said = await notes();
      for (const name of ["user.rules", "user6.rules"])
        expect(said).toMatch(new RegExp(`note: /etc/ufw/${name}: .* kept: ${kept}/\\d+ \\[third-version\\]`));
      expect(said).toMatch(/note: iptables: [^[]*-A ufw-user-input -p tcp -m tcp --dport 5432 -j ACCEPT/);
      expect(said).toMatch(/note: iptables: [^[]*-A ufw-user-input -s 192\.0\.2\.9\/32 -j DROP/);
      expect(said).toMatch(/note: ip6tables: [^[]*-A ufw6-user-input -p tcp -m tcp --dport 5432 -j ACCEPT/);
      expect(said).not.toMatch(/note: ip6?tables: [^[]*--dport (22|80) /);
      await expectPristine(host, pristine);
    },

    "goes to the emergency target, in which nothing else runs: the host rolls back in its time": async () => {
      await begin("debian13", "bare");
      const pristine = await state(host.exec);
      await apply("sysctl: {}\n", 15);
      await must(host, "systemctl isolate --no-block emergency.target");
      await waits();
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back clean timeout");
      await must(host, "systemctl is-active -q emergency.target && systemctl isolate graphical.target");
      await expectPristine(host, pristine);
    },

    "has a drop-in for all services: one that could keep the dead-man from its files is refused":
      async () => {
        await begin("debian13", "bare");
        const [all, own] = ["service.d", "harden-.service.d"].map((name) => `/etc/systemd/system/${name}`);
        const write = (name: string, ...lines: string[]) =>
          must(host, `mkdir -p ${all} && printf '%s\\n' '[Service]' ${lines.join(" ")} >${all}/${name}.conf`);
        await write(
          "10-loose",
          "TimeoutStopSec=30",
          "ProtectProc=default",
          "Environment=A=B",
          "OnFailure=x.service",
        );
        await write("20-strict", "LimitNOFILE=65536", "ProtectSystem=full");
        const pristine = await state(host.exec);
        const refused = await tried("sysctl: {}\n", 15);
        expect(refused, refused.stdout).toMatchObject({ code: 3 });
        expect(refused.stdout + refused.stderr).toMatch(/20-strict\.conf, by ProtectSystem\..*\[not-armed\]/);
        await expectPristine(host, pristine);
        await must(host, `mkdir ${own} && ln -s /dev/null ${own}/20-strict.conf`);
        await apply("sysctl: {}\n", 15);
        await must(host, `rm -r ${own}`);
        await untilSettled(host);
        expect(await outcome(host)).toBe("rolled-back clean timeout");
      },

    "fills /tmp, as any user can: all comes back": async () => {
      await begin("debian13", "bare");
      await must(host, "mount -t tmpfs -o size=256k,mode=1777 none /tmp");
      const pristine = await state(host.exec);
      await must(host, "su admin -c 'dd if=/dev/zero of=/tmp/fill bs=1k 2>/dev/null; test -s /tmp/fill'");
      await apply("sysctl: {}\nupdates: {}\n", 15);
      await untilSettled(host);
      expect(await outcome(host)).toBe("rolled-back clean timeout");
      await must(host, "rm /tmp/fill");
      await expectPristine(host, pristine);
    },

    "installs what depends on a package of the run, and asks for another: both stay, with what they need":
      async () => {
        await begin("debian13", "bare");
        const build = (name: string, ...fields: string[]) => {
          const lines = [
            `Package: ${name}`,
            "Version: 1",
            "Architecture: all",
            "Description: of somebody",
            ...fields,
          ];
          const words = lines.map((line) => `'${line}'`).join(" ");
          return `mkdir -p /root/${name}/DEBIAN && printf '%s\\n' ${words} >/root/${name}/DEBIAN/control &&
        dpkg-deb --build /root/${name} >/dev/null && dpkg -i /root/${name}.deb && rm -r /root/${name} /root/${name}.deb`;
        };
        // One that dpkg warns of on stderr at each call, in vain.
        await must(host, build("unkept"));
        const pristine = await state(host.exec);
        await apply("fail2ban: {}\nupdates: {}\n", 60);
        await must(
          host,
          `${build("theirs", "Maintainer: nobody <nobody@localhost>", "Depends: python3-systemd")}
      apt-get install -y distro-info-data`,
        );
        await waits();
        await untilSettled(host);
        expect(await outcome(host)).toBe("rolled-back notes timeout");
        const said = await notes();
        expect(said).toMatch(/note: python3-systemd: .*left: it is needed by theirs/);
        expect(said).toMatch(/note: distro-info-data: .*left: it is marked as manually installed/);
        const installed = difference(pristine, await state(host.exec))
          .filter((line) => line.startsWith("+ package ii"))
          .map((line) => line.split(/ +/)[3]);
        expect(installed).toEqual(["distro-info-data", "python3-systemd", "theirs"]);
        expect(await must(host, "dpkg --audit")).toBe("");
      },
  });
});
