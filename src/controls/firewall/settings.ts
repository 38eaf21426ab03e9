/** ufw's settings: /etc/default/ufw and /etc/ufw/ufw.conf, read as its shell scripts do and edited in place. */
import { getKey, type KeyValueStyle, setKey } from "../keyvalue.ts";
import { isLogLevel, type LogLevel, type Policies, type Policy } from "./logging.ts";
import type { Params } from "./schema.ts";

const bare: KeyValueStyle = { separator: "=" };
const quoted: KeyValueStyle = { separator: "=", quote: '"' };

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
  const text = getKey(content, key, bare) ?? "";
  return text.replace(/\s+#.*$/, "").replace(/^(['"])(.*)\1$/, "$2");
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

/** /etc/default/ufw with the profile's policies; DEFAULT_FORWARD_POLICY stays, for containers route through it. */
export function editDefaults(content: Buffer, params: Params): Buffer {
  const edits = [
    { key: "IPV6", value: "yes", style: bare },
    { key: "DEFAULT_INPUT_POLICY", value: ufwWord[params.defaultIncoming], style: quoted },
    { key: "DEFAULT_OUTPUT_POLICY", value: ufwWord[params.defaultOutgoing], style: quoted },
  ];
  return edits.reduce(
    (text, { key, value: wanted, style }) =>
      value(text, key) === wanted ? text : setKey(text, { key, value: wanted }, style),
    forShell(content),
  );
}

/** /etc/ufw/ufw.conf, enabled; the log level stays where there is one. */
export function editConf(content: Buffer): Buffer {
  const lines = forShell(content);
  const enabled =
    value(lines, "ENABLED") === "yes" ? lines : setKey(lines, { key: "ENABLED", value: "yes" }, bare);
  const level = value(enabled, "LOGLEVEL").toLowerCase();
  return isLogLevel(level) ? enabled : setKey(enabled, { key: "LOGLEVEL", value: "low" }, bare);
}
