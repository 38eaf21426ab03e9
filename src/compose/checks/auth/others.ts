/** Queues, search, and what asks nobody who they are. Pure. */
import type { Fault } from "../../../checks/object.ts";
import type { EngineName } from "../../engine-table.ts";
import { portsOf } from "../../service.ts";
import { get, textOf } from "../../tree.ts";
import { inUnknownNetwork, networkOwner } from "../joined.ts";
import { type AuthSubject, isBitnami, isOn, isUsual, type Look, setAnew, usualPassword } from "./asked.ts";
import { byDefinitions } from "./first-start.ts";

const toDatabase = "its login page leads to the database";

const [rabbitFolder, rabbitOwn] = ["/etc/rabbitmq/conf.d/", "/etc/rabbitmq/conf.d/10-defaults.conf"];

/** In the order in which the server reads them, with what its image has of its own. https://github.com/docker-library/rabbitmq/tree/master/conf.d */
const rabbitLines = (files: AuthSubject["files"]): readonly (readonly string[])[] =>
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

/** By which settings each protocol logs in who gives no login: as whom, with which password, and what turns it off. */
const withoutLogin: readonly { readonly as: string; readonly by?: string; readonly off?: string }[] = [
  { as: "anonymous_login_user", by: "anonymous_login_pass" },
  { as: "mqtt.default_user", by: "mqtt.default_pass", off: "mqtt.allow_anonymous" },
  { as: "stomp.default_user", by: "stomp.default_pass" },
  { as: "amqp1_0.default_user" },
];

/** In Erlang's terms, in a file or in its arguments: what of them decides who gets in. */
const inErlang =
  /\b(?:default_(?:user|pass)|loopback_users|anonymous_login_(?:user|pass)|allow_anonymous|auth_(?:mechanisms|backends)|load_definitions)\b/;

