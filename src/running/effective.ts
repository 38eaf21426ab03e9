/**
 * What of a container engine and kernel say otherwise, or better, than its service says it: by check, what was found, or why
 * it isn't about that one. Undefined: the check itself judges what the container is as a service. Pure.
 */
import type { Fault } from "../checks/object.ts";
import type { ComposeCheck } from "../compose/check.ts";
import { aliveChecks } from "../compose/checks/alive.ts";
import { fileChecks } from "../compose/checks/files.ts";
import { hostChecks } from "../compose/checks/host.ts";
import { ageTold, isOwners, keptChecks, modeRemedy, modeText } from "../compose/checks/kept.ts";
import { limitChecks } from "../compose/checks/limits.ts";
import { privilegeChecks } from "../compose/checks/privileges.ts";
import { secretChecks } from "../compose/checks/secrets.ts";
import type { KnownImage } from "../compose/image-table.ts";
import { type Images, knownImage, userFor } from "../compose/images.ts";
import { type Container, type Host, isStopped } from "../facts/containers.ts";
import type { Kernel, Processes } from "../facts/containers-kernel.ts";
import type { SecretMount } from "../facts/containers-secrets.ts";
import { isSecretKey } from "../secrets/index.ts";
import { limitsOf, round, sizeText } from "./limits.ts";
import { nowhere } from "./nodes.ts";
import { type EngineTraits, hasAppArmor, isRootIn } from "./service.ts";

/** The host and its engine, what a profile says of images, and the day on which it is looked at. */
interface Where extends Host, Pick<EngineTraits, "security"> {
  readonly images: Images;
  readonly today: string;
}

type Look = (container: Container, where: Where) => readonly Fault[] | string | undefined;

const told = (found: string, remedy: string): Fault => ({ at: nowhere, found, remedy });

const isPrivileged = `it is privileged: ${hostChecks.privileged.id} is about that`;

const processText = ({ name, pid, count }: Processes) =>
  `${name} (process ${pid}${count > 1 ? ` and ${count - 1} more` : ""})`;

/** Of what only a process shows; one that is stopped is judged by what it was made with. */
const byKernel =
  (look: (kernel: Kernel, container: Container, images: Images) => ReturnType<Look>): Look =>
  (container, { images }) => {
    if (container.kernel !== undefined) return look(container.kernel, container, images);
    if (isStopped(container)) return undefined;
    return [
      {
        ...told(
          `it is ${container.state}: it has no process that could be looked at`,
          "Run this again once it runs: docker logs says what keeps it from that.",
        ),
        unknown: true,
      },
    ];
  };

const user = byKernel(({ processes }, { configuredUser, image }, images) =>
  processes
    .filter(({ uids }) => isRootIn(uids))
    .slice(0, 1)
    .map((first) =>
      told(
        `${processText(first)} runs as root${configuredUser === "" ? "; no user is set" : `, though user is ${configuredUser}`}`,
        `Write user: ${wantedUser(knownImage(image, images), image)}. A volume that is there must be that user's.`,
      ),
    ),
);

const wantedUser = (known: KnownImage | undefined, image: string) =>
  known === undefined
    ? '"1000:1000", or the numbers that the image was made for'
    : `"${userFor(known, image)}"`;

const noNewPrivileges = byKernel(({ processes }) =>
  processes
    .filter((each) => !each.noNewPrivileges)
    .slice(0, 1)
    .map((first) =>
      told(
        `${processText(first)} may gain privileges: its NoNewPrivs is 0`,
        "Write security_opt: [no-new-privileges:true].",
      ),
    ),
);

const unlessPrivileged: Look = (container, where) =>
  container.privileged ? isPrivileged : byKernel(() => undefined)(container, where);

const confinement: Look = (container, where) => {
  const found = unlessPrivileged(container, where);
  if (found !== undefined || !hasAppArmor(where) || container.kernel?.label !== "") return found;
  const { pid } = container;
  return [
    {
      ...told(
        `AppArmor's label of its first process (${pid}) could not be read`,
        `Look at it on the host: cat /proc/${pid}/attr/current.`,
      ),
      unknown: true,
    },
  ];
};

/** Where one core is all that there is, a limit of it is no share. */
const cpu: Look = (container, { cores }) => {
  const { cpus } = limitsOf(container);
  const remedy = "Write deploy: {resources: {limits: {cpus: '1.0'}}}, or less than the host has.";
  if (!Number.isFinite(cpus)) return [told(`no limit of CPU: it may take all ${cores} cores`, remedy)];
  return cores > 1 && cpus >= cores
    ? [told(`a limit of ${round(cpus)} cores: it may take all ${cores}`, remedy)]
    : [];
};

