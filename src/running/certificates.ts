/** The number of the host's group for certificates, in the file, in the container, and in its processes. Pure. */
import { type ObjectResult, resultOf } from "../checks/object.ts";
import { ownMounts } from "../checks/texts.ts";
import { isCertificates } from "../compose/checks/host.ts";
import { mountsOf } from "../compose/service.ts";
import { get, type MapNode, valuesOf } from "../compose/tree.ts";
import type { Container } from "../facts/containers.ts";
import type { RunningRow } from "./check.ts";
import { nowhere } from "./nodes.ts";
import { fileOf, type MatchedFile, type Running } from "./running.ts";

const group = "ssl-docker";

interface Place {
  readonly where: string;
  readonly groups: readonly string[];
}

const inFile = (node: MapNode, { file }: Pick<MatchedFile, "file">): Place => ({
  where: file,
  groups: valuesOf(get(node, "group_add")).map(({ value }) => String(value)),
});

const inContainer = ({ groups }: Container): Place => ({ where: "the container", groups });

const mountsOfFile = (node: MapNode) => mountsOf(node).some(isCertificates);

function compared(
  object: string,
  places: readonly Place[],
  running: Running,
  kernel: Container["kernel"],
): ObjectResult {
  const at = nowhere;
  if (places.every(({ groups }) => groups.length === 0))
    return {
      object,
      at,
      verdict: "not applicable",
      found: "no group_add: containers.certificates is about that",
    };
  const wanted = running.host.certificateGroup;
  const said = places
    .map(({ where, groups }) => `${groups.join(", ") || "nothing"} in ${where}`)
    .join(" and ");
  if (wanted === undefined)
    return resultOf(object, {
      at,
      found: `group_add is ${said}, and the host has no group ${group}`,
      remedy: "Let harden's control certificates make it, or waive this with the reason.",
    });
  const text = String(wanted);
  const have = kernel?.processes[0];
  const lacks = have !== undefined && have.gid !== wanted && !have.groups.includes(wanted);
  if (places.every(({ groups }) => groups.includes(text)) && !lacks)
    return { object, at, verdict: "pass", found: `${group} is ${text} on the host; group_add is ${said}` };
  const process = lacks ? `; ${have.name} is in ${have.groups.join(", ") || "none"}` : "";
  return resultOf(object, {
    at,
    found: `${group} is ${text} on the host; group_add is ${said}${process}`,
    remedy: `Write group_add: ["${text}"], and make the container anew.`,
  });
}

function test(running: Running): readonly ObjectResult[] {
  const { containers, files } = running;
  const ofContainers = containers.map((container): ObjectResult => {
    const own = fileOf(container, files);
    const mounts =
      container.mounts.some(({ source }) => isCertificates({ source })) ||
      (own !== undefined && mountsOfFile(own.service.node));
    if (!mounts)
      return {
        object: container.name,
        at: nowhere,
        verdict: "not applicable",
        found: "no certificate of certbot's is mounted",
      };
    const places = [...(own === undefined ? [] : [inFile(own.service.node, own)]), inContainer(container)];
    return compared(container.name, places, running, container.kernel);
  });
  const unmatched = files.flatMap((file) =>
    file.project.services
      .filter(({ name, node }) => mountsOfFile(node) && !runs(file, name, containers))
      .map(({ name, node }) => compared(`${file.file} ${name}`, [inFile(node, file)], running, undefined)),
  );
  return [...ofContainers, ...unmatched];
}

const runs = ({ runsAs }: MatchedFile, service: string, containers: readonly Container[]) =>
  containers.some((each) => each.project !== "" && each.project === runsAs && each.service === service);

export const certificatesGroup: RunningRow = {
  id: "containers.certificates-group",
  title: "group_add is the number of the host's group for certificates",
  severity: "medium",
  role: "audit",
  expected: `the number of ${group} on the host, in the file and in the container`,
  why: "With another number the container can't read the key, and answers without TLS or not at all; or it reads what is another group's.",
  leavesOpen: "It reads every key of the group, those of other names too.",
  stricter: ownMounts,
  look: `getent group ${group}; docker inspect -f '{{.HostConfig.GroupAdd}}' CONTAINER`,
  test,
};