export function rabbitmq(asked: AuthSubject): readonly Fault[] {
  const { value, named, at, files } = asked;
  const [user, password] = ["RABBITMQ_DEFAULT_USER", "RABBITMQ_DEFAULT_PASS"];
  const lines = rabbitLines(files);
  const setTo = (name: string | undefined) => lines.findLast(([key]) => key === name)?.[1];
  const open = withoutLogin.filter(
    ({ as, by, off }) =>
      setTo(as) && setTo(as) !== "none" && (by === undefined || setTo(by)) && setTo(off) !== "false",
  );
  if (open.length > 0)
    return open.map(({ as }) => ({
      at: at(),
      what: as,
      found: `${as} logs in whoever comes without a login`,
      remedy: as === "anonymous_login_user" ? `Write ${as} = none.` : `Take ${as} out.`,
    }));
  const [erlang] = [...files].find(([path, text]) => path.endsWith(".config") && inErlang.test(text)) ?? [];
  const args = ["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", "RABBITMQ_SERVER_ERL_ARGS"];
  const unread = erlang ?? args.find((each) => inErlang.test(value(each) ?? ""));
  if (unread !== undefined)
    return [
      {
        at: at(unread),
        what: unread,
        unknown: true,
        found: `who gets in is in ${unread}, in Erlang's terms, which are not judged`,
        remedy: "Write it into rabbitmq.conf, or try to log in from a neighbour.",
      },
    ];
  const list = lines.findLast(([key = ""]) =>
    /^(?:load_definitions|definitions\.local\.path)$/.test(key),
  )?.[1];
  if (list !== undefined) return byDefinitions(asked, list);
  const elsewhere = lines.find(([key = ""]) => key.startsWith("definitions."))?.[0];
  if (elsewhere !== undefined)
    return [
      {
        at: at(),
        what: elsewhere,
        unknown: true,
        found: `who gets in is where ${elsewhere} has it from, which is not read`,
        remedy: "Try to log in from a neighbour, as guest too.",
      },
    ];
  const last = (...keys: readonly string[]) => lines.findLast(([key = ""]) => keys.includes(key));
  const [key, guest] = last("loopback_users", "loopback_users.guest") ?? [];
  const isLocal = guest !== (key === "loopback_users" ? "none" : "false");
  if (isLocal && (named(user) ?? last("default_user")?.[1] ?? "guest") === "guest") return [];
  if (value(password) !== undefined || value(`${password}_FILE`))
    return usualPassword([password], setAnew, [user])(asked);
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

export function search(asked: AuthSubject): readonly Fault[] {
  const { value, at, major, files, engine, repository, command } = asked;
  const remedy = "Leave its security on, and give it a password as a file.";
  const off = "its security is off: whoever reaches it has all of its data";
  const isOpen = engine === "opensearch";
  const names = isOpen
    ? ["plugins.security.disabled", "DISABLE_SECURITY_PLUGIN"]
    : ["xpack.security.enabled", "ES_SETTING_XPACK_SECURITY_ENABLED"];
  const own = value(...names);
  // Both forms of a setting on a command line, and of a variable that says it.
  const said = command.replace(/(?:^|\s)-E\s*/g, "\n").replace(/=/g, ": ");
  const texts = [...files.values(), said].join("\n");
  const isOff = isOpen
    ? isOn(own) || /^\s*plugins\.security\.disabled:\s*["']?true/m.test(texts)
    : /^(?:false|no)$/i.test(own ?? "") || /^\s*xpack\.security\.enabled:\s*["']?false/m.test(texts);
  if (isOff) return [{ at: at(...names), found: off, remedy }];
  const roles = ["xpack.security.authc.anonymous.roles", "ES_SETTING_XPACK_SECURITY_AUTHC_ANONYMOUS_ROLES"];
  if (!isOpen && (value(...roles) || /^\s*xpack\.security\.authc\.anonymous\.roles:\s*\S/m.test(texts)))
    return [
      {
        at: at(...roles),
        found: "whoever reaches it has roles without a login",
        remedy: "Take xpack.security.authc.anonymous out.",
      },
    ];
  const byYes = ["ELASTICSEARCH_ENABLE_SECURITY", "OPENSEARCH_ENABLE_SECURITY"];
  if (isBitnami(repository) && !isOn(value(...byYes)))
    return [{ at: at(...byYes), found: `${off}, as of its image by itself`, remedy }];
  const isOld =
    !isOpen && major < 8 && !isOn(own) && !/^\s*xpack\.security\.enabled:\s*["']?true/m.test(texts);
  if (isOld)
    return [{ at: at(), found: `${off}; before 8 it is so unless xpack.security.enabled is true`, remedy }];
  return usualPassword(["ELASTIC_PASSWORD", "OPENSEARCH_INITIAL_ADMIN_PASSWORD"], setAnew)(asked);
}

/** What has no login at all, or one that is not made for strangers. */
export const unguarded: Partial<Readonly<Record<EngineName, string>>> = {
  memcached: "it has no password",
  etcd: "it asks nobody who they are",
  zookeeper: "it asks nobody who they are",
  ...Object.fromEntries(
    ["adminer", "phpmyadmin", "pgadmin", "mongoExpress", "pgweb"].map((each) => [each, toDatabase]),
  ),
  redisCommander: "it leads to the database",
  redisInsight: "it leads to the database",
  phpRedisAdmin: "it leads to the database",
  mailhog: "it shows all mails, such as those with new passwords",
  cadvisor: "it shows all containers of the host",
  portainer: "who gets in is root of the host",
  socketProxy: "it leads to the engine: who may start a container is root of the host",
  dozzle: "it shows the logs of all containers",
};

export const published: Look = ({ view, engine, command, value }) => {
  if (engine === "etcd" && (/--client-cert-auth\b/.test(command) || isOn(value("ETCD_CLIENT_CERT_AUTH"))))
    return [];
  const owner = networkOwner(view);
  if (owner === undefined)
    return [
      inUnknownNetwork(view, {
        found: `it is in the network of a container that is not known here, and ${unguarded[engine]}`,
        remedy: "Give it a network of its own, or name a service of the file.",
      }),
    ];
  const mode = get(owner.node, "network_mode");
  if (mode !== undefined && textOf(mode) === "host" && !/\b(?:127\.\d|localhost)/.test(command))
    return [
      {
        at: mode.at,
        what: "network_mode",
        found: `it listens on the host itself, and ${unguarded[engine]}`,
        remedy: "Give it a network of its own, or have it listen on 127.0.0.1.",
      },
    ];
  return portsOf(owner.node)
    .filter((port) => view.seen.reach(port) !== "this host")
    .map((port) => ({
      at: port.at,
      what: port.written,
      found: `it is published, and ${unguarded[engine]}`,
      remedy: "Publish it on 127.0.0.1 alone and reach it by ssh -L, or on no port.",
    }));
};
