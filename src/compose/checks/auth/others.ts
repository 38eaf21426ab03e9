/** Queues, search, dashboards, and what asks nobody who they are. Pure. */
import type { Fault } from "../../../checks/object.ts";
import { parseImage } from "../../../profile/image-name.ts";
import { portsOf } from "../../service.ts";
import { type Asked, isOn, isUsual, type Look, setAnew, usualPassword } from "./asked.ts";

const [rabbitFolder, rabbitOwn] = ["/etc/rabbitmq/conf.d/", "/etc/rabbitmq/conf.d/10-defaults.conf"];

/** In the order in which the server reads them, with what its image has of its own. https://github.com/docker-library/rabbitmq/tree/master/conf.d */
const rabbitLines = (files: Asked["files"]): readonly (readonly string[])[] =>
  [...new Map([[rabbitOwn, "loopback_users.guest = false"], ...files])]
    .sort(([one], [other]) => {
      const [first, second] = [one, other].map((path) => (path.startsWith(rabbitFolder) ? path : ""));
      return first! < second! ? -1 : 1;
    })
    .flatMap(([, text]) => text.split(/\r?\n/))
    .flatMap((line) => {
      const found = /^\s*([\w.]+)\s*=\s*(.*?)\s*$/.exec(line);
      return found === null ? [] : [found.slice(1)];
    });

export function rabbitmq(asked: Asked): readonly Fault[] {
  const { value, at, files } = asked;
  const [user, password] = ["RABBITMQ_DEFAULT_USER", "RABBITMQ_DEFAULT_PASS"];
  const lines = rabbitLines(files);
  if (lines.some(([key = ""]) => /^(?:load_definitions$|definitions\.)/.test(key))) return [];
  const last = (...keys: readonly string[]) => lines.findLast(([key = ""]) => keys.includes(key));
  const [key, guest] = last("loopback_users", "loopback_users.guest") ?? [];
  const isLocal = guest !== (key === "loopback_users" ? "none" : "false");
  if (isLocal && (value(user) ?? last("default_user")?.[1] ?? "guest") === "guest") return [];
  if (value(password) !== undefined || value(`${password}_FILE`))
    return usualPassword([password], setAnew)(asked);
  const own = last("default_pass")?.[1];
  if (own !== undefined && !isUsual(own)) return [];
  return [
    {
      at: at(user),
      found:
        own === undefined
          ? "it lets in guest with the password guest, whom its image admits over the network"
          : "default_pass of its configuration is a password that anybody tries first",
      remedy:
        "Set RABBITMQ_DEFAULT_USER and RABBITMQ_DEFAULT_PASS before its first start; else change guest by rabbitmqctl.",
    },
  ];
}

export function search(asked: Asked): readonly Fault[] {
  const { value, at, major, files, view } = asked;
  const remedy = "Leave its security on, and give it a password as a file.";
  const off = "its security is off: whoever reaches it has all of its data";
  const isOpen = /opensearch/.test(view.image ?? "");
  const names = isOpen
    ? ["plugins.security.disabled", "DISABLE_SECURITY_PLUGIN"]
    : ["xpack.security.enabled"];
  const own = value(...names);
  const texts = [...files.values()].join("\n");
  const isOff = isOpen
    ? isOn(own) || /^\s*plugins\.security\.disabled:\s*["']?true/m.test(texts)
    : /^(?:false|no)$/i.test(own ?? "") || /^\s*xpack\.security\.enabled:\s*["']?false/m.test(texts);
  if (isOff) return [{ at: at(...names), found: off, remedy }];
  const isOld =
    !isOpen && major < 8 && !isOn(own) && !/^\s*xpack\.security\.enabled:\s*["']?true/m.test(texts);
  if (isOld)
    return [{ at: at(), found: `${off}; before 8 it is so unless xpack.security.enabled is true`, remedy }];
  return usualPassword(["ELASTIC_PASSWORD", "OPENSEARCH_INITIAL_ADMIN_PASSWORD"], setAnew)(asked);
}

export function grafana(asked: Asked): readonly Fault[] {
  const { value, at, files } = asked;
  const [password, anonymous, role] = [
    "GF_SECURITY_ADMIN_PASSWORD",
    "GF_AUTH_ANONYMOUS_ENABLED",
    "GF_AUTH_ANONYMOUS_ORG_ROLE",
  ];
  const anybody =
    isOn(value(anonymous)) && /^(?:admin|editor)$/i.test(value(role) ?? "")
      ? [
          {
            at: at(role),
            what: role,
            found: "whoever reaches it may change it without a login",
            remedy: "Leave the role at Viewer, or take the anonymous access out.",
          },
        ]
      : [];
  if (
    value(`${password}__FILE`) ||
    [...files.values()].some((text) => /^\s*admin_password\s*=\s*\S/m.test(text))
  )
    return anybody;
  const own = value(password);
  return [
    ...anybody,
    ...(own === undefined || isUsual(own)
      ? [
          {
            at: at(password),
            found: "it lets in admin with a password that anybody tries first",
            remedy:
              "Set GF_SECURITY_ADMIN_PASSWORD__FILE before its first start; else grafana cli admin reset-admin-password.",
          },
        ]
      : []),
  ];
}

/** What has no login at all, or one that is not made for strangers. */
export const unguarded: Readonly<Record<string, string>> = {
  memcached: "it has no password",
  "bitnami/memcached": "it has no password",
  "coreos/etcd": "it asks nobody who they are",
  "bitnami/etcd": "it asks nobody who they are",
  adminer: "its login page leads to every database that it reaches",
  phpmyadmin: "its login page leads to the database",
  "phpmyadmin/phpmyadmin": "its login page leads to the database",
  "dpage/pgadmin4": "its login page leads to the database",
  "mongo-express": "its login page leads to the database",
  "rediscommander/redis-commander": "it leads to the database",
  "portainer/portainer": "who gets in is root of the host",
  "portainer/portainer-ce": "who gets in is root of the host",
  "amir20/dozzle": "it shows the logs of all containers",
};

export const published: Look = ({ view, command, value }) => {
  const why = unguarded[parseImage(view.image ?? "").repository]!;
  if (
    /etcd/.test(view.image ?? "") &&
    (/--client-cert-auth\b/.test(command) || isOn(value("ETCD_CLIENT_CERT_AUTH")))
  )
    return [];
  return portsOf(view.node)
    .filter((port) => view.seen.reach(port) !== "this host")
    .map((port) => ({
      ...{ at: port.at, what: port.written, found: `it is published, and ${why}` },
      remedy: "Publish it on 127.0.0.1 alone and reach it by ssh -L, or on no port.",
    }));
};
