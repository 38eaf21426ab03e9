/** What of the host a container is given. */
import { posix } from "node:path";
import type { Fault } from "../../checks/object.ts";
import { rootless } from "../../checks/texts.ts";
import { references } from "../../controls/references.ts";
import { isWithin } from "../../path.ts";
import { checksOf, eachService, inspect } from "../check.ts";
import { type EngineSockets, isEngineSocket } from "../engine-sockets.ts";
import { unknownMountsOf } from "../host-mounts.ts";
import type { ComposeMount } from "../mounts.ts";
import { faultIn, profileIn } from "../seccomp.ts";
import { isSensitivePath } from "../sensitive-paths.ts";
import { hooksOf, mountsOf } from "../service.ts";
import { get, itemsOf, keyAt, type Node, textOf, type ValueNode, valuesOf, writtenOf } from "../tree.ts";
import type { ServiceView } from "../view.ts";
import { buildContexts, entitlementsOf } from "./build-rights.ts";
import { engineSocket, mountsThat, socketMounts } from "./engine-socket.ts";
import { namespaces } from "./namespaces.ts";

const isUnconfined =
  /^(seccomp|apparmor|systempaths)[:=]unconfined$|^label[:=](disable|type:spc_t)$|^writable-cgroups[:=](1|t|true)$/i;

const confinement = (view: ServiceView): readonly Fault[] =>
  valuesOf(get(view.node, "security_opt")).flatMap((option): readonly Fault[] => {
    const { at, written } = option;
    const remedy = "Take it out: the engine's own profile holds then.";
    if (isUnconfined.test(String(option.value)))
      return [{ at, what: written, found: `security_opt ${written}`, remedy }];
    return ownProfile(view, option).map((found) => ({ ...found, at, remedy }));
  });

/** A profile of its own, in a file or, of a container, as its text. */
function ownProfile(
  { seen }: ServiceView,
  { value, written }: ValueNode,
): readonly Omit<Fault, "at" | "remedy">[] {
  const named = profileIn(String(value));
  if (named === undefined) return [];
  const isText = named.startsWith("{");
  const what = isText ? "seccomp" : written;
  const text = isText ? named : seen.seccomp.get(named);
  const called = isText ? "its seccomp profile" : `the profile of security_opt ${written}`;
  if (text === undefined) return [{ what, unknown: true, found: `${called} can't be read` }];
  const fault = faultIn(text);
  return fault === undefined ? [] : [{ what, found: `${called} ${fault}` }];
}

function privilegedAt(node: Node | undefined, what?: string): readonly Fault[] {
  const value = textOf(get(node, "privileged"));
  if (value === undefined || /^(false|no)$/i.test(value)) return [];
  const found = `privileged: ${value}`;
  return [
    {
      at: keyAt(node, "privileged")!,
      ...(what === undefined ? { found } : { what, found: `${what} has ${found}` }),
      remedy: "Take it out, and give the container the one capability or device that it needs.",
    },
  ];
}

const privileged = ({ node }: ServiceView): readonly Fault[] => [
  ...privilegedAt(node),
  ...hooksOf(node).flatMap((hook) => privilegedAt(hook.node, hook.key)),
  ...privilegedAt(get(node, "build"), "build"),
  ...entitlementsOf(node, /^security\.insecure$/),
];

const devices = ({ node }: ServiceView): readonly Fault[] => {
  const remedy = "Take it out; where the container needs it, waive it with the reason.";
  const cards = [
    { key: "gpus", wanted: get(node, "gpus") },
    { key: "reservations.devices", wanted: get(node, "deploy", "resources", "reservations", "devices") },
  ];
  return [
    ...cards.flatMap(({ key, wanted }) =>
      wanted === undefined || (wanted.kind === "list" && wanted.items.length === 0)
        ? []
        : [{ at: wanted.at, what: key, found: `devices of the host by ${key}`, remedy }],
    ),
    ...itemsOf(get(node, "devices")).map((device) => {
      const name = device.kind === "value" ? device.written : (writtenOf(get(device, "source")) ?? "");
      return { at: device.at, what: name, found: `the device ${name} of the host`, remedy };
    }),
    ...entitlementsOf(node, /^device\b/),
    ...valuesOf(get(node, "device_cgroup_rules")).map(({ at, written }) => ({
      at,
      what: written,
      found: `devices of the host by the rule ${written}`,
      remedy,
    })),
  ];
};

