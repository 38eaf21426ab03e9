/** Passwords of redis and valkey: from the command, or generated, into the file that the server reads first. Pure. */
import { parseImage } from "../../profile/image-name.ts";
import { get, type Node, textOf, valuesOf, writtenOf } from "../tree.ts";
import type { ServiceView } from "../view.ts";
import { isShared, type Move, type Moving, noReader } from "./moving.ts";
import { type Content, mountEdits, mounted, readerOf, type SecretFiles } from "./secret-file.ts";
import type { ComposeEdit } from "./wish.ts";

const programs: Readonly<Record<string, string>> = { redis: "redis", "valkey/valkey": "valkey" };

/** `redis` or `valkey`; undefined where it is something else. */
export const programOf = ({ image, isBuilt }: Pick<ServiceView, "image" | "isBuilt">): string | undefined =>
  image === undefined || isBuilt ? undefined : programs[parseImage(image).repository];

/** How a server is started: as the file has its words, the program first; undefined where a shell has a part in it. */
export function startOf(program: string, command: Node | undefined): readonly string[] | undefined {
  if (command === undefined) return [`${program}-server`];
  const text = writtenOf(command);
  if (text !== undefined && /["'\\`;&|<>()]|\$\$/.test(text)) return undefined;
  const words =
    text === undefined
      ? valuesOf(command).map(({ written }) => written)
      : (text.match(/(?:\$\{[^}]*\}|\S)+/g) ?? []);
  const [first = ""] = words;
  // The image's entrypoint puts the program before them.
  if (first.startsWith("-") || first.endsWith(".conf")) return [`${program}-server`, ...words];
  return first.endsWith(`${program}-server`) ? words : undefined;
}

const isOption = (word: string | undefined) => word?.startsWith("--") === true;

/** Of the words after the program: the configuration file, if any, and each option with its values. */
export function optionsOf(words: readonly string[]): {
  readonly file: string | undefined;
  readonly options: readonly (readonly string[])[];
} {
  const [file, ...rest] =
    isOption(words[1]) || words.length === 1 ? [undefined, ...words.slice(1)] : words.slice(1);
  const options: string[][] = [];
  for (const word of rest)
    if (isOption(word) || options.length === 0) options.push([word!]);
    else options.at(-1)!.push(word!);
  return { file, options };
}

const secretOptions = ["--requirepass", "--masterauth"];

const isLiteral = (words: readonly string[]) =>
  words.length === 2 && words[1] !== "" && !words[1]!.replaceAll("$$", "").includes("$");

/** Who may need a password that others have, too, or says who may come in elsewhere. */
const others = /^--(replicaof|slaveof|masterauth|masteruser|aclfile|user|sentinel|cluster-enabled|include)$/i;

/** Whether whoever reaches it may do all; undefined where that can't be told. */
export function isOpen(view: ServiceView): boolean | undefined {
  const program = programOf(view);
  if (program === undefined || get(view.node, "entrypoint") !== undefined) return undefined;
  const words = startOf(program, get(view.node, "command"));
  if (words === undefined) return undefined;
  const { file, options } = optionsOf(words);
  if (file !== undefined) return undefined;
  return !options.some(([option = ""]) => option.toLowerCase() === "--requirepass" || others.test(option));
}

export function redisMove(
  view: ServiceView,
  { found, setPasswords, over }: Moving,
  files: SecretFiles,
): readonly Move[] {
  const { name, node, seen } = view;
  const program = programOf(view);
  const words = program === undefined ? undefined : startOf(program, get(node, "command"));
  if (program === undefined || words === undefined || get(node, "entrypoint") !== undefined) return [];
  const { file, options } = optionsOf(words);
  const isSecret = (option: readonly string[]) =>
    secretOptions.includes(option[0]!.toLowerCase()) && isLiteral(option);
  const kept = found.has(`${name} command`) ? options.filter(isSecret) : [];
  const generates = setPasswords && isOpen(view) === true;
  if (kept.length === 0 && !generates) return [];
  const byHand = (key: string, why: string) => [{ byHand: { key: `services.${name}.${key}`, why } }];
  if (file !== undefined)
    return byHand(
      "command",
      `It reads ${file}: write its password (requirepass) there, where only its user reads it.`,
    );
  if (isShared(name, seen))
    return byHand("command", "It is extended, or extends another: both must say the same.");
  if (over.some((tree) => get(tree, "services", name, "command") !== undefined))
    return byHand("command", "A file that compose lays over this one has a command for it, too.");
  const owner = readerOf(view);
  if (owner === undefined) return byHand("user", noReader);
  const content: Content = generates
    ? { kind: "generated" }
    : { kind: "kept", text: kept.map(lineOf).join(""), values: kept.map(([, value = ""]) => plain(value)) };
  const secret = files.of(view, { name: `${program}.conf`, owner, content });
  const health = generates ? healthEdits(view, mounted(secret)) : [];
  if (health === undefined)
    return byHand("healthcheck.test", "It asks without a password, in a way that can't be given one.");
  const rest = options.filter((option) => !kept.includes(option)).flat();
  return [
    {
      mend: [
        commandEdit(view, [words[0]!, mounted(secret), ...rest]),
        ...mountEdits(view, secret),
        ...health,
      ],
    },
  ];
}

const plain = (written: string) => written.replaceAll("$$", "$");

/** Between quotes of redis's configuration: whatever is no letter or digit by its bytes. */
function lineOf([option = "", value = ""]: readonly string[]): string {
  const bytes = [...Buffer.from(plain(value))];
  const safe = bytes.map((byte) => {
    const char = String.fromCharCode(byte);
    return /[\w.-]/.test(char) ? char : `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return `${option.toLowerCase().slice(2)} "${safe.join("")}"\n`;
}

/** As it was written: one text, or a list of words. */
function commandEdit({ name, node }: ServiceView, words: readonly string[]): ComposeEdit {
  const key = ["services", name, "command"];
  const command = get(node, "command");
  if (command === undefined) return { key, value: words };
  return { key, value: textOf(command) === undefined ? words : words.join(" "), instead: true };
}

/**
 * A test that asks by the program's own client takes the password from the file. Without one that client says NOAUTH and ends
 * well, so that a test of its words fails for ever. Undefined where no password can be given to it.
 */
function healthEdits({ name, node }: ServiceView, path: string): readonly ComposeEdit[] | undefined {
  const test = get(node, "healthcheck", "test");
  const words = valuesOf(test).map(({ written }) => written);
  if (!words.some((word) => /(redis|valkey)-cli/.test(word))) return [];
  const isShell = test?.kind === "value" || words[0] === "CMD-SHELL";
  const isPlain = words[0] === "CMD" && words.slice(1).every((word) => /^[\w.:/-]+$/.test(word));
  const asked = isShell ? words.at(-1)! : isPlain ? words.slice(1).join(" ") : undefined;
  if (asked === undefined || /(^|\s)(-a|--pass|--user)\b|REDISCLI_AUTH/.test(asked)) return undefined;
  const given = `REDISCLI_AUTH=$$(sed -n 's/^requirepass //p' ${path}) && export REDISCLI_AUTH && ${asked}`;
  return [{ key: ["services", name, "healthcheck", "test"], value: ["CMD-SHELL", given], instead: true }];
}
