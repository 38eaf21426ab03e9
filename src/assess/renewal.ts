/** What went wrong in a renewal, by name, with what to do about it. Pure. */
import { letsencrypt } from "../facts/certificates.ts";
import { hooksAt, type RenewalFact } from "../facts/renewal.ts";
import {
  type CertificateReader,
  holderText,
  type KeyPath,
  type RenewalAfter,
} from "../facts/renewal-after.ts";
import { redactOutput } from "../secrets/index.ts";
import { oneLine } from "../text.ts";

/** The failures that have a name; `harden explain` knows each. */
export const renewalFailures = {
  "certbot.port-busy": {
    title: "Port 80 is somebody's while certbot's standalone needs it",
    why: "certbot could not listen on port 80, so no domain was proven and nothing was renewed.",
    remedy:
      "Let certificates.service name what holds port 80, so that the pre-hook stops it meanwhile; or renew by webroot, which stops nothing.",
    look: "ss -Hltnp 'sport = :80'; ls -l /etc/letsencrypt/renewal-hooks/pre",
    by: ["renewal", "service"],
  },
  "certbot.permission-denied": {
    title: "A key can't be read by who serves with it, or not be written by certbot",
    why: "A container whose groups don't have the number of the key's group can't open it, and answers without TLS or not at all.",
    remedy:
      "Give the container the number of the key's group by group_add, as a number in quotes; let certificates.gid be that number, and apply.",
    look: "getent group ssl-docker; ls -lLd /etc/letsencrypt/archive/*/privkey*.pem; docker inspect --format '{{.Config.User}} {{.HostConfig.GroupAdd}}' CONTAINER",
    by: ["group", "gid"],
  },
  "certbot.service-down": {
    title: "A service is down after a renewal",
    why: "What was stopped for the renewal, or held port 80 before it, doesn't run any more: nobody is answered.",
    remedy:
      "Start it and read why it doesn't; let certificates.service name it, so that the post-hook starts what the pre-hook has stopped.",
    look: "cat /etc/letsencrypt/harden-stopped-for-renewal; ls -l /etc/letsencrypt/renewal-hooks/post; systemctl --failed",
    by: ["renewal", "service"],
  },
} as const;

export interface RenewalFailure {
  readonly id: keyof typeof renewalFailures;
  readonly found: string;
  readonly remedy: string;
}

export interface Renewed {
  /** certbot's words. */
  readonly said: string;
  readonly before: RenewalAfter;
  readonly after: RenewalAfter;
  readonly conf: RenewalFact;
}

export const failuresOf = (renewed: Renewed): readonly RenewalFailure[] =>
  [...portBusy(renewed), ...denied(renewed), ...unreadable(renewed.after), ...serviceDown(renewed)].map(
    ([id, found]) => ({ id, found, remedy: renewalFailures[id].remedy }),
  );

type Found = readonly (readonly [RenewalFailure["id"], string])[];

const hooksText = (conf: RenewalFact, when: "pre" | "post") => {
  const all = hooksAt(conf, when).map(({ what, of }) => (of === undefined ? what : `${what} (of ${of})`));
  return all.length === 0 ? `no ${when}-hook` : `${when}-hooks ${all.join(", ")}`;
};

function portBusy({ said, before, after, conf }: Renewed): Found {
  if (!/(?:could not bind|problem binding)[^\n]*\bport 80\b(?! because you)/i.test(said)) return [];
  const { holders, published } = after.holders.length > 0 ? after : before;
  const who = [
    ...holders.map(holderText),
    ...published.map(({ name, image }) => `the container ${name} of ${image}`),
  ];
  const text = who.length === 0 ? "nobody holds it now" : `held by ${who.join(", ")}`;
  return [["certbot.port-busy", `port 80: ${text}; ${hooksText(conf, "pre")}`]];
}

function denied({ said }: Renewed): Found {
  const line = said.split("\n").find((each) => /permission denied|operation not permitted/i.test(each));
  return line === undefined
    ? []
    : [["certbot.permission-denied", `certbot says: ${oneLine(redactOutput(line))}`]];
}

const bit = { read: 4, search: 1 } as const;

/** As the kernel decides it for who isn't root's equal: the first class that fits. */
export function may(
  { uid, gids }: Pick<CertificateReader, "uid" | "gids">,
  entry: KeyPath,
  what: keyof typeof bit,
): boolean {
  const shift = entry.uid === uid ? 6 : gids.includes(entry.gid) ? 3 : 0;
  return ((entry.mode >> shift) & bit[what]) !== 0;
}

/** Containers for which a key that they mount stays shut. */
function unreadable({ paths, readers }: RenewalAfter): Found {
  const keys = paths.filter(({ path }) => path.endsWith("/privkey.pem"));
  return readers.flatMap((reader) =>
    keys.flatMap((key): Found => {
      const name = key.path.slice(`${letsencrypt}/live/`.length).replace(/\/privkey\.pem$/, "");
      if (!mountsKey(reader, name)) return [];
      const folder = paths.find(({ path }) => path === `${letsencrypt}/archive/${name}`);
      const shut = [
        ...(folder === undefined || may(reader, folder, "search") ? [] : [folder]),
        ...(may(reader, key, "read") ? [] : [key]),
      ];
      if (shut.length === 0) return [];
      const which = shut
        .map(({ path, mode, gid }) => `${path} is 0${mode.toString(8)}, group ${gid}`)
        .join("; ");
      const { uid, gids, groupAdd } = reader;
      const who = `${reader.name} runs as uid ${uid}, groups ${gids.join(", ")}, group_add ${groupAdd.join(", ") || "none"}`;
      return [["certbot.permission-denied", `${which}; ${who}`]];
    }),
  );
}

/** Through whatever part of certbot's folder it is given; live alone has links to nothing. */
const mountsKey = ({ mounts }: CertificateReader, name: string) =>
  ["", "/archive", `/archive/${name}`].some((below) => mounts.includes(`${letsencrypt}${below}`));

function serviceDown({ before, after, conf }: Renewed): Found {
  const states = [...after.units, ...after.containers].map(
    ({ name, state }) => `${name} is ${state.trim() || "not there"}`,
  );
  const told = (what: string): Found => [
    ["certbot.service-down", [what, ...new Set(states), hooksText(conf, "post")].join("; ")],
  ];
  if (conf.stopped !== undefined) {
    const name = conf.stopped.split(" ").slice(1).reverse().join(" of ");
    return told(`${name} was stopped for the renewal and not started again`);
  }
  const [gone] = before.holders;
  if (gone === undefined || after.holders.length > 0) return [];
  return told(`port 80 was held by ${holderText(gone)} before, and by nobody after it`);
}
