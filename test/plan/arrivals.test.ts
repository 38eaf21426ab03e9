import { describe, expect, it } from "vitest";
import { installation } from "../../src/facts/installation.ts";
import { probeKey, type RawFact } from "../../src/facts/probe.ts";
import { arrivalProbes, withArrivals } from "../../src/plan/arrivals.ts";
import type { Change } from "../../src/plan/plan.ts";

const install = (control: string, name: string): Change => ({
  address: `${control}/package:${name}`,
  control,
  kind: "package",
  action: "install",
  reason: "why",
  effect: "now",
  undo: "full",
  stage: "prepare",
  steps: [{ verb: "install", packages: [name] }],
});
const other: Change = {
  ...install("x", "x"),
  address: "x/file:/x",
  kind: "file",
  action: "create",
  steps: [],
};
const changes = [install("fail2ban", "fail2ban"), other, install("firewall", "ufw")];
const key = probeKey(installation(["fail2ban", "ufw"]));
const arrive = (fact?: RawFact) => withArrivals(changes, new Map(fact === undefined ? [] : [[key, fact]]));
const said = (text: string): RawFact => ({ state: "present", data: Buffer.from(text) });

describe("what an installation brings along", () => {
  it("is asked for all packages of a plan together, and only where there are any", () => {
    expect(arrivalProbes(changes)).toMatchObject([{ args: ["fail2ban", "ufw"] }]);
    expect(arrivalProbes([other])).toEqual([]);
    expect(withArrivals([other], new Map())).toEqual({ changes: [other], findings: [] });
  });

  it("has a change of its own each, and the first installation is held to all of them", () => {
    const apt = said(`Inst python3-systemd (235-1+b6 Debian:stable [amd64])
Inst libc6:i386 [2.36-9] (2.36-10 Debian:stable [i386])
Inst fail2ban (1.1.0-8 Debian:stable [all])
Inst ufw (0.36.2-9 Debian:stable [all]) []
Conf ufw (0.36.2-9 Debian:stable [all])
`);
    const { changes: all, findings } = arrive(apt);
    expect(findings).toEqual([]);
    expect(all.map(({ address }) => address)).toEqual([
      "fail2ban/package:fail2ban",
      "fail2ban/package:python3-systemd",
      "fail2ban/package:libc6:i386",
      "x/file:/x",
      "firewall/package:ufw",
    ]);
    expect(all[0]?.steps).toEqual([
      {
        verb: "install",
        packages: ["fail2ban"],
        announced: ["python3-systemd", "libc6:i386", "fail2ban", "ufw"],
      },
    ]);
    expect(all[1]).toMatchObject({ action: "install", after: "235-1+b6", undo: "full", steps: [] });
    expect(all[2]).toMatchObject({ action: "update", before: "2.36-9", after: "2.36-10", undo: "none" });
    expect(all[4]).toEqual(changes[2]);
  });

  it("a removal blocks", () => {
    expect(arrive(said("Remv exim4 [4.98]\nInst ufw (1 x [all])\n")).findings).toMatchObject([
      { level: "block", id: "plan.package", message: expect.stringContaining("remove exim4.") },
    ]);
  });

  it("what could not be told is said, with the reason", () => {
    const why = { state: "unknown", data: Buffer.from("Unable to locate package ufw") } as const;
    expect(arrive(why)).toMatchObject({
      changes,
      findings: [{ level: "warn", message: expect.stringContaining("not known: Unable to locate") }],
    });
    expect(arrive().findings).toMatchObject([{ message: expect.stringContaining("not asked") }]);
    const hints = [
      "an earlier installation of ufw has not ended",
      "E: there are held packages",
      "no way",
    ].map((text) => {
      const [finding] = arrive({ state: "unknown", data: Buffer.from(text) }).findings;
      return finding?.hint;
    });
    const wanted = [/dpkg --configure -a/, /apt-mark unhold/, /apt-get update/];
    expect(hints).toEqual(wanted.map((each) => expect.stringMatching(each)));
  });
});