/** As much as the host has is no share; what has no limit at all the check itself tells. */
const memory: Look = (container, { memory: all }) => {
  const { memory: limit } = limitsOf(container);
  if (!Number.isFinite(limit) || limit < all) return undefined;
  return [
    told(
      `a limit of ${sizeText(limit)}: it may take all ${sizeText(all)} of the host`,
      "Write deploy: {resources: {limits: {memory: 512M}}}, or less than the host has.",
    ),
  ];
};

/** What compose builds has its service's name and no tag. */
const imageTag: Look = ({ image, project, service }) =>
  project !== "" && [`${project}-${service}`, `${project}_${service}`].includes(image)
    ? "compose has built it"
    : undefined;

/** By docker compose run. */
export const isOnce = ({ oneoff }: Container) => oneoff.toLowerCase() === "true";
const once = "it runs once: docker compose run";
/** One that is starting has said nothing yet: that is no fault, and no word that it works either. */
const health: Look = (container) => {
  if (isOnce(container)) return once;
  if (container.healthState !== "unhealthy" || isStopped(container)) return undefined;
  const remedy = `docker inspect -f '{{json .State.Health.Log}}' ${container.name} has what it says, docker logs why.`;
  return [told("its health check fails: it is unhealthy", remedy)];
};
const restart: Look = (container) =>
  container.autoRemove ? "it is removed when it ends" : isOnce(container) ? once : undefined;

const visible: Look = ({ environment, values }) => [
  ...environment
    .filter((key) => isSecretKey(key) || values?.has(key))
    .map((key) => {
      const form = values?.get(key);
      const by = form === undefined ? "" : `, ${form} by its form`;
      return {
        ...told(`its environment has ${key}${by}, whose value docker inspect shows`, asFile),
        what: key,
      };
    }),
  ...(values === undefined
    ? [
        {
          ...told(
            "what values of its environment are was not looked at: there is no perl",
            "Install perl-base.",
          ),
          unknown: true as const,
        },
      ]
    : []),
];

const asFile =
  "Give it as a file: secrets: of the service, and the variable with _FILE where the image knows one.";

/** Of each file that is mounted as a secret. */
const mounted =
  (look: (file: SecretMount & { state: "seen" }, where: Where) => Omit<Fault, "at"> | undefined): Look =>
  ({ secrets }, where) =>
    secrets.length === 0
      ? "no file of the host is mounted below /run/secrets"
      : secrets.flatMap((file): readonly Fault[] => {
          const { target: what } = file;
          if (file.state === "unknown")
            return [{ ...told(file.why, "Look at it on the host."), what, unknown: true }];
          const found = look(file, where);
          return found === undefined ? [] : [{ ...found, what, at: nowhere }];
        });

const kept = mounted(({ mode, source }) =>
  isOwners(mode)
    ? undefined
    : {
        found: `the mode of ${source} is ${modeText(mode)}: others than its owner may read it`,
        remedy: modeRemedy,
      },
);

const age = mounted(({ source, changed }, { today }) => {
  const { verdict, found, remedy = "" } = ageTold(changed * 1000, `by the time of ${source}`, today);
  if (verdict === "pass") return undefined;
  return { found, remedy, ...(verdict === "error" ? { unknown: true } : {}) };
});

const history: Look = () => "a file has a history, and no container";

/** Its command stays on the host; of its environment `secrets.visible` tells. */
const found: Look = ({ made, image }) => {
  if (made === undefined)
    return [
      {
        ...told(`the history of ${image} was not read`, `Look at it on the host: docker history ${image}.`),
        unknown: true,
      },
    ];
  return [...made.keys.filter(isSecretKey), ...made.forms].map((what) => ({
    ...told(`the history of its image has ${what}`, byMount),
    what,
  }));
};

const byMount =
  "Give it to the build by RUN --mount=type=secret,id=NAME, and change it: whoever has the image has it.";

export const effective: ReadonlyMap<ComposeCheck, Look> = new Map([
  [privilegeChecks.user, user],
  [privilegeChecks.noNewPrivileges, noNewPrivileges],
  [privilegeChecks.capabilities, unlessPrivileged],
  [hostChecks.confinement, confinement],
  [limitChecks.memory, memory],
  [limitChecks.cpu, cpu],
  [fileChecks.imageTag, imageTag],
  [aliveChecks.health, health],
  [aliveChecks.restart, restart],
  [secretChecks.found, found],
  [secretChecks.visible, visible],
  [keptChecks.git, history],
  [keptChecks.encrypted, kept],
  [keptChecks.age, age],
]);
