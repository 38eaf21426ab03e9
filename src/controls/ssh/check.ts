/** What is checked of sshd besides its keywords: its port, its files, and what it runs with. */
import { fileItself, type Reads } from "../../checks/reads.ts";
import { oneGate, sealed } from "../../checks/texts.ts";
import { valueOr, whyUnknown } from "../../facts/probe.ts";
import { eachOf } from "../each.ts";
import { references } from "../references.ts";
import type { TestRow } from "../row.ts";
import { byOthers, inapplicable, part, result } from "../verdict.ts";
import { badHostKeys } from "./guards/host.ts";
import { mainPath } from "./layout.ts";
import type { SshParams } from "./params.ts";
import type { sshProbes } from "./probes.ts";
import { loadedFiles } from "./running.ts";
import { doubtsAbout } from "./start.ts";
import { hasSshd, type SshInput, type SshView } from "./view.ts";
import type { SshdWords } from "./words.ts";

export type SshCheck = TestRow<SshParams, ReturnType<typeof sshProbes>, SshView | undefined>;

/** Of what `sshd -T` says. */
export const bySshd = {
  only: ["next start"],
  because:
    "sshd tells its values only by reading its files anew, with the words of the running one (`sshd -T`); ssh.running fails where that one has not read them.",
} as const satisfies Reads;

export const portCheck: SshCheck = {
  id: "ssh.port",
  reads: bySshd,
  title: "sshd listens on the port of the profile only",
  severity: "low",
  criteria: ["CC6.6"],
  why: "A port that is open beside the profile's is one that no rule and no ban is about.",
  breaks: "Whoever comes by the old port. Firewall and fail2ban follow the new one in the same run.",
  leavesOpen:
    "Scanners find any port in minutes: another number keeps noise out of the log, and nobody out of the host.",
  stricter: oneGate,
  look: "ss -ltnp | grep sshd",
  role: "proof",
  test: (input) => {
    const { params, access } = input;
    if (!hasSshd(input)) return inapplicable("there is no sshd here");
    if (params.port === undefined) return inapplicable("the profile leaves it as it is");
    if (input.facts.effective.state !== "present")
      return result("error", String(params.port), "sshd -T gave no answer");
    const found = access.now.ports.join(", ");
    return result(found === String(params.port) ? "pass" : "fail", String(params.port), found);
  },
};

export const configMode: SshCheck = {
  id: "ssh.config-mode",
  reads: fileItself,
  title: "Only root can read or change sshd_config",
  severity: "medium",
  why: "Whoever can write sshd_config lets himself in; whoever reads it knows who may.",
  leavesOpen: "root, and whatever runs as root, changes it: auditd.sshd-config tells of it at best.",
  stricter: sealed,
  look: "stat -c '%a %U:%G' /etc/ssh/sshd_config",
  role: "proof",
  references: references({ cis12: "5.1.1", anssi: "R50" }),
  test: (input) => {
    if (!hasSshd(input)) return inapplicable("there is no sshd here");
    const stat = valueOr(input.facts.files, undefined)?.stats.find(({ path }) => path === mainPath);
    const fact = input.facts.main;
    const found = stat ?? (fact.state === "present" ? fact.value : undefined);
    if (found === undefined) return result("error", "0600 root:root", "could not be read");
    const ok =
      (Number.parseInt(found.mode, 8) & 0o177) === 0 && found.owner === "root" && found.group === "root";
    return result(ok ? "pass" : "fail", "0600 root:root", `${found.mode} ${found.owner}:${found.group}`);
  },
};

export const hostKeyModes: SshCheck = {
  id: "ssh.host-key-modes",
  reads: fileItself,
  title: "Only root can read private host keys, and change public ones",
  severity: "high",
  criteria: ["CC6.1", "CC6.7"],
  why: "Whoever has the private key of the host can pretend to be it.",
  leavesOpen:
    "A key that was copied before, into a backup or an image of the machine, is good until it is changed.",
  stricter: "New keys (`ssh-keygen -A` once the old ones are gone): each known_hosts has to learn them.",
  look: "stat -c '%a %U:%G %n' /etc/ssh/ssh_host_*_key*",
  role: "audit",
  references: [...references({ cis12: "5.1.2", anssi: "R50" }), ...references({ cis12: "5.1.3" })],
  test: eachOf({
    expected: "0600 root:root, public 0644 root:root",
    things: (input: SshInput) => {
      if (!hasSshd(input)) return "there is no sshd here";
      const fact = input.facts.hostKeys;
      if ("why" in fact) return fact;
      return valueOr(fact, []).length === 0 ? { why: "no host key was found" } : badHostKeys(input);
    },
    wrong: ({ path, found }) => part("fail", path, found),
    right: "as expected",
  }),
};

