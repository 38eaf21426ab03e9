/** Where our lines go: a drop-in of their own where sshd reads it first, else the top of sshd_config. */
import render from "../../../templates/sshd_config.hbs";
import type { FileFact } from "../../facts/files.ts";
import { type Fact, valueOr } from "../../facts/probe.ts";
import { paths, units } from "../../platform.ts";
import { type ConfigFile, type Directive, readDirectives } from "./config.ts";
import type { SshParams } from "./params.ts";
import { type Visitor, winning } from "./simulate.ts";
import type { WantedDirectives } from "./wanted.ts";

export const mainPath = paths.sshdConfig;
export const dropinPath = "/etc/ssh/sshd_config.d/00-harden.conf";
export const socketDropinPath = `/etc/systemd/system/${units.sshSocket}.d/harden.conf`;

const ours = /^# harden: begin\r?\n[\s\S]*?^# harden: end\r?\n/m;
/** Put before a line of the host that would add to ours instead of giving way. */
const aside = "#harden# ";

export interface Layout {
  readonly kind: "dropin" | "whole";
  readonly main: Buffer;
  /** Undefined in the layout `whole`. */
  readonly dropin: Buffer | undefined;
  /** All that sshd will read. */
  readonly directives: readonly Directive[];
}

/** A connection that no Match block but `all` is about. */
export const stranger: Visitor = {
  spec: { user: "harden-probe", host: "203.0.113.1", addr: "203.0.113.1", laddr: "127.0.0.1", lport: "22" },
  groups: [],
};

/** sshd_config without anything of ours. */
function foreign(content: Buffer): Buffer {
  const text = content
    .toString("latin1")
    .replace(ours, "")
    .replaceAll(new RegExp(`^${aside}`, "gm"), "");
  return Buffer.from(text, "latin1");
}

/** sshd's files without anything of ours. */
export const foreignFiles = (files: readonly ConfigFile[]): readonly ConfigFile[] =>
  files
    .filter(({ path }) => path !== dropinPath)
    .map((each) => (each.path === mainPath ? { path: mainPath, content: foreign(each.content) } : each));

/** Our lines as they stand on the host: the drop-in's, else those at the top of sshd_config; empty where there are none. */
export function ownLines({ dropin, main }: Readonly<Record<"dropin" | "main", Fact<FileFact>>>): string {
  const own = valueOr(dropin, undefined)?.content?.toString("latin1");
  return own ?? ours.exec(valueOr(main, undefined)?.content?.toString("latin1") ?? "")?.[0] ?? "";
}

type Lines = Pick<LayoutInput, "params" | "wanted">;

export function renderLines({ params, wanted }: Lines, whole: boolean): string {
  const port = params.port === undefined ? [] : [{ name: "Port", value: String(params.port) }];
  return render({ whole, lines: [...port, ...wanted.map(({ name, value }) => ({ name, value }))] });
}

export interface LayoutInput {
  readonly params: SshParams;
  readonly files: readonly ConfigFile[];
  readonly wanted: readonly WantedDirectives[];
}

/** What the files will be. `files` are the host's, with or without ours. */
export function layoutOf(input: LayoutInput): Layout {
  const base = foreignFiles(input.files);
  const dropin = asDropin(input, base);
  if (input.params.layout === "dropin") return dropin;
  if (input.params.layout === "auto" && isRead(dropin) && !mainWins(dropin, input)) return dropin;
  return asWhole(input, base);
}

function asDropin(input: LayoutInput, base: readonly ConfigFile[]): Layout {
  const content = Buffer.from(renderLines(input, false), "latin1");
  return {
    kind: "dropin",
    main: base.find(({ path }) => path === mainPath)?.content ?? Buffer.alloc(0),
    dropin: content,
    directives: readDirectives([...base, { path: dropinPath, content }]),
  };
}

function asWhole(input: LayoutInput, base: readonly ConfigFile[]): Layout {
  const { params } = input;
  const rest = base.find(({ path }) => path === mainPath)?.content.toString("latin1") ?? "";
  const before = readDirectives(base);
  const adds = before.filter(
    ({ keyword, file, under }) =>
      keyword === "port" && params.port !== undefined && file === mainPath && under.length === 0,
  );
  const kept = rest
    .split("\n")
    .map((line, index) => (adds.some(({ line: number }) => number === index + 1) ? `${aside}${line}` : line))
    .join("\n");
  const lines = renderLines(input, true);
  const text = (rest.includes("\r\n") ? lines.replaceAll("\n", "\r\n") : lines) + kept;
  const main = Buffer.from(text, "latin1");
  const files = base.map((each) => (each.path === mainPath ? { path: mainPath, content: main } : each));
  return { kind: "whole", main, dropin: undefined, directives: readDirectives(files) };
}

/** Whether sshd reads our drop-in, for every connection. */
const isRead = ({ directives }: Layout) =>
  directives.some(({ file, under }) => file === dropinPath && under.length === 0);

/** Whether a line of sshd_config itself wins over the drop-in, or adds a port to it. */
function mainWins({ directives }: Layout, { wanted, params }: LayoutInput): boolean {
  const wins = (keyword: string) =>
    winning(directives, keyword, stranger).filter(
      ({ file, under }) => file === mainPath && under.length === 0,
    );
  const port = wins("port").some(
    ({ words }) => params.port !== undefined && words[0] !== String(params.port),
  );
  // Who may log in adds up wherever it stands.
  const single = wanted.filter(({ keyword }) => !keyword.startsWith("allow"));
  return (
    port ||
    single.some(({ keyword, accepts }) => wins(keyword).some(({ words }) => !accepts(words.join(" "))))
  );
}
