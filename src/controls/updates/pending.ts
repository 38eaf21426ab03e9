/** Updates that wait, and what keeps them from coming. */
import type { RowHead } from "../../checks/check.ts";
import type { CheckResult } from "../../plan/control.ts";
import { eachOf } from "../each.ts";
import type { TestRow } from "../row.ts";
import { part, result } from "../verdict.ts";
import { references } from "./checks.ts";
import { fetched } from "./jobs.ts";
import { leftOut } from "./left-out.ts";
import { outranked, widePins } from "./pins.ts";
import type { probes } from "./probes.ts";
import { type UpdatesInput, type UpdatesView, unasked } from "./state.ts";
import type { UpdatesParams } from "./wanted.ts";

type UpdatesCheck = TestRow<UpdatesParams, typeof probes, UpdatesView>;
type Found = Extract<UpdatesInput["facts"]["pending"], { state: "present" }>["value"];

const foundOf = ({ facts: { pending } }: UpdatesInput): Found | { readonly why: string } =>
  pending.state === "present" ? pending.value : { why: "apt could not be asked" };

/** Security updates that wait. */
function waitingOf(input: UpdatesInput) {
  const { facts, view } = input;
  const found = foundOf(input);
  if ("why" in found) return found;
  const { upgrades } = found;
  if ("unknown" in upgrades) return { why: upgrades.unknown };
  if (facts.targets.state !== "present") return { why: unasked(facts.targets) };
  const all = upgrades
    .filter(({ security }) => security)
    .map((each) => ({
      name: each.name,
      text: `${each.name} ${each.from} → ${each.to}`,
      left: leftOut(each, found, view),
    }));
  if (all.length > 0) return all;
  if (!view.hasSecurity) return { why: "apt has no list of security updates, so it knows of none" };
  const [first] = [...outranked(input).map(({ found }) => found), ...widePins(input)];
  return first === undefined ? all : { why: `apt tells of none, perhaps for its priorities: ${first}` };
}

const waiting = eachOf({
  expected: "no security update waits",
  things: waitingOf,
  wrong: ({ name, text, left }) => ({
    ...part("fail", name, `${text}${left === undefined ? "" : ` (${left.why})`}`),
    remedy: left?.remedy ?? "The daily job installs it; at once: unattended-upgrade --verbose.",
  }),
  right: "none",
});

const left = eachOf({
  expected: "the daily job installs each security update",
  things: waitingOf,
  wrong: ({ name, text, left }) =>
    left && { ...part("fail", name, `${text}: ${left.why}`), remedy: left.remedy },
  right: (all) => (all.length === 0 ? "none waits" : `${all.length} wait for its next run`),
});

function restart({ restart: packages }: Found): CheckResult {
  const expected = "no restart waits";
  if (packages === undefined) return result("pass", expected, "none");
  const whose = packages.length > 0 ? `, for ${packages.join(", ")}` : "";
  const remedy = "Restart the host when it suits those who use it.";
  return { ...result("fail", expected, `/run/reboot-required${whose}`), remedy };
}

const whole = eachOf({
  expected: "each package is installed or gone",
  things: (input: UpdatesInput) => {
    const found = foundOf(input);
    return "why" in found ? found : found.broken;
  },
  wrong: (name) => part("fail", name, `${name}: see \`dpkg --configure -a\``),
  right: "all are",
});

const check = (
  head: RowHead & Partial<Pick<UpdatesCheck, "reads">>,
  test: UpdatesCheck["test"],
): UpdatesCheck => ({
  references,
  reads: { only: ["file"], because: "apt and dpkg keep what they know in files, and are asked themselves." },
  ...head,
  needs: ["pending"],
  test,
});

const ofFound =
  (test: (found: Found, input: UpdatesInput) => CheckResult): UpdatesCheck["test"] =>
  (input) => {
    const found = foundOf(input);
    return "why" in found ? result("error", "", found.why) : test(found, input);
  };

/** What waits is the daily job's to install, and a restart is somebody's decision: both are told as advice. */
export const pendingChecks: readonly UpdatesCheck[] = [
  check(
    {
      id: "updates.pending",
      title: "No security update waits",
      severity: "high",
      moving: true,
      role: "advice",
      criteria: ["CC7.1", "CC8.1"],
      why: "A hole that has an update already is open until it is installed; the daily job does that within a day.",
      by: ["origins"],
      leavesOpen: "Holes that have no update yet are open, and so are those of what apt didn't bring.",
      stricter: "A scan of what isn't apt's (trivy, grype): somebody reads it, and builds anew.",
      look: "apt list --upgradable",
    },
    waiting,
  ),
  check(
    {
      id: "updates.left-out",
      title: "The daily job leaves out no security update",
      severity: "high",
      answers: ["server.updates"],
      moving: true,
      role: "audit",
      criteria: ["CC7.1", "CC8.1"],
      why: "A package on hold, or with a changed file of configuration, stays as it is for good, and nobody is told.",
      leavesOpen:
        "What is left out without a word in the log is known once the job has run with the newest lists.",
      stricter:
        '`Dpkg::Options {"--force-confdef"; "--force-confold";}`: a new version starts with the old file, which it may not understand.',
      look: "apt-mark showhold; grep ' Package ' /var/log/unattended-upgrades/unattended-upgrades.log",
    },
    left,
  ),
  check(
    {
      id: "updates.restart",
      reads: {
        only: ["file"],
        because: "Packages say in the file that they need a restart, and each boot begins without it.",
      },
      title: "No update waits for a restart",
      severity: "medium",
      role: "advice",
      criteria: ["CC7.1", "CC8.1"],
      why: "The old kernel, or the old library in programs that run, goes on until the host is restarted.",
      by: ["automaticReboot"],
      leavesOpen: "Programs in containers go on with the libraries of their images.",
      stricter: "`needrestart -r a` after each update: services restart unasked.",
      look: "cat /run/reboot-required /run/reboot-required.pkgs",
    },
    ofFound(restart),
  ),
  check(
    {
      id: "updates.dpkg",
      title: "No package is half installed",
      severity: "high",
      answers: ["server.updates"],
      role: "audit",
      why: "A package that is half installed stops every update after it.",
      leavesOpen: "Packages are whole; whether somebody changed their files since isn't looked at.",
      stricter:
        "`dpkg --verify`, compared every night: files of configuration differ rightly, and somebody reads the rest.",
      look: "dpkg --audit",
    },
    whole,
  ),
  check(
    {
      id: "updates.fetched",
      title: "The package lists came in the last days",
      severity: "high",
      answers: ["server.updates"],
      role: "audit",
      criteria: ["CC7.1", "CC8.1"],
      why: "A mirror that isn't reached looks like a host without updates.",
      leavesOpen:
        "Somebody on the way can replay old lists until their Valid-Until: days on Debian, a month where there is none.",
      stricter: "https:// in the sources: a cache in between no longer helps.",
      look: "ls -l /var/lib/apt/periodic/update-stamp; grep -E '^(Date|Valid-Until)' /var/lib/apt/lists/*Release; apt-get update",
    },
    ofFound((found, input) => fetched(input, found)),
  ),
];
