/** What a process in a container may do. */
import type { Fault } from "../../checks/object.ts";
import { rootless } from "../../checks/texts.ts";
import { references } from "../../controls/references.ts";
import { checksOf, eachService, inspect } from "../check.ts";
import * as wishes from "../fix/files.ts";
import { userFor } from "../images.ts";
import { lowest } from "../ports.ts";
import { hooksOf, isRoot, mountsOf, portsOf, userOf } from "../service.ts";
import { get, keyAt, textOf, type ValueNode, valuesOf, writtenOf } from "../tree.ts";
import type { ServiceView } from "../view.ts";
import { builtUser } from "./built.ts";
import { socketMounts } from "./engine-socket.ts";
import { isCertificates } from "./host.ts";

const upper = (value: ValueNode) => String(value.value).toUpperCase().replace(/^CAP_/, "");

function bindsLow({ node, known }: ServiceView): boolean {
  const own = [
    ...portsOf(node).map(({ target }) => lowest(target)),
    ...valuesOf(get(node, "expose")).map(({ value }) => lowest(String(value).replace(/\/\w+$/, ""))),
  ];
  return [...own, ...(known?.lowPorts ?? [])].some((port) => port !== undefined && port < 1024);
}

/** Why a capability may be added; undefined where nothing is known that needs it. */
function isNeeded(capability: string, view: ServiceView): boolean {
  const { known, node } = view;
  if (capability === "NET_BIND_SERVICE") return bindsLow(view) || known?.needs?.includes(capability) === true;
  if (known === undefined) return false;
  const runsAsRoot = isRoot(userOf(node)) && !known.ownUser;
  return [...(known.needs ?? []), ...(runsAsRoot ? known.asRoot : [])].includes(capability);
}

function capabilities(view: ServiceView): readonly Fault[] {
  const { node, at, known, image } = view;
  const dropped = valuesOf(get(node, "cap_drop")).map(upper);
  const needs = known?.needs ?? [];
  const add =
    needs.length === 0 ? "" : ` and cap_add: [${needs.join(", ")}], which ${image} needs (${known?.why})`;
  const all: readonly Fault[] = dropped.includes("ALL")
    ? []
    : [
        {
          at: keyAt(node, "cap_drop") ?? at,
          found: dropped.length === 0 ? "cap_drop is missing" : `cap_drop has only ${dropped.join(", ")}`,
          remedy: `Write cap_drop: [ALL]${add}.`,
        },
      ];
  const added = valuesOf(get(node, "cap_add")).flatMap((value): readonly Fault[] => {
    const name = upper(value);
    if (isNeeded(name, view)) return [];
    const why =
      name === "NET_BIND_SERVICE"
        ? "binds no port below 1024 that the file names"
        : known === undefined
          ? "is an image of which harden doesn't know what it needs"
          : `doesn't need it, as far as ${known.source === undefined ? "the profile" : "harden"} knows`;
    return [
      {
        at: value.at,
        what: `cap_add ${name}`,
        found: `cap_add ${value.written}; it ${why}`,
        remedy: "Take it out; where the container needs it, waive it with the reason.",
      },
    ];
  });
  return [...all, ...added];
}

const user = (view: ServiceView): readonly Fault[] => [
  ...ownUser(view),
  ...powerfulGroups(view),
  ...hooksOf(view.node).flatMap(({ key, node }): readonly Fault[] => {
    const name = textOf(get(node, "user"));
    if (name === undefined || !isRoot(name)) return [];
    return [
      {
        at: keyAt(node, "user")!,
        what: key,
        found: `${key} runs a command as ${name}`,
        remedy: "Take user out: the command runs as the service's own then.",
      },
    ];
  }),
];

/** Groups that own the host's files, devices or engine, whatever the user is. */
const isPowerful = (group: string) => /^\+?0+$|^(?:root|docker|disk|shadow|sudo|wheel)$/.test(group);

function powerfulGroups(view: ServiceView): readonly Fault[] {
  const remedy = "Take it out: give what the process reads to a group of its own.";
  // Of a service with certificates it is their group's, which has a check of its own.
  const isUnclear = socketMounts(view).length > 0 && !mountsOf(view.node).some(isCertificates);
  return valuesOf(get(view.node, "group_add")).flatMap(({ at, written, value }): readonly Fault[] => {
    const fault = { at, what: `group_add ${written}`, found: `group_add has ${written}`, remedy };
    if (isPowerful(String(value))) return [fault];
    // Only the host says which number is docker's.
    if (!isUnclear || !/^\+?\d+$/.test(String(value))) return [];
    return [
      {
        ...fault,
        unknown: true,
        found: `${fault.found}, which beside the engine's socket may be the number of its group`,
      },
    ];
  });
}

