/** Checks of the daemon control: what the running engine says, and what its socket lets in. */
import { logsElsewhere, rootless } from "../../checks/texts.ts";
import { valueOr } from "../../facts/probe.ts";
import type { CheckResult } from "../../plan/control.ts";
import { eachOf } from "../each.ts";
import { references } from "../references.ts";
import type { TestRow } from "../row.ts";
import { ofParts, part, result, verdicts } from "../verdict.ts";
import { openAuthorities } from "./authorities.ts";
import { allHosts, authorityFiles, containerdHosts, openHosts, unreadContainerd } from "./hosts.ts";
import { byFile, proven, type RunningDaemon, running } from "./judged.ts";
import { bounded, loose } from "./log-bounds.ts";
import { atNextStart, atSocketStart } from "./next-start.ts";
import type { DaemonParams } from "./params.ts";
import type { probes } from "./probes.ts";
import { closedSockets } from "./sockets.ts";
import { type DaemonInput, type DaemonView, isOn } from "./view.ts";

const recreate = "Containers keep the options that they were made with, until they are made anew.";

type DaemonCheck = TestRow<DaemonParams, typeof probes, DaemonView>;
const logs: DaemonCheck = {
  id: "daemon.log-opts",
  title: "Logs of new containers are bounded",
  cause: "container logs",
  reads: ["process", "next start"],
  severity: "medium",
  criteria: ["CC7.2", "A1.1"],
  why: "json-file has no bound by itself: one container that talks too much fills the disk, and with it every other one and the host.",
  breaks: `Older messages are gone once the last file is full. ${recreate}`,
  by: ["logMaxSize", "logMaxFile"],
  leavesOpen:
    "Whoever makes noise pushes older lines out, and a container with a `logging:` of its own keeps to that.",
  stricter: logsElsewhere,
  look: "cat /etc/docker/daemon.json; docker inspect --format '{{json .HostConfig.LogConfig}}' CONTAINER",
  role: "proof or audit",
  references: references({ docker: ["2.13"], anssi: "near R71" }),
  test(input) {
    const { params, view } = input;
    const expected = `json-file, ${params.logMaxFile} × ${params.logMaxSize}`;
    const test = ({ info }: RunningDaemon) => {
      const { is, fail, pass } = verdicts(expected);
      if (info.driver !== "json-file")
        return bounded.has(info.driver)
          ? pass(`${info.driver}, which keeps to a size by itself`)
          : fail(`${info.driver}, of which nobody here knows whether it is bounded`);
      if (view.stale !== undefined) return fail(view.stale);
      const found = logOptions(input);
      return is(found === expected, found);
    };
    return proven(input, expected, test, () => {
      const found = view.driver === "json-file" ? logOptions(input) : view.driver;
      return found === expected || bounded.has(view.driver) ? undefined : `new containers log to ${found}`;
    });
  },
};

/** The engine doesn't tell its options; it read its file when it was started, and that is as it was then. */
function logOptions({ view: { says } }: DaemonInput): string {
  const size = says(["log-opts", "max-size"]);
  return size === undefined
    ? "json-file without a bound"
    : `json-file, ${says(["log-opts", "max-file"]) ?? 1} × ${size}`;
}

/** Of what is on or off; a text says why nobody can tell. */
function switched(
  input: DaemonInput,
  { wanted, on, off, key }: Record<"on" | "off" | "key", string> & { readonly wanted: boolean },
  isOn: (info: RunningDaemon["info"]) => boolean | string,
): CheckResult {
  const text = (is: boolean) => (is ? on : off);
  const { is, fail } = verdicts(text(wanted));
  const test = ({ info }: RunningDaemon) => {
    const now = isOn(info);
    return typeof now === "string" ? fail(now) : is(now === wanted, text(now));
  };
  return proven(input, text(wanted), test, ({ view }) => {
    const next = isOnNext(view, key);
    return next === wanted ? undefined : `${key} is ${next ? "on" : "off"}`;
  });
}

