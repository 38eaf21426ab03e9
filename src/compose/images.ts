/** What is known of images: harden's own table and the rows of a profile. Of every other nothing is known, and nothing is guessed. Pure. */
import { isWithin } from "../path.ts";
import { parseImage } from "../profile/image-name.ts";
import type { ImageParams, ImageRole } from "../profile/images.ts";
import { type KnownImage, knownImages } from "./image-table.ts";

/** The rows of a profile, which come before the table's. */
export type Images = readonly KnownImage[];

/** A row for each image of a profile: what it doesn't say is harden's own row's, or the guide's of an app. */
export const imagesOf = (images: Readonly<Record<string, ImageParams>>): Images =>
  Object.entries(images).map(([key, params]) => ownRow(parseImage(key).repository, params));

function ownRow(name: string, params: ImageParams): KnownImage {
  const { role, user, ownUser, capAdd, pids, writable, data, egress, why } = params;
  const table = inTable(name);
  const lasting = data ?? table?.data ?? [];
  const scratch = writable ?? table?.scratch ?? [];
  return {
    names: [name],
    role,
    why,
    lowPorts: table?.lowPorts ?? [],
    ...(user === undefined ? { user: table?.user ?? "1000:1000", alpine: table?.alpine } : { user }),
    ownUser: ownUser ?? (table && table.ownUser === true),
    needs: capAdd ?? table?.needs ?? [],
    asRoot: table?.asRoot ?? [],
    scratch: scratch.filter((folder) => !lasting.some((other) => isWithin(folder, other))),
    data: lasting,
    pids: pids ?? table?.pids ?? usualPids(role),
    egress: egress ?? false,
  };
}

const usualPids = (role: ImageRole | undefined) =>
  role === "database" || role === "queue" ? 256 : role === "proxy" ? 128 : 64;

const inTable = (repository: string) => knownImages.find(({ names }) => names.includes(repository));

export const ownImage = (text: string, own: Images): KnownImage | undefined =>
  own.find(({ names }) => names.includes(parseImage(text).repository));

export const knownImage = (text: string, own: Images): KnownImage | undefined =>
  ownImage(text, own) ?? inTable(parseImage(text).repository);

/** The numeric user to write for an image. */
export const userFor = (image: KnownImage, text: string) =>
  image.alpine !== undefined && /alpine/.test(parseImage(text).tag ?? "") ? image.alpine : image.user;

/** Folders whose data must last: PostgreSQL has another one since 18. */
export function dataFolders({ data }: KnownImage, text: string): readonly string[] {
  const { repository, tag = "" } = parseImage(text);
  const isOlder = Number(/^\d+/.exec(tag)?.[0] ?? Number.NaN) < 18;
  if (!isOlder || !inTable(repository)?.data.includes(postgres)) return data;
  return data.map((folder) => (folder === postgres ? `${folder}/data` : folder));
}

const postgres = "/var/lib/postgresql";

export type ServiceRole = "proxy" | "data" | "other";

const roleAs = (role: ImageRole): ServiceRole =>
  role === "proxy" ? role : role === "app" || role === "monitoring" ? "other" : "data";

/** As a profile says it. */
export function saidRole(text: string, own: Images): ServiceRole | undefined {
  const role = ownImage(text, own)?.role;
  return role && roleAs(role);
}

/** What is said of it, else by the name alone, for what is reachable: also of images whose needs are not known. */
export function roleOf(text: string, own: Images): ServiceRole {
  const { repository } = parseImage(text);
  const last = repository.slice(repository.lastIndexOf("/") + 1);
  const named = proxyNames.test(last) ? "proxy" : dataNames.test(last) ? "data" : "other";
  const role = inTable(repository)?.role;
  return saidRole(text, own) ?? (role === undefined || roleAs(role) === "other" ? named : roleAs(role));
}

const proxyNames = /^(nginx|traefik|caddy|haproxy|envoy|nginx-proxy)$/;

const dataNames =
  /^(postgres(ql)?|pgvector|postgis|mysql|mariadb|percona|mongo(db)?|redis|valkey|keydb|dragonfly|memcached|rabbitmq|elasticsearch|opensearch|cassandra|clickhouse(-server)?|influxdb|couchdb|neo4j|etcd|kafka|zookeeper|mssql)$/;
