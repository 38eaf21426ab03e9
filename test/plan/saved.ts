/** A plan as `harden plan` saves it, made of a recorded host and a profile with every spelling of a value. */
import { readFileSync } from "node:fs";
import { catalogue } from "../../src/assess/catalogue.ts";
import { controls } from "../../src/controls/index.ts";
import { parseRecorded } from "../../src/facts/recorded.ts";
import { bareNext } from "../../src/next.ts";
import { loadProfile } from "../../src/profile/load.ts";
import { look } from "../../src/run/look.ts";
import { savePlans } from "../../src/run/plan.ts";

const file = new URL("../fixtures/hosts/debian12.json", import.meta.url);
const recorded = parseRecorded(readFileSync(file, "utf8"));

const yaml = `
description: every spelling
access: {user: root, from: [10.1.2.3, "2001:db8::7", 192.0.2.0/24]}
waivers:
  - {check: firewall.other-rules, found: f, reason: r, owner: o, until: 2027-01-31}
ssh: {maxAuthTries: 3}
firewall:
  rules:
    - {port: [80, 6000-6010], from: [10.0.0.0/8, 192.168.1.5]}
    - {port: "443", protocol: tcp, comment: web}
fail2ban: {banTime: 1d, findTime: 1h30m}
auditd: {enabled: false}
sysctl: {}
updates: {apply: false}
`;

export async function savedText(tool: string): Promise<string> {
  const profile = await loadProfile("./web.yaml", {
    cwd: "/p",
    packagedDir: "/nowhere",
    sections: controls,
    checks: catalogue,
    readFile: async () => yaml,
    list: async () => [],
  } as never);
  const choice = { profile, only: [], skip: [] };
  const { plan } = look(recorded.facts, {
    choice,
    target: "web1",
    tool,
    next: bareNext,
    transport: recorded,
  });
  return savePlans(
    [{ target: "web1", ok: true, value: plan, verdict: "changes", status: 0 }],
    { choiceOf: () => choice },
    tool,
  )!;
}
