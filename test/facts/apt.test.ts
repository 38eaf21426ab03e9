import { describe, expect, test } from "vitest";
import { aptConfig, aptList, aptReleases, aptValue } from "../../src/facts/apt.ts";

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
      "F /var/lib/apt/lists/_srv_apt_debian_dists_trixie_Release",
      "L Origin: Debian",
      "",
    ].join("\n");
    expect(aptReleases.parse(Buffer.from(text))).toEqual([
      {
        origin: "Debian",
        label: "Debian-Security",
        suite: "stable-security",
        codename: "trixie-security",
        components: ["main", "contrib"],
        site: "security.debian.org",
      },
      { origin: "Debian", label: "", suite: "", codename: "", components: [], site: "" },
    ]);
  });

  test("no lists at all", () => expect(aptReleases.parse(Buffer.from(""))).toEqual([]));
});