/** By its command line, or else by its file. */
function isOnNext({ starts, says }: DaemonView, key: string): boolean {
  const words = starts.written.flatMap((each) => each.words);
  return isOn(words, `--${key}`) ?? says([key]) === true;
}

const liveRestore: DaemonCheck = {
  id: "daemon.live-restore",
  title: "Containers run on while the engine is restarted",
  reads: ["process", "next start"],
  severity: "medium",
  criteria: ["A1.2"],
  why: "Each restart of the engine, an upgrade's too, stops every container.",
  breaks: "An engine that is part of a swarm refuses to start with it.",
  leavesOpen:
    "A restart of the host, or an upgrade over several releases of the engine, still stops them all.",
  stricter: "A second host for what must not be away: something has to spread the load and keep both alike.",
  look: "docker info --format '{{.LiveRestoreEnabled}}'",
  role: "proof or audit",
  references: references({ docker: ["2.15"] }),
  test(input) {
    const { view } = input;
    const wanted = input.params.liveRestore;
    const texts = { wanted, on: "they run on", off: "they stop with it", key: "live-restore" };
    const now = switched(input, texts, ({ live }) => live);
    const next = isOnNext(view, "live-restore");
    if (now.verdict !== "pass" || next === wanted) return now;
    return { ...now, verdict: "until the next boot", found: `${now.found}; ${nextStart(view, next)}` };
  },
};

const nextStart = ({ stale }: DaemonView, live: boolean) =>
  `but at dockerd's next start live-restore is ${live ? "on" : "off"}${stale === undefined ? "" : `: ${stale}`}`;

const newPrivileges: DaemonCheck = {
  id: "daemon.no-new-privileges",
  title: "New containers gain no privileges by setuid files",
  cause: "new privileges",
  reads: ["process", "next start"],
  severity: "medium",
  why: "Whoever breaks into a container becomes root in it by any setuid file of its image.",
  breaks: `An image that needs sudo or su inside: security_opt no-new-privileges:false in its compose file leaves that container out. ${recreate}`,
  leavesOpen: "Who is root from the start stays root inside, with all of the engine's usual capabilities.",
  stricter: rootless,
  look: "docker info --format '{{.SecurityOptions}}'; docker exec CONTAINER grep NoNewPrivs /proc/1/status",
  role: "proof or audit",
  references: references({ docker: ["2.14"] }),
  test(input) {
    const { stale, says } = input.view;
    const wanted = input.params.noNewPrivileges;
    return switched(
      input,
      { wanted, on: "no new privileges", off: "new privileges", key: "no-new-privileges" },
      ({ security, version }) =>
        stale ??
        (security.some((option) => /^name=no-new-privileges\b/.test(option)) ||
          // Engines before 23 don't say it; the file is as it was when they read it.
          (Number.parseInt(version, 10) < 23 && says(["no-new-privileges"]) === true)),
    );
  },
};

const containersBounded = eachOf({
  expected: "each keeps to a size",
  things: ({ facts: { logs } }: DaemonInput) => {
    if (logs.state === "absent") return { why: "nobody says what runs" };
    return logs.state === "present" ? logs.value : logs;
  },
  wrong: ({ name, log }) => {
    const how = loose(log);
    return how === undefined ? undefined : part("fail", name, `${name} logs to ${log.driver} ${how}`);
  },
  right: (all) => (all.length === 0 ? "none runs" : "all do"),
  remedy:
    "A container keeps the options that it was made with: make it anew, with docker compose up --force-recreate.",
});

const containerLogs: DaemonCheck = {
  id: "daemon.container-logs",
  title: "Logs of running containers are bounded",
  cause: "container logs",
  reads: ["process"],
  severity: "medium",
  criteria: ["CC7.2", "A1.1"],
  why: "The options of daemon.json are for containers that are made from then on; an older one still fills the disk.",
  by: ["logMaxSize", "logMaxFile"],
  leavesOpen:
    "A bound is for what one container prints: its volumes have none, and many containers may fill a small disk together.",
  stricter: logsElsewhere,
  look: "docker inspect --format '{{.Name}} {{json .HostConfig.LogConfig}}' $(docker ps -q)",
  role: "audit",
  references: references({ docker: ["2.13"] }),
  test: (input) => running(input, "each keeps to a size", () => containersBounded(input)),
};