/** certbot's, which `containers.certificates` is about. */
export const isCertificates = ({ source }: Pick<ComposeMount, "source">) =>
  isWithin(source, "/etc/letsencrypt");

const isSensitiveIn =
  (engine: EngineSockets | undefined) =>
  ({ source, readOnly, kind }: ComposeMount) =>
    kind === "bind" &&
    !isEngineSocket(source, engine) &&
    !isCertificates({ source: posix.normalize(source) }) &&
    isSensitivePath({ path: source, readOnly });

const sensitiveMounts = (view: ServiceView) => mountsThat(view, isSensitiveIn(view.seen.kept.engine));

const sensitive = (view: ServiceView): readonly Fault[] => [
  ...sensitiveMounts(view).map(({ shown, ...place }) => ({
    ...place,
    found: `a path of the host: ${shown}`,
    remedy: "Mount what the container reads, and nothing around it, with :ro; or waive it with the reason.",
  })),
  ...buildContexts(view.node),
  ...unknownMountsOf(view).map(({ at, written }) => ({
    at,
    what: written,
    unknown: true as const,
    found: `what ${written} gives of the host can't be told from the file`,
    remedy: "Write the mounts in the file itself, with the engine's own driver; or waive it with the reason.",
  })),
];

const propagation = ({ node }: ServiceView): readonly Fault[] =>
  mountsOf(node)
    .filter((mount) => /^r?shared$/.test(mount.propagation ?? ""))
    .map(({ at, written, propagation: kind }) => ({
      at,
      what: written,
      found: `${written} is mounted ${kind}`,
      remedy:
        "Take it out: rprivate is the engine's own, and rslave shows the container what the host mounts there later.",
    }));

/** Whether a service is given the engine's socket, or a path that is the host's own. */
export const hasHostMount = (view: ServiceView): boolean =>
  socketMounts(view).length > 0 || sensitiveMounts(view).length > 0;

