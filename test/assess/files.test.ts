/** Who can change the files that harden writes and root's programs read, on the facts of a real host. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runChecks } from "../../src/assess/checks.ts";
import { file } from "../../src/facts/files.ts";
import { probeKey, type RawFact } from "../../src/facts/probe.ts";
import { parseRecorded } from "../../src/facts/recorded.ts";
import { sshdFiles } from "../../src/facts/sshd.ts";
import { bareNext } from "../../src/next.ts";
import { hostOf } from "../../src/plan/planner.ts";
import { look } from "../../src/run/look.ts";
import { choiceOf } from "../choice.ts";

const recorded = parseRecorded(
  readFileSync(new URL("../fixtures/hosts/debian13.json", import.meta.url), "utf8"),
);
const choice = await choiceOf("production");

const raw = (text: string): RawFact => ({ state: "present", data: Buffer.from(text) });

/** `type`: 8 is a file, a a link; `flags`: `+` is an access list. */
const fileFact = (path: string, words: string, { type = "8", flags = "" } = {}) =>
  [probeKey(file(path)), raw(`${type}1a4 ${words} 3 '${path}'\n${flags}\n\nx=1`)] as const;

type Changed = readonly (readonly [string, RawFact])[];

const lookedAt = (...changed: Changed) => {
  const { identity } = recorded;
  const facts = new Map([...recorded.facts, ...changed]);
  const about = { choice, target: "web1", tool: "0", next: bareNext, transport: { identity } };
  return { ...look(facts, about), host: hostOf(facts) };
};

const filesWith = (...changed: Changed) => {
  const reports = runChecks(lookedAt(...changed));
  return reports.filter(({ id }) => id === "host.files");
};

const warningsWith = (...changed: Changed) =>
  lookedAt(...changed).plan.findings.filter(({ id }) => id === "host.files");

const reportsWith = (...changed: Changed) =>
  filesWith(...changed).map(({ object, verdict, role }) => `${role} ${verdict} ${object}`);

const byApply = "See by harden plan what mends it, and apply that.";

const sudoers = "/etc/sudoers.d/zz-harden";
const sysctls = "/etc/sysctl.d/99-zz-harden.conf";
const ufw = "/etc/ufw/before.rules";

describe("host.files", () => {
  it("passes on a host where all of them are root's", () => {
    expect(reportsWith()).toEqual(["proof pass "]);
  });

  it.each([
    ["another owner of what harden only reads", fileFact(ufw, "640 op root")],
    ["an owner without a name", fileFact(ufw, "644 1000 root")],
    ["a file that everybody may write to", fileFact(ufw, "646 root root")],
    ["a file that another group may write to", fileFact(ufw, "664 root op")],
    ["an access list that lets write", fileFact(ufw, "664 root root", { flags: "+" })],
  ])("fails for %s", (_, changed) => {
    const [, path] = changed[0].split("\0");
    expect(reportsWith(changed)).toEqual([`audit fail ${path}`]);
  });

  it.each([
    ["a stricter mode", fileFact(sysctls, "600 root root")],
    ["a mode that lets more read", fileFact(ufw, "644 root root")],
    ["another group that may do no more than all others", fileFact(sysctls, "644 root op")],
    ["root's group that may write", fileFact(ufw, "664 root root")],
    ["a link, whose own mode says nothing", fileFact(sudoers, "777 root root", { type: "a" })],
    ["a file that is another's by right, for it lies elsewhere", fileFact("/var/lib/x", "666 op op")],
  ])("passes for %s", (_, changed) => {
    expect(reportsWith(changed)).toEqual(["proof pass "]);
  });

  it("is a proof where an apply mends the file", () => {
    expect(reportsWith(fileFact(sysctls, "644 op root"))).toEqual([`proof fail ${sysctls}`]);
    const main = "/etc/ssh/sshd_config";
    expect(reportsWith(fileFact(main, "600 op root"))).toEqual([`proof fail ${main}`]);
  });

  it("is told where an apply keeps the access list, and names the list", () => {
    const user = "/etc/ufw/user.rules";
    const reports = filesWith(fileFact(user, "660 root root", { flags: "+" }));
    expect(reports).toMatchObject([
      {
        object: user,
        verdict: "fail",
        role: "audit",
        found: expect.stringMatching(/user\.rules is 0660 root:root with an access list/),
        remedy: expect.stringContaining(`setfacl -b ${user}`),
      },
    ]);
  });

  it("is a proof where an apply takes the right to write from the access list by its mode", () => {
    const reports = filesWith(fileFact(sysctls, "664 root root", { flags: "+" }));
    expect(reports).toMatchObject([
      { object: sysctls, role: "proof", found: expect.stringContaining("access list"), remedy: byApply },
    ]);
  });

  it("names each file that sshd includes, and each by itself", () => {
    const stats = [
      ["600 root root 1.0", "/etc/ssh/sshd_config"],
      ["644 op op 1.0", "/srv/sshd.conf"],
      ["666 root root 1.0", "/etc/ssh/sshd_config.d/90-it.conf"],
      ["664 root root 1.0", "/etc/ssh/sshd_config.d/91-listed.conf"],
      ["664 root root 1.0", "/etc/ssh/sshd_config.d/92-plain.conf"],
      ["644 sshd sshd 1.0", "/run/sshd.pid"],
    ];
    const paths = stats.slice(0, 5).map(([, path]) => `\n@n file ${path}\nUsePAM yes\n`);
    const text = `${paths.join("")}\n@n list /etc/ssh/sshd_config.d/91-listed.conf\n\n@n stats -\n${stats.map((each) => each.join(" ")).join("\n")}\n`;
    const changed = raw(text.replaceAll("@n", `@${"0".repeat(32)}`));
    expect(reportsWith([probeKey(sshdFiles()), changed])).toEqual([
      "audit fail /srv/sshd.conf",
      "audit fail /etc/ssh/sshd_config.d/90-it.conf",
      "audit fail /etc/ssh/sshd_config.d/91-listed.conf",
    ]);
  });

  it("is an error where a file could not be read, and says so beside those that fail", () => {
    const unread: RawFact = { state: "unknown", data: Buffer.from("no") };
    expect(reportsWith([probeKey(file(ufw)), unread], fileFact(sysctls, "644 op root"))).toEqual([
      `proof fail ${sysctls}`,
      "audit error ",
    ]);
  });
});

describe("a plan", () => {
  const user = "/etc/ufw/user.rules";

  it.each([
    [
      "an access list that its changes leave",
      fileFact(user, "660 root root", { flags: "+" }),
      `setfacl -b ${user}`,
    ],
    ["a file that harden only reads", fileFact(ufw, "646 root root"), "chmod go-w"],
  ])("warns of %s", (_, changed, hint) => {
    const [, path] = changed[0].split("\0");
    expect(warningsWith(changed)).toMatchObject([
      {
        level: "warn",
        message: expect.stringContaining(`${path} is 06`),
        hint: expect.stringContaining(hint),
      },
    ]);
  });

  it("warns of no file that it mends, and of none on a host where all are root's", () => {
    expect(warningsWith(fileFact(sysctls, "664 root root", { flags: "+" }))).toEqual([]);
    expect(warningsWith()).toEqual([]);
  });
});