const pidRemedy =
  "Take PidFile out of sshd's files, so that it is /run/sshd.pid, then: sshd -t && systemctl restart ssh";

export const running: SshCheck = {
  id: "ssh.running",
  reads: ["process", "file"],
  title: "The sshd that runs has read its files as they are",
  severity: "high",
  answers: ["server.ssh-keys", "server.root-login", "deployed.ssh"],
  guards: ["login.host"],
  criteria: ["CC6.1", "CC7.1"],
  why: "sshd goes by what it has read; a file that was changed since counts from its next start only, and until then passwords may open logins that its files refuse.",
  leavesOpen: "Sessions that are older than the reload go on as they were let in.",
  stricter: "`loginctl terminate-user USER` after a change: what runs in these sessions is lost.",
  look: "stat -c '%z %n' /run/sshd.pid /etc/ssh/sshd_config /etc/ssh/sshd_config.d /etc/ssh/sshd_config.d/*",
  role: "proof or audit",
  test: (input) => {
    const expected = "read after the last change";
    if (!hasSshd(input)) return inapplicable("there is no sshd here");
    const { effective, files, service } = input.facts;
    const why = whyUnknown(effective, files, service);
    if (why !== undefined) return result("error", expected, why);
    const loaded = loadedFiles(input);
    if (loaded === "none") return inapplicable("no sshd runs between connections");
    if (typeof loaded === "object" && "why" in loaded)
      return { ...byOthers(result("error", expected, loaded.why)), remedy: pidRemedy };
    if (loaded === "yes") return result("pass", expected, expected);
    return result("fail", expected, `changed since: ${loaded.newer.map(({ path }) => path).join(", ")}`);
  },
};

/** The words of a command line that change no keyword of the profile are judged here, and all that can't be read. */
export const start: SshCheck = {
  id: "ssh.start",
  reads: ["process", "next start"],
  title: "What sshd is started with is known, now and at the next boot",
  severity: "high",
  answers: ["server.ssh-keys", "server.root-login", "deployed.ssh"],
  criteria: ["CC6.1", "CC7.1"],
  why: "Words of sshd's command line win over every file, and a drop-in of the unit can change them at the next boot.",
  leavesOpen: "root can start a second sshd beside it, with files and a port of its own.",
  look: "systemctl cat ssh.service; tr '\\0' ' ' </proc/$(cat /run/sshd.pid)/cmdline",
  role: "audit",
  test: (input) => {
    const expected = "sshd_config alone says what sshd does, at each start";
    if (!hasSshd(input)) return inapplicable("there is no sshd here");
    const { view } = input;
    if (view === undefined) return result("error", expected, "sshd's files could not be read");
    const { runs, starts } = view;
    if (runs !== undefined && "unknown" in runs) return result("error", expected, runs.unknown.join("; "));
    const fact = input.facts.start;
    if (starts === undefined)
      return "why" in fact && fact.state === "unknown"
        ? result("error", expected, fact.why)
        : inapplicable("systemd does not run here");
    const other = (words: SshdWords, text: string) =>
      words.config === undefined ? [] : [`${words.config} is read in place of sshd_config (${text})`];
    const now = runs === undefined ? [] : other(runs.words, runs.where);
    if (now.length > 0) return result("fail", expected, now.join("; "));
    const later = [...doubtsAbout(starts), ...("unknown" in starts ? [] : other(starts.words, starts.where))];
    if (later.length > 0) return result("until the next boot", expected, `not known: ${later.join("; ")}`);
    return result("pass", expected, "words" in starts ? starts.text : "");
  },
};
