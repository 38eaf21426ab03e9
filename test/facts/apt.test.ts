import { describe, expect, test } from "vitest";
import {
  aptConfig,
  aptList,
  aptPolicy,
  aptReleases,
  aptTargets,
  aptValue,
  inUse,
} from "../../src/facts/apt.ts";

describe("apt-config", () => {
  const entries = aptConfig.parse(
    Buffer.from(
      [
        "APT::Periodic ",
        "APT::Periodic::Update-Package-Lists 1",
        "Unattended-Upgrade::Mail ",
        "Unattended-Upgrade::Origins-Pattern ",
        "Unattended-Upgrade::Origins-Pattern:: origin=Debian,label=Debian Security",
        "Unattended-Upgrade::Origins-Pattern::mine origin=Mine",
        "Acquire::http::Proxy http://user:secret@proxy/",
        "no key",
        "",
      ].join("\n"),
    ),
  );

  test("values, lists with and without names, and nothing of other branches", () => {
    expect(aptValue(entries, "APT::Periodic::Update-Package-Lists")).toBe("1");
    expect(aptValue(entries, "Unattended-Upgrade::Mail")).toBe("");
    expect(aptValue(entries, "Unattended-Upgrade::MailReport")).toBeUndefined();
    expect(aptList(entries, "Unattended-Upgrade::Origins-Pattern")).toEqual([
      "origin=Debian,label=Debian Security",
      "origin=Mine",
    ]);
    expect(JSON.stringify(entries)).not.toContain("secret");
  });
});

describe("package lists", () => {
  test("heads of Release files, and where they came from", () => {
    const text = [
      "F /var/lib/apt/lists/security.debian.org_debian-security_dists_trixie-security_InRelease",
      "L Origin: Debian",
      "L Label: Debian-Security",
      "L Suite: stable-security",
      "L Codename: trixie-security",
      "L Components: main contrib",
      "L Date: Sat, 29 Nov 2025 08:12:17 UTC",
      "L Valid-Until: Sat, 06 Dec 2025 08:12:17 UTC",
      "F /var/lib/apt/lists/_srv_apt_debian_dists_trixie_Release",
      "L Origin: Debian",
      "L Date: nonsense",
      "M 1764403939 /var/lib/apt/lists/security.debian.org_debian-security_dists_trixie-security_InRelease",
      "M 1700000000 /var/lib/apt/lists/_srv_apt_debian_dists_trixie_Release",
      "",
    ].join("\n");
    expect(aptReleases.parse(Buffer.from(text))).toEqual([
      {
        base: "/var/lib/apt/lists/security.debian.org_debian-security_dists_trixie-security_",
        origin: "Debian",
        label: "Debian-Security",
        suite: "stable-security",
        codename: "trixie-security",
        components: ["main", "contrib"],
        site: "security.debian.org",
        published: Date.UTC(2025, 10, 29, 8, 12, 17) / 1000,
        validUntil: Date.UTC(2025, 11, 6, 8, 12, 17) / 1000,
      },
      {
        base: "/var/lib/apt/lists/_srv_apt_debian_dists_trixie_",
        origin: "Debian",
        label: "",
        suite: "",
        codename: "",
        components: [],
        site: "",
        published: 1_700_000_000,
      },
    ]);
  });

  test("no lists at all", () => expect(aptReleases.parse(Buffer.from(""))).toEqual([]));

  test("those in use are what apt's sources name, with their components: none of another architecture", () => {
    const lists = "/var/lib/apt/lists";
    const text = [
      `${lists}/a.org:8080_x%5fy_dists_sid_main_binary-amd64_Packages main/binary-amd64/Packages amd64 main`,
      `${lists}/a.org:8080_x%5fy_dists_sid_non-free%5fx_binary-amd64_Packages non-free_x/binary-amd64/Packages amd64 non-free_x`,
      `${lists}/a.org_arm_dists_sid_main_binary-arm64_Packages main/binary-arm64/Packages arm64 main`,
      `${lists}/a.org_flat_._Packages Packages $(ARCHITECTURE) $(COMPONENT)`,
      "amd64\n",
    ].join("\n");
    const targets = aptTargets.parse(Buffer.from(text));
    const head = (name: string) => `F ${lists}/${name}\nL Components: main non-free_x contrib\n`;
    const all = [
      "a.org:8080_x%5fy_dists_sid_InRelease",
      "a.org_arm_dists_sid_Release",
      "a.org_flat_._Release",
    ];
    const releases = aptReleases.parse(Buffer.from([...all, "a.org_dists_sid_Release"].map(head).join("")));
    expect(inUse(releases, targets).map(({ base, components }) => [base, components])).toEqual([
      [`${lists}/a.org:8080_x%5fy_dists_sid_`, ["main", "non-free_x"]],
      [`${lists}/a.org_flat_._`, []],
    ]);
    expect(aptTargets.parse(Buffer.from("amd64\n"))).toEqual([]);
    for (const broken of [
      "",
      text.replace("amd64\n", ""),
      "/other main/binary-amd64/Packages amd64 main\namd64\n",
    ])
      expect(() => aptTargets.parse(Buffer.from(broken)), broken).toThrow();
  });
});

test("apt-cache's priorities, with what each list's head says", () => {
  const text = `Package files:
 100 /var/lib/dpkg/status
     release a=now
  -1 http://deb.debian.org/debian trixie/main amd64 Packages
     release v=13.1,o=Debian,a=stable,n=trixie,l=Debian, the universal,c=main,b=amd64
     origin deb.debian.org
1001 file:/srv/flat ./ Packages
     release o=Flat,c=
`;
  const none = { origin: "", label: "", suite: "", codename: "", site: "", components: [] };
  expect(aptPolicy.parse(Buffer.from(text))).toEqual([
    { priority: 100, release: { ...none, suite: "now" } },
    {
      priority: -1,
      release: {
        origin: "Debian",
        label: "Debian, the universal",
        suite: "stable",
        codename: "trixie",
        site: "deb.debian.org",
        components: ["main"],
      },
    },
    { priority: 1001, release: { ...none, origin: "Flat" } },
  ]);
});
