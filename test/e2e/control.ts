/** One control against a real host, without the runtime: its facts, its plan, and its steps put there by hand. */
import { runChecks } from "../../src/assess/checks.ts";
import { collectScript, parseCollected } from "../../src/facts/collect.ts";
import { host as hostProbe } from "../../src/facts/host.ts";
import type { Facts } from "../../src/facts/probe.ts";
import { library } from "../../src/host/library.ts";
import type { Step } from "../../src/kinds/index.ts";
import type { Access } from "../../src/plan/access.ts";
import type { Control } from "../../src/plan/control.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { controlProbes, hostOf, makePlan } from "../../src/plan/planner.ts";
import { storageProbes } from "../../src/plan/storage.ts";
import type { TestHost } from "./hosts.ts";

export interface Trial {
  readonly host: TestHost;
  readonly control: Control;
  /** The profile's section, before its defaults. */
  readonly section: object;
  readonly access: Access;
}

async function factsOf(trial: Trial): Promise<Facts> {
  const { host, access } = trial;
  const managed = managedOf(trial);
  const ofControls = controlProbes(managed, access.visit);
  const probes = [hostProbe, ...storageProbes(ofControls), ...ofControls];
  const nonce = "e2e0";
  const { stdout, stderr } = await host.exec("sh", { stdin: `${library}\n${collectScript(probes, nonce)}` });
  const output = { stdout: Buffer.from(stdout), stderr: Buffer.from(stderr), nonce };
  const { facts, complete } = parseCollected(probes, output);
  if (!complete) throw new Error(`the facts of ${host.name} are incomplete: ${stderr}`);
  return facts;
}

const managedOf = ({ control, section }: Trial) => [
  { control, params: control.schema.parse(section), mode: "apply" as const },
];

export async function planOf(trial: Trial): Promise<Plan> {
  return makePlan({
    managed: managedOf(trial),
    facts: await factsOf(trial),
    access: trial.access,
    owned: [],
    tool: "0",
    target: trial.host.name,
    profile: { name: "test", digest: "" },
  });
}

/** But for advice about the profile, which no host alters. */
export async function checksOf(trial: Trial) {
  const facts = await factsOf(trial);
  const all = runChecks({
    managed: managedOf(trial),
    facts,
    access: trial.access,
    host: hostOf(facts),
    askedAt: Date.now(),
  });
  return all.filter(({ role }) => role !== "advice");
}

/** Steps as shell lines of the test's own. */
function line(step: Step): string {
  switch (step.verb) {
    case "file":
      return `printf '%s' '${step.content.value.toString("base64")}' | base64 -d >'${step.path}' && chmod ${step.mode} '${step.path}'`;
    case "sysctl":
      return `sysctl -q -w '${step.key}=${step.value}'`;
    case "service":
      return `systemctl ${step.operation} '${step.unit}'`;
    case "check":
      return "iptables-restore -t -n </etc/ufw/user.rules && ip6tables-restore -t -n </etc/ufw/user6.rules";
    case "firewall":
      return {
        enable: "/usr/lib/ufw/ufw-init start",
        reload: "/usr/lib/ufw/ufw-init force-reload",
        load: "iptables-restore -n </etc/ufw/user.rules && ip6tables-restore -n </etc/ufw/user6.rules",
        disable: "/usr/lib/ufw/ufw-init force-stop",
      }[step.operation];
    default:
      throw new Error(`a trial knows no step ${step.verb}`);
  }
}

/** Puts a plan's steps onto the host, without undo or dead-man. */
export async function place({ host }: Trial, plan: Plan): Promise<void> {
  const lines = plan.changes.flatMap(({ steps }) => steps.map(line));
  const { code, stderr, stdout } = await host.exec(["set -e", ...lines].join("\n"));
  if (code !== 0) throw new Error(`the plan could not be placed: ${stdout}${stderr}`);
}