const socket: DaemonCheck = {
  id: "daemon.socket",
  title: "Only root and the group docker reach the engine's socket",
  reads: ["process", "file", "next start"],
  severity: "high",
  why: "Whoever reaches a socket of dockerd or containerd is root on the host: a container can be given the whole disk.",
  by: [],
  leavesOpen:
    "The group docker is root. A unit that passes others on to it (socat, systemd-socket-proxyd) is told as advice by `privileges.units` alone.",
  stricter:
    "Nobody in the group, `sudo docker` in its place: scripts and CI that call docker need a rule of sudo.",
  look: "ss -Hxlp | grep -E 'dockerd|containerd'; stat -c '%a %U:%G' /run/docker.sock /run/containerd/containerd.sock; getent group docker; containerd config dump | grep -A 9 -F '[grpc]'",
  role: "audit",
  references: references({ docker: ["3.15", "3.16"] }),
  test: (input) => atSocketStart(input, closedSockets(input)),
};

const tcp: DaemonCheck = {
  id: "daemon.tcp",
  title: "The engine listens on the network only for those who have a certificate",
  reads: ["process", "file", "next start"],
  opens: true,
  severity: "high",
  criteria: ["CC6.1", "CC6.6", "CC6.7"],
  why: "Whoever reaches an open port of the engine is root on the host, without a password.",
  by: [],
  leavesOpen:
    "Who has a client's key and certificate, or has its authority sign one, is root on the host until that ends.",
  stricter: "No TCP at all, and `DOCKER_HOST=ssh://USER@HOST`: whoever used the port needs a login here.",
  look: "ss -tlnp | grep -E 'dockerd|containerd'; docker info 2>&1 | grep -i tls; containerd config dump | grep -E 'tcp_|grpc-tcp'",
  role: "audit",
  references: references({ docker: ["2.7"] }),
  test(input) {
    const expected = "no TCP, or with certificates of clients by an authority of its own";
    const { pass, fail } = verdicts(expected);
    const open = openHosts(input.view);
    const isOpen = fail(`${open.join(", ")}: whoever reaches it is root here`);
    // systemd starts dockerd for whoever connects, and containerd listens without it.
    const { none, engine } = input.view;
    const others = engine?.activated ?? [];
    const isContainerd = containerdHosts(input.view, "open").length > 0;
    const isActivated =
      valueOr(input.facts.socketUnit, undefined)?.active || others.length > 0 || isContainerd;
    if (none === undefined && isActivated && open.length > 0) return isOpen;
    const stale = containerdHosts(input.view, "stale");
    if (none === undefined && stale.length > 0 && open.length === 0)
      return result(
        "error",
        expected,
        `${stale.join(", ")}: its configuration was changed since it started, so what it serves there is not known`,
      );
    const loose = openAuthorities(authorityFiles(input.view), input.facts.authorities);
    const test = () => {
      if (open.length > 0) return isOpen;
      if (loose.length > 0) return ofParts(expected, loose, "");
      const unread = unreadContainerd(input.view);
      if (unread !== undefined)
        return result("error", expected, `containerd does not take ${unread}, so its hosts are not known`);
      const all = allHosts(input.view);
      return atNextStart(
        input,
        pass(all.length === 0 ? "no TCP" : `${all.join(", ")} with certificates of clients`),
      );
    };
    const judged = open.length > 0 ? running : byFile;
    return judged(input, expected, test, () =>
      open.length === 0
        ? loose[0]?.found
        : `it listens on ${open.join(", ")}: whoever reaches it is root here`,
    );
  },
};

export const checks: readonly DaemonCheck[] = [logs, liveRestore, newPrivileges, containerLogs, socket, tcp];