function ownUser(view: ServiceView): readonly Fault[] {
  const { node, at, known, image, built } = view;
  const own = userOf(node);
  const written = writtenOf(get(node, "user"));
  const wanted = known === undefined ? "1000:1000" : userFor(known, image ?? "");
  const write = `Write user: "${wanted}"`;
  const why =
    known === undefined ? "" : ` ${known.source === undefined ? `By the profile: ${known.why}.` : known.why}`;
  const place = keyAt(node, "user") ?? at;
  if (own === undefined) {
    // A Dockerfile is judged by itself.
    if (built !== undefined || known?.ownUser) return [];
    const isUnclear = known === undefined || (known.source === undefined && known.ownUser === undefined);
    const whose = isUnclear ? "what user the image has is not known" : `${image} starts as root`;
    const told = `${write}${known === undefined ? ", or the numbers that the image was made for" : ""}.${why}`;
    return [
      {
        at,
        found: `user is missing, and ${whose}`,
        remedy: `${told} A volume that is there must be that user's.`,
      },
    ];
  }
  if (own.includes("${") || own.startsWith("$"))
    return [{ at: place, unknown: true, found: "user is a variable that is not known", remedy: `${write}.` }];
  if (isRoot(own)) return [{ at: place, found: `user is ${written}`, remedy: `${write}.${why}` }];
  if (/^\d+(:\d+)?$/.test(own)) return [];
  return [
    {
      at: place,
      found: `user is the name ${written}: which number that is only the image says`,
      remedy: `${write}, or its own numbers.`,
    },
  ];
}

const security = (view: ServiceView) => valuesOf(get(view.node, "security_opt"));

/** Of several the engine takes the last. */
function noNewPrivileges(view: ServiceView): readonly Fault[] {
  const last = security(view)
    .filter(({ value }) => /^no-new-privileges([:=]|$)/.test(String(value)))
    .at(-1);
  if (/^no-new-privileges([:=](1|t|true))?$/i.test(String(last?.value ?? ""))) return [];
  const found =
    last === undefined
      ? "security_opt has no no-new-privileges:true"
      : `security_opt ends with ${last.written}, and the engine takes the last`;
  const at = last?.at ?? keyAt(view.node, "security_opt") ?? view.at;
  const remedy = "Write security_opt: [no-new-privileges:true], once.";
  return [{ at, found, remedy }];
}

export const privilegeChecks = checksOf({
  capabilities: {
    id: "containers.capabilities",
    title: "Only the capabilities that a container needs",
    severity: "high",
    answers: ["container.capabilities", "deployed.capabilities"],
    guards: ["secret.runtime"],
    role: "audit",
    references: references({ docker: "5.4" }),
    expected: "cap_drop: [ALL], and cap_add with what the image is known to need",
    why: "The engine's own set lets a container's root change owners, forge packets and bind any port.",
    breaks:
      "An entrypoint that gives a volume to its user or steps down from root needs CHOWN, SETUID and SETGID, or user: in their place; one that binds a port below 1024 needs NET_BIND_SERVICE only where the engine doesn't allow such ports anyway (net.ipv4.ip_unprivileged_port_start is 0 in containers of newer engines).",
    leavesOpen:
      "What is added back is there for who breaks in: DAC_OVERRIDE reads every file, SETUID becomes any user.",
    stricter: "`user:` with numbers and no `cap_add:` at all: volumes must be that user's before.",
    look: inspect("{{.HostConfig.CapDrop}} {{.HostConfig.CapAdd}}"),
    test: eachService(capabilities),
    fix: wishes.capabilities,
  },
  noNewPrivileges: {
    id: "containers.no-new-privileges",
    title: "No process gains rights by what it starts",
    cause: "new privileges",
    severity: "high",
    answers: ["container.no-new-privileges", "deployed.security-options"],
    guards: ["secret.runtime"],
    role: "audit",
    references: references({ docker: "5.26" }),
    expected: "security_opt: [no-new-privileges:true]",
    why: "A setuid program in the image makes root of any user.",
    breaks: "sudo, su and ping with setuid inside the container.",
    leavesOpen: "Who is root from the start keeps all that the container may do.",
    stricter: "`user:` other than 0, and an image without setuid files: it has to be built by yourself.",
    look: inspect("{{.HostConfig.SecurityOpt}}"),
    test: eachService(noNewPrivileges),
    fix: wishes.noNewPrivileges,
  },
  user: {
    id: "containers.user",
    title: "Nobody runs as root",
    severity: "high",
    answers: ["container.user", "deployed.user"],
    guards: ["secret.runtime"],
    role: "audit",
    references: references({ docker: "4.1" }),
    expected:
      "user: with numbers other than 0, or an image whose own user is not root; no group of root or docker",
    why: "Root in a container is the host's root to the kernel: what breaks out is root.",
    breaks: "Volumes that are somebody else's: their owner must become the user, before.",
    leavesOpen:
      "All that this user owns is there for who breaks in: volumes, secrets, the memory of its processes.",
    stricter: rootless,
    look: inspect("{{.Config.User}}"),
    test: eachService(user),
    built: builtUser,
    fix: wishes.user,
    heed: "Volumes, folders and files of secrets that belong to another user: give them to the new one (chown), or the service can't read or write them. A volume that is new needs nothing.",
  },
});
