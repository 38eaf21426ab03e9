import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { accepts, allowedPatterns, kindOf } from "../../src/controls/updates/origins.ts";
import { parseAptConf } from "../../src/controls/updates/overrides.ts";
import type { Release } from "../../src/facts/apt.ts";
import { globMatches } from "../../src/glob.ts";
import { processorMs } from "../setup/processor.ts";
import { hostile } from "./facts.ts";

const debian = { id: "Debian", codename: "bookworm" };

const release = (origin: string, suite: string, codename: string, label = origin): Release => ({
  base: `/var/lib/apt/lists/mirror_${suite}_`,
  origin,
  label,
  suite,
  codename,
  components: ["main", "contrib"],
  site: "mirror.example.org",
});

const security = release("Debian", "oldstable-security", "bookworm-security", "Debian-Security");

describe("fnmatch", () => {
  test.each([
    ["*", "", true],
    ["De*n", "Debian", true],
    ["Deb?an", "Debian", true],
    ["Deb?", "Debian", false],
    ["[CD]ebian", "Debian", true],
    ["[!C-D]ebian", "Debian", false],
    ["[]x]y", "]y", true],
    ["[ab", "[ab", true],
    ["debian", "Debian", false],
    ["a.c", "abc", false],
    ["*-security", "bookworm-security", true],
  ])("%s on %s", (pattern, text, expected) => expect(globMatches(pattern, text)).toBe(expected));

  test("a hostile pattern is no way to make it slow", () => {
    const match = () => expect(globMatches("*a".repeat(1000), "a".repeat(900))).toBe(false);
    expect(processorMs(match)).toBeLessThan(2000);
  });

  test("any text matches itself, and a star", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(globMatches("*", text)).toBe(true);
        if (!/[[*?]/.test(text)) expect(globMatches(text, text)).toBe(true);
      }),
      { seed: 1 },
    );
  });
});

describe("Origins-Pattern", () => {
  test.each([
    ["origin=Debian,codename=bookworm-security,label=Debian-Security", true],
    ["o=Debian,n=bookworm-security,l=Debian-Security,c=contrib,site=mirror.example.org", true],
    ["origin=Debian, suite = oldstable-security", true],
    ["a=*-security", true],
    ["origin=Debian,codename=bookworm,label=Debian-Security", false],
    ["c=non-free", false],
    ["", false],
    ["l=a\\,b", false],
  ])("%s", (pattern, expected) => expect(accepts(pattern, security)).toBe(expected));

  test("what unattended-upgrades doesn't know stops it, and so is no match", () => {
    for (const pattern of ["version=1", "Debian", "o=a=b", "constructor=x"])
      expect(() => accepts(pattern, security)).toThrow(/unattended-upgrades stops/);
  });

  test("variables", () => {
    const list = (value: string) => [{ key: "unattended-upgrade::origins-pattern::", value }];
    expect(allowedPatterns(list("o=${distro_id},n=$distro_codename,l=$$"), debian)).toEqual([
      "o=Debian,n=bookworm,l=$",
    ]);
    for (const wrong of ["n=${codename}", "n=$1"])
      expect(() => allowedPatterns(list(wrong), debian)).toThrow(/unattended-upgrades stops/);
  });
});

describe("Allowed-Origins", () => {
  const patterns = (value: string, distro = debian) =>
    allowedPatterns([{ key: "unattended-upgrade::allowed-origins::", value }], distro);

  test("the guides' line matches on Ubuntu, and nothing on Debian", () => {
    const line = "${distro_id}:${distro_codename}-security";
    const noble = release("Ubuntu", "noble-security", "noble");
    expect(accepts(patterns(line, { id: "Ubuntu", codename: "noble" })[0]!, noble)).toBe(true);
    expect(accepts(patterns(line)[0]!, security)).toBe(false);
  });

  test("spaces, escaped colons and commas", () => {
    expect(patterns("Debian stable")).toEqual(["o=Debian,a=stable"]);
    expect(patterns("a\\:b:c,d")).toEqual(["o=a:b,a=c\\,d"]);
    for (const wrong of ["Debian", "a:b:c", "a b c"])
      expect(() => patterns(wrong)).toThrow(/unattended-upgrades stops/);
  });
});

describe("what a list holds", () => {
  test.each([
    [security, "security"],
    [release("Debian", "oldstable", "bookworm"), "release"],
    [release("Debian", "oldstable-updates", "bookworm-updates"), "updates"],
    [release("Debian Backports", "bookworm-backports", "bookworm-backports"), "other"],
    [release("Docker", "bookworm", "bookworm", "Docker CE"), "other"],
    [release("Debian", "stable", "trixie"), "other"],
  ])("%o", (list, expected) => expect(kindOf(list, debian)).toBe(expected));

  test.each([
    [release("Ubuntu", "noble", "noble"), "release"],
    [release("Ubuntu", "noble-security", "noble"), "security"],
    [release("Ubuntu", "noble-updates", "noble"), "updates"],
    [release("Ubuntu", "noble-backports", "noble"), "other"],
    [release("UbuntuESM", "noble-infra-security", "noble"), "security"],
  ])("%o", (list, expected) => expect(kindOf(list, { id: "Ubuntu", codename: "noble" })).toBe(expected));
});

describe("apt.conf", () => {
  test("scopes, lists, comments, #clear", () => {
    const text = `// "no"; A::No "1";
/* Unattended-Upgrade::Mail "x"; */
# a remark
Unattended-Upgrade::Mail "root//x"; # end
Unattended-Upgrade { Automatic-Reboot "true"; Allowed-Origins { "a:b"; "c:d"; }; };
#clear Unattended-Upgrade::Origins-Pattern;
APT::Periodic::Enable 0;
APT::Periodic{Update-Package-Lists "0"}`;
    expect(
      parseAptConf(text).map(({ key, value, cleared }) => `${cleared ? "-" : ""}${key}=${value}`),
    ).toEqual([
      "unattended-upgrade::mail=root//x",
      "unattended-upgrade::automatic-reboot=true",
      "unattended-upgrade::allowed-origins::=a:b",
      "unattended-upgrade::allowed-origins::=c:d",
      "-unattended-upgrade::origins-pattern=",
      "apt::periodic::enable=0",
      "apt::periodic::update-package-lists=0",
    ]);
  });

  test("any text ends", () => {
    fc.assert(
      fc.property(hostile, (text) => void parseAptConf(text)),
      { seed: 1 },
    );
  });
});
