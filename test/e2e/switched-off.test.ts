import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sample } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";
import { apply } from "./trouble.ts";

const sections = {
  ssh: "{}",
  firewall: "{rules: [{port: 80, protocol: tcp}]}",
  fail2ban: "{maxRetry: 2}",
  sysctl: "{}",
  updates: "{}",
};
type Id = keyof typeof sections;
const ids = Object.keys(sections) as readonly Id[];
const yaml = (lines: readonly string[]) => profileFile(`${lines.join("\n")}\n`);
const all = yaml(ids.map((id) => `${id}: ${sections[id]}`));

describe.skipIf(!hasDocker())("a control that is switched off", { timeout: 400_000 }, () => {
  let host: TestHost;
  let pristine: readonly string[];
  let on = [...ids];
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    pristine = await state(host.exec);
    const applied = await apply(host, all);
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
  });
  afterAll(() => host?.remove());

  it.each(sample("controls that are switched off", ids, 3))(
    "%s gives back the original, and nothing else; the others stay",
    async (id) => {
      const before = await state(host.exec);
      const off = yaml([`${id}: {enabled: false}`]);
      const released = await apply(host, off);
      expect(released, released.stderr).toMatchObject({ code: 0 });
      on = on.filter((each) => each !== id);
      const changed = difference(before, await state(host.exec));
      expect(changed).not.toEqual([]);
      // What came is what was there at first, and what went was not.
      expect(changed.filter((line) => line.startsWith("+ ") && !pristine.includes(line.slice(2)))).toEqual(
        [],
      );
      expect(changed.filter((line) => line.startsWith("- ") && pristine.includes(line.slice(2)))).toEqual([]);

      const again = await harden(host, [
        "plan",
        host.target("root"),
        "--profile",
        off,
        "--detailed-exitcode",
      ]);
      expect(again, again.stdout).toMatchObject({ code: 0 });
      if (on.length === 0) return;
      const others = yaml(on.map((each) => `${each}: ${sections[each]}`));
      const stay = await harden(host, [
        "plan",
        host.target("root"),
        "--profile",
        others,
        "--detailed-exitcode",
      ]);
      expect(stay, stay.stdout).toMatchObject({ code: 0 });
    },
  );

  it("with all of them off the host is as it was", async () => {
    const released = await apply(host, yaml(on.map((id) => `${id}: {enabled: false}`)));
    expect(released, released.stderr).toMatchObject({ code: 0 });
    expect(difference(pristine, await state(host.exec))).toEqual([]);
  });
});

describe.skipIf(!hasDocker())("packages of a control that is switched off", { timeout: 400_000 }, () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost("debian13", "bare");
  });
  afterAll(() => host?.remove());

  const there = async () =>
    (
      await host.exec(`dpkg-query -W -f '\${db:Status-Abbrev}\${Package}\\n' | sed -n 's/^ii //p'; true`)
    ).stdout.split("\n");
  const run = (command: string, profile: string, ...more: readonly string[]) =>
    harden(host, [command, host.target("root"), "--profile", profile, ...more]);

  it("go with what came along, which the plan names, and stay where another one needs them", async () => {
    const along = "python3-systemd";
    const pristine = await state(host.exec);
    const before = await there();
    const updates = "updates: {}";
    const first = await apply(host, yaml(["fail2ban: {}", updates]));
    expect(first, first.stderr).toMatchObject({ code: 0 });
    const came = (await there()).filter((name) => !before.includes(name));
    expect(came).toEqual(expect.arrayContaining([along, "fail2ban", "unattended-upgrades", "python3-apt"]));
    const second = await apply(host, yaml([updates, `firewall: ${sections.firewall}`]));
    expect(second, second.stderr).toMatchObject({ code: 0 });

    const off = yaml(["fail2ban: {enabled: false}"]);
    const owing = await run("verify", off);
    expect(owing, owing.stdout).toMatchObject({ code: 2 });
    expect(owing.stdout).toMatch(/host\.leftovers .*fail2ban/s);
    const plan = await run("plan", off);
    expect(plan.stdout).toMatch(new RegExp(`- purge ${along}:`));
    expect(plan.stdout).toContain("python3-apt stays: it is needed by unattended-upgrades");
    const released = await apply(host, off);
    expect(released, released.stderr).toMatchObject({ code: 0 });
    expect(released.stdout).not.toContain("To undo it");
    expect(await there()).toEqual(expect.not.arrayContaining([along]));
    expect(await there()).toEqual(expect.arrayContaining(["python3-apt", "ufw"]));
    for (const [command, ...more] of [["plan", "--detailed-exitcode"], ["verify"]]) {
      const again = await run(command!, off, ...more);
      expect(again, again.stdout).toMatchObject({ code: 0 });
    }

    const rest = await apply(host, yaml(["updates: {enabled: false}", "firewall: {enabled: false}"]));
    expect(rest, rest.stderr).toMatchObject({ code: 0 });
    expect(await there()).toEqual(before);
    expect(difference(pristine, await state(host.exec))).toEqual([]);
  });
});
