import { afterAll, beforeAll, describe, expect, it } from "vitest";
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

  it.each(ids)("%s gives back the original, and nothing else; the others stay", async (id) => {
    const before = await state(host.exec);
    const off = yaml([`${id}: {enabled: false}`]);
    const released = await apply(host, off);
    expect(released, released.stderr).toMatchObject({ code: 0 });
    on = on.filter((each) => each !== id);
    const changed = difference(before, await state(host.exec));
    expect(changed).not.toEqual([]);
    // What came is what was there at first, and what went was not.
    expect(changed.filter((line) => line.startsWith("+ ") && !pristine.includes(line.slice(2)))).toEqual([]);
    expect(changed.filter((line) => line.startsWith("- ") && pristine.includes(line.slice(2)))).toEqual([]);

    const again = await harden(host, ["plan", host.target("root"), "--profile", off, "--detailed-exitcode"]);
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
  });

  it("with all of them off the host is as it was", async () => {
    expect(on).toEqual([]);
    expect(difference(pristine, await state(host.exec))).toEqual([]);
  });
});
