/** What plans say where a folder that a control reads is not root's alone, on the facts of a real host. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseRecorded } from "../../src/facts/recorded.ts";
import { bareNext } from "../../src/next.ts";
import { look } from "../../src/run/look.ts";
import { choiceOf } from "../choice.ts";

const recorded = parseRecorded(
  readFileSync(new URL("../fixtures/hosts/debian13.json", import.meta.url), "utf8"),
);
const choice = await choiceOf("production");

it.each([
  ["logging.unreadable", "file", "/etc/systemd/journald.conf"],
  ["fail2ban.unreadable", "file", "/etc/fail2ban/jail.local"],
  ["updates.unreadable", "file", "/etc/apt/apt.conf.d/"],
  ["sysctl.unreadable", "sysctl_boot", ""],
  ["firewall.file-unreadable", "file", "/etc/ufw/before.rules"],
  ["firewall.init-files-unknown", "file", "/etc/ufw/before.init"],
  ["ssh.unreadable", "sshd_files", ""],
])("%s names the command that mends the folder", (id, collector, start) => {
  const data = Buffer.from("unheld the group op can write to /etc/x");
  const isMeant = (key: string) => {
    const [name, path = ""] = key.split("\0");
    return name === collector && path.startsWith(start);
  };
  const facts = new Map(
    [...recorded.facts].map(([key, raw]) => [key, isMeant(key) ? { state: "unknown" as const, data } : raw]),
  );
  const { identity } = recorded;
  const { plan } = look(facts, {
    choice,
    target: "web1",
    tool: "0",
    next: bareNext,
    transport: { identity },
  });
  const found = plan.findings.filter((finding) => finding.id === id);
  expect(found.map(({ hint }) => hint)).toEqual(
    found.map(() => expect.stringContaining("chmod g-w /etc/x;")),
  );
  expect(found.length).toBeGreaterThan(0);
});
