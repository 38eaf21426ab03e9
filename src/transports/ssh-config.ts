/** What OpenSSH's own configuration says about one destination. Paths are absolute. */
import { hostname } from "node:os";
import { HardenError } from "../errors.ts";
import { askMany, askOne, type Destination } from "./ssh-g.ts";
import { currentUser, homeOf } from "./user.ts";
export interface SshHost {
  /** As it was typed: the alias. */
  readonly alias: string;
  readonly hostname: string;
  readonly port: number;
  readonly user: string;
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** Socket path of the agent; absent when there is none. */
  readonly agent?: string;
  readonly userKnownHosts: readonly string[];
  readonly globalKnownHosts: readonly string[];
  readonly hashKnownHosts: boolean;
  /** The name that known_hosts is searched for instead of the host's own. */
  readonly hostKeyAlias?: string;
  /** Jump hosts in the order in which they are passed, each as the configuration spells it. */
  readonly jumps: readonly string[];
  readonly family: 0 | 4 | 6;
  readonly connectTimeoutMs: number;
}

/** Where the configuration comes from: `file` replaces ~/.ssh/config and the system's, like `ssh -F`. */
export interface SshConfigSource {
  readonly file?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Answers that were had before, by destination. */
  readonly remembered?: Map<string, Promise<SshHost>>;
}

const defaultTimeoutMs = 10_000;

const keyOf = (to: Destination) => JSON.stringify([to.host, to.user, to.port]);

/**
 * Resolves a destination by `ssh -G`, which is exact where a parser of our own would not be.
 * @throws HardenError `usage` for a bad name or configuration, `connect` for a ProxyCommand.
 */
export function resolveHost(to: Destination, source: SshConfigSource): Promise<SshHost> {
  const found = source.remembered?.get(keyOf(to)) ?? resolve(to, source);
  source.remembered?.set(keyOf(to), found);
  return found;
}

/** Begins to resolve all of them for whoever asks `resolveHost` later. */
export function prepareHosts(all: readonly Destination[], source: SshConfigSource): void {
  const open = all.filter((to) => isName(to) && !source.remembered?.has(keyOf(to)));
  if (open.length === 0) return;
  const answers = open.length === 1 ? [resolve(open[0]!, source)] : resolveMany(open, source);
  for (const [index, answer] of answers.entries()) {
    // What goes wrong here goes wrong again for whoever asks.
    answer.catch(() => {});
    source.remembered?.set(keyOf(open[index]!), answer);
  }
}

const isName = ({ host }: Destination) => host !== "" && !/^-|[\s\0]/.test(host);

async function resolve(to: Destination, source: SshConfigSource): Promise<SshHost> {
  if (!isName(to))
    throw new HardenError("usage", `${JSON.stringify(to.host)} is not a host name.`, {
      hint: "Name a host as ssh knows it: an alias of ~/.ssh/config, or user@host:port.",
    });
  return parse(to, await askOne(to, source.file), source.env);
}

function resolveMany(all: readonly Destination[], source: SshConfigSource): readonly Promise<SshHost>[] {
  const answers = askMany(all, source.file);
  return all.map(async (to, index) => {
    const text = await answers[index];
    return text === undefined ? resolve(to, source) : parse(to, text, source.env);
  });
}

function parse(to: Destination, text: string, env: SshConfigSource["env"]): SshHost {
  const values = new Map<string, string[]>();
  for (const line of text.split("\n")) {
    const space = line.indexOf(" ");
    if (space < 0) continue;
    const key = line.slice(0, space).toLowerCase();
    values.set(key, [...(values.get(key) ?? []), line.slice(space + 1)]);
  }
  const one = (key: string) => {
    const value = values.get(key)?.[0];
    return value === undefined || value === "none" ? undefined : value;
  };
  const proxy = one("proxycommand");
  if (proxy !== undefined) {
    throw new HardenError(
      "connect",
      `${to.host} is configured with a ProxyCommand, which is not supported.`,
      {
        hint: "ProxyJump is.",
      },
    );
  }
  const base = {
    alias: to.host,
    hostname: one("hostname") ?? to.host,
    port: Number(one("port") ?? 22),
    user: one("user") ?? here().user.username,
  };
  const path = (text: string) => expandPath(text, base, env);
  // ssh prints the list without quotes: a space within a path is told by what comes after it.
  const paths = (key: string) =>
    (one(key) ?? "")
      .split(/ (?=[/~%$])/)
      .filter((p) => p !== "")
      .map(path);
  const agent = agentPath(one("identityagent"), values.has("identityagent"), env);
  const family = one("addressfamily");
  const timeout = Number(one("connecttimeout") ?? 0);
  const hostKeyAlias = one("hostkeyalias");
  return {
    ...base,
    identityFiles: (values.get("identityfile") ?? []).filter((p) => p !== "none").map(path),
    identitiesOnly: one("identitiesonly") === "yes",
    ...(agent === undefined ? {} : { agent: path(agent) }),
    userKnownHosts: paths("userknownhostsfile"),
    globalKnownHosts: paths("globalknownhostsfile"),
    hashKnownHosts: one("hashknownhosts") === "yes",
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    jumps: (one("proxyjump") ?? "").split(",").filter((hop) => hop !== ""),
    family: family === "inet" ? 4 : family === "inet6" ? 6 : 0,
    connectTimeoutMs: timeout > 0 ? timeout * 1000 : defaultTimeoutMs,
  };
}

/** IdentityAgent: a path, `SSH_AUTH_SOCK`, `$VARIABLE`, `none`, or not set. */
function agentPath(
  value: string | undefined,
  isSet: boolean,
  env: SshConfigSource["env"],
): string | undefined {
  if (value === undefined) return isSet ? undefined : env.SSH_AUTH_SOCK || undefined;
  if (value === "SSH_AUTH_SOCK") return env.SSH_AUTH_SOCK || undefined;
  if (value.startsWith("$")) return env[value.replace(/^\$\{?|\}$/g, "")] || undefined;
  return value;
}

let known: ReturnType<typeof ask> | undefined;

/** This machine and its user, which the system is asked for once: it reads files for it. */
const here = () => {
  known ??= ask();
  return known;
};

function ask() {
  const user = currentUser();
  return { user, home: homeOf(user), name: hostname() };
}

/** ~, and the percent tokens that ssh_config(5) lists for files, which `ssh -G` leaves as they are. */
function expandPath(
  text: string,
  host: { readonly alias: string; readonly hostname: string; readonly port: number; readonly user: string },
  env: SshConfigSource["env"],
): string {
  if (!/[~$%]/.test(text)) return text;
  const { user, home, name } = here();
  const tokens: Readonly<Record<string, string>> = {
    "%": "%",
    d: home,
    h: host.hostname,
    i: String(user.uid),
    l: name,
    L: name.split(".")[0] ?? "",
    n: host.alias,
    p: String(host.port),
    r: host.user,
    u: user.username,
  };
  return text
    .replace(/^~(?=\/|$)/, home)
    .replace(/\$\{(\w+)\}/g, (whole, name: string) => env[name] ?? whole)
    .replace(/%(.)/g, (whole, token: string) => tokens[token] ?? whole);
}
