/** ufw's settings: /etc/default/ufw and /etc/ufw/ufw.conf, read as its shell scripts do and edited in place. */
import { onceByText } from "../../once.ts";
import { isLogLevel, type LogLevel, type Policies, type Policy } from "./logging.ts";
import type { FirewallParams } from "./schema.ts";

/** Not an edit of `src/edits/`, which refuses a key that stands twice: to a shell the last one counts. */
const linesOf = onceByText(
  (key) => new RegExp(`^([ \\t]*${key}[ \\t]*=[ \\t]*)([^\\r\\n]*?)([ \\t]*\\r?)$`, "gm"),
  20,
);

const unquoted = (text: string) => text.replace(/^"(.*)"$/, "$1");

const ufwWord = { allow: "ACCEPT", deny: "DROP", reject: "REJECT" } as const;

export interface UfwSettings {
  readonly enabled: boolean;
  readonly ipv6: boolean;
  /** Undefined where it is missing or no level: ufw then takes, and writes, `low`. */
  readonly level: LogLevel | undefined;
  readonly policies: Policies;
  /** ufw empties the built-in chains when it starts: others' rules are lost. */
  readonly managesBuiltins: boolean;
  /** A line ends in a carriage return: the shell of ufw's start script stops there. */
  readonly carriageReturns: boolean;
  /** The file whose sysctls ufw loads when it starts; empty where none. */
  readonly sysctlFile: string;
}

/** The value as ufw and a shell read it: the last line counts, quotes of both kinds and a comment after it don't. */
function value(content: Buffer, key: string): string {
  const last = [...content.toString("latin1").matchAll(linesOf(key))].at(-1);
  return unquoted(last?.[2] ?? "")
    .replace(/\s+#.*$/, "")
    .replace(/^(['"])(.*)\1$/, "$2");
}

function policy(content: Buffer, key: string): Policy {
  const word = value(content, key).toUpperCase();
  return word === "ACCEPT" ? "allow" : word === "REJECT" ? "reject" : "deny";
}

export function readSettings(defaults: Buffer, conf: Buffer): UfwSettings {
  const level = value(conf, "LOGLEVEL").toLowerCase();
  const yes = (content: Buffer, key: string) => value(content, key).toLowerCase() === "yes";
  return {
    enabled: yes(conf, "ENABLED"),
    ipv6: yes(defaults, "IPV6"),
    level: isLogLevel(level) ? level : undefined,
    policies: {
      input: policy(defaults, "DEFAULT_INPUT_POLICY"),
      output: policy(defaults, "DEFAULT_OUTPUT_POLICY"),
      forward: policy(defaults, "DEFAULT_FORWARD_POLICY"),
    },
    managesBuiltins: yes(defaults, "MANAGE_BUILTINS"),
    carriageReturns: hasCarriageReturns(defaults) || hasCarriageReturns(conf),
    sysctlFile: value(defaults, "IPT_SYSCTL"),
  };
}

export const hasCarriageReturns = (content: Buffer) => content.includes("\r");

/** A shell reads both files: Windows line ends would be part of its commands and values. */
function forShell(content: Buffer): Buffer {
  if (!hasCarriageReturns(content)) return content;
  return Buffer.from(content.toString("latin1").replace(/\r+(?=\n|$)/g, ""), "latin1");
}

/** Sets every line of the key, or appends one; every other byte stays. `written` has its quotes. */
function set(content: Buffer, key: string, written: string): Buffer {
  const text = content.toString("latin1");
  if (text.search(linesOf(key)) < 0)
    return Buffer.from(
      `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${key}=${written}\n`,
      "latin1",
    );
  const lines = text.replace(linesOf(key), (line, head: string, old: string, tail: string) =>
    unquoted(old) === unquoted(written) ? line : `${head}${written}${tail}`,
  );
  return Buffer.from(lines, "latin1");
}

/** /etc/default/ufw with the profile's policies; DEFAULT_FORWARD_POLICY stays, for containers route through it. */
export function editDefaults(content: Buffer, params: FirewallParams): Buffer {
  const wanted = {
    IPV6: "yes",
    DEFAULT_INPUT_POLICY: `"${ufwWord[params.defaultIncoming]}"`,
    DEFAULT_OUTPUT_POLICY: `"${ufwWord[params.defaultOutgoing]}"`,
  };
  return Object.entries(wanted).reduce(
    (text, [key, written]) => (value(text, key) === unquoted(written) ? text : set(text, key, written)),
    forShell(content),
  );
}

/** /etc/ufw/ufw.conf, enabled; the log level stays where there is one. */
export function editConf(content: Buffer): Buffer {
  const lines = forShell(content);
  const enabled = value(lines, "ENABLED") === "yes" ? lines : set(lines, "ENABLED", "yes");
  const level = value(enabled, "LOGLEVEL").toLowerCase();
  return isLogLevel(level) ? enabled : set(enabled, "LOGLEVEL", "low");
}
