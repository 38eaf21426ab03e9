/** Whether nginx would answer certbot's questions for a domain from the folder that it is told. Pure. */
import type { Directive } from "../../facts/nginx.ts";
import { covers } from "./names.ts";

const question = "/.well-known/acme-challenge/";

type Block = readonly Directive[];

const named = (block: Block, name: string) => block.filter(({ words }) => words[0] === name);
const servers = (config: Block) =>
  named(
    named(config, "http").flatMap(({ block = [] }) => block),
    "server",
  );

interface Listening {
  readonly block: Block;
  readonly isDefault: boolean;
}

/** Those that listen on a port, of whichever address. */
function listening(config: Block, port: number): readonly Listening[] {
  return servers(config).flatMap(({ block = [] }) => {
    const listens = named(block, "listen");
    // Without a word on it a server listens on 80.
    if (listens.length === 0) return port === 80 ? [{ block, isDefault: false }] : [];
    const fitting = listens.filter(({ words: [, where = ""] }) => portOf(where) === port);
    const isDefault = fitting.some(({ words }) => words.includes("default_server"));
    return fitting.length === 0 ? [] : [{ block, isDefault }];
  });
}

/** `80`, `[::]:80`, `192.0.2.1:8080`, `192.0.2.1`. */
function portOf(where: string): number {
  const port = /^(?:.*:)?(\d+)$/.exec(where)?.[1];
  return port === undefined ? 80 : Number(port);
}

/** By name, then by a star, then the default, then the first. */
function serverFor(all: readonly Listening[], domain: string): Block | undefined {
  const has = (fits: (name: string) => boolean) => (each: Listening) =>
    named(each.block, "server_name").some(({ words }) =>
      words.slice(1).some((name) => fits(name.toLowerCase())),
    );
  const found =
    all.find(has((name) => name === domain)) ??
    all.find(has((name) => covers(name, domain) || name === `.${domain}`)) ??
    all.find(({ isDefault }) => isDefault) ??
    all[0];
  return found?.block;
}

/** Undefined where it does, else why not. */
export function notServed(config: Block, domain: string, webroot: string): string | undefined {
  const server = serverFor(listening(config, 80), domain);
  if (server === undefined) return "no server block listens on port 80";
  const [redirect] = named(server, "return");
  if (redirect === undefined) return locationIn(server, webroot);
  const target = redirect.words.join(" ");
  const secure = /https:\/\//.test(target) ? serverFor(listening(config, 443), domain) : undefined;
  return secure !== undefined && locationIn(secure, webroot) === undefined
    ? undefined
    : `its server block says \`${target}\` before any location counts: put it into \`location / { … }\``;
}

/** The longest prefix, unless an expression wins: one does where the prefix has no `^~`. */
function locationIn(server: Block, webroot: string): string | undefined {
  const locations = named(server, "location").map(({ words: [, ...words], block = [] }) => {
    const [modifier, path] = words.length > 1 ? words : ["", ...words];
    return { modifier: modifier ?? "", path: path ?? "", block };
  });
  const prefixes = locations
    .filter(({ modifier, path }) => (modifier === "" || modifier === "^~") && `${question}x`.startsWith(path))
    .sort((a, b) => b.path.length - a.path.length);
  const [best] = prefixes;
  if (best === undefined || !best.path.startsWith("/.well-known"))
    return `no location for ${question} in its server block`;
  const rival = locations.find(({ modifier, path }) => /^~\*?$/.test(modifier) && matches(path, modifier));
  if (best.modifier !== "^~" && rival !== undefined)
    return `\`location ${rival.modifier} ${rival.path}\` wins over \`location ${best.path}\`: write \`location ^~ ${best.path}\``;
  return folderOf(best, server) === webroot
    ? undefined
    : `its location is served from ${folderOf(best, server) || "nowhere"}`;
}

function matches(expression: string, modifier: string): boolean {
  try {
    return new RegExp(expression, modifier === "~*" ? "i" : "").test(`${question}x`);
  } catch {
    // One that only PCRE reads: nobody can say that it doesn't.
    return true;
  }
}

function folderOf({ path, block }: { readonly path: string; readonly block: Block }, server: Block): string {
  const value = (of: Block, name: string) => named(of, name)[0]?.words[1];
  const alias = value(block, "alias");
  const folder =
    alias === undefined ? (value(block, "root") ?? value(server, "root") ?? "") : alias.replace(path, "");
  return folder.replace(/\/$/, "");
}