export const hostChecks = checksOf({
  privileged: {
    id: "containers.privileged",
    title: "No container is privileged",
    opens: true,
    severity: "high",
    answers: ["container.capabilities", "container.host", "deployed.capabilities", "deployed.host"],
    guards: ["login.runtime"],
    role: "audit",
    references: references({ docker: "5.5" }),
    expected: "no privileged: true, of a build neither, nor its entitlement security.insecure",
    why: "It has every capability and every device, and no confinement: it is the host.",
    leavesOpen: "Capabilities, devices and mounts, given one by one, may be as good: their own checks tell.",
    stricter: rootless,
    look: inspect("{{.HostConfig.Privileged}}"),
    test: eachService(privileged),
  },
  dockerSocket: {
    id: "containers.docker-socket",
    title: "No container has the engine's socket",
    opens: true,
    severity: "high",
    answers: ["container.host", "deployed.host"],
    guards: ["login.runtime"],
    role: "audit",
    references: references({ docker: "5.32" }),
    expected:
      "no mount that is a socket of the engine, containerd or Podman, or a folder with one: by its name, at its usual place in the container and, of what runs, by where they listen",
    why: "Whoever may ask the engine starts a container that is root of the host; :ro keeps nobody from asking.",
    leavesOpen:
      "A proxy of any name that passes on what it is asked, or the engine's TCP port, isn't seen; a file alone doesn't tell where it listens.",
    look: inspect("{{range .Mounts}}{{.Source}} {{end}}"),
    test: eachService(engineSocket),
  },
  sensitiveMounts: {
    id: "containers.sensitive-mounts",
    title: "Nothing of the host's own is mounted",
    severity: "high",
    answers: ["container.host", "deployed.host"],
    guards: ["login.runtime"],
    role: "audit",
    references: references({ docker: "5.6" }),
    expected:
      "no mount, and no context of a build, of the host's own paths, as docs/compose.md lists them: system, homes, engines, schedules; programs and logs may be read",
    why: "What the container may write there changes the host; what it may read has its secrets. certbot's certificates with :ro are none of these.",
    leavesOpen:
      "Homes elsewhere than in /home and /root, and in a file what an external volume mounts and where links of another machine lead.",
    stricter: "Named volumes, `configs:` and `secrets:` alone: files can't be edited where they are.",
    look: inspect("{{range .Mounts}}{{.Source}} {{.RW}} {{end}}"),
    test: eachService(sensitive),
  },
  namespaces: {
    id: "containers.namespaces",
    criteria: ["CC6.1", "CC6.6"],
    title: "Containers have namespaces of their own",
    severity: "high",
    answers: ["container.host", "deployed.host"],
    guards: ["login.runtime"],
    role: "audit",
    references: references({ docker: ["5.10", "5.16", "5.17", "5.21"] }),
    expected:
      "no network_mode, pid, ipc, uts, userns_mode or cgroup of the host, nor of another container that has it, and no host network of a build; of what runs, by the kernel",
    why: "In the host's it sees the host's ports, processes or shared memory, and no firewall rule for containers holds for it.",
    leavesOpen: "All containers and the host share one kernel: a hole in it is a way out.",
    stricter:
      "A kernel of its own (gVisor's `runtime: runsc`, Kata): slower, and some system calls are missing.",
    look: inspect(
      "{{.HostConfig.NetworkMode}} {{.HostConfig.PidMode}} {{.HostConfig.IpcMode}} {{.HostConfig.UTSMode}}",
    ),
    test: eachService(namespaces),
  },
  confinement: {
    id: "containers.confinement",
    title: "The engine's seccomp and AppArmor profiles hold",
    severity: "high",
    answers: ["container.host", "deployed.security-options"],
    role: "audit",
    references: references({ docker: ["5.2", "5.22"] }),
    expected:
      "no security_opt that is unconfined or makes cgroups writable, and no seccomp profile that lets through more than the engine's",
    why: "Calls of the kernel that no service needs are where containers are broken out of.",
    leavesOpen:
      "The engine's profile refuses some 40 system calls of over 300: the rest is open to who breaks in.",
    stricter:
      "A seccomp profile of the service's own, `seccomp:FILE`: a call that it seldom needs fails one night.",
    look: inspect("{{.HostConfig.SecurityOpt}} {{.AppArmorProfile}}"),
    test: eachService(confinement),
  },
  propagation: {
    id: "containers.propagation",
    title: "No mount of a container is the host's, too",
    severity: "medium",
    answers: ["container.host", "deployed.host"],
    role: "audit",
    references: references({ docker: "5.20" }),
    expected: "no mount with the propagation shared or rshared",
    why: "What the container mounts there is mounted on the host as well, over whatever is there.",
    leavesOpen: "Only who may mount in the container can use it: root with CAP_SYS_ADMIN.",
    stricter: "Named volumes alone: they are never shared.",
    look: inspect("{{range .Mounts}}{{.Destination}} {{.Propagation}} {{end}}"),
    test: eachService(propagation),
  },
  devices: {
    id: "containers.devices",
    title: "No device of the host",
    severity: "medium",
    answers: ["container.host", "deployed.host"],
    role: "audit",
    references: references({ docker: "5.18" }),
    expected:
      "no devices:, gpus:, reservations.devices:, device_cgroup_rules: and entitlement device of a build",
    why: "A device is what the kernel makes of it: a disk is all files of the host.",
    leavesOpen: "The few that each container has (null, zero, full, random, tty) reach nothing of the host.",
    look: inspect("{{.HostConfig.Devices}}"),
    test: eachService(devices),
  },
});
