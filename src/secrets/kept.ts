/** Which values are secrets that are written out: by key, by form, by chance. A value never leaves this file. Pure. */
import { isHarmless, knownWithin } from "./known.ts";
import { gap } from "./pairs.ts";
import { isUnchosen, randomWithin } from "./random.ts";
import { keptWithin } from "./redact.ts";
import { isLoginKey, isSecretKey, isSwitch, mayNameSecret } from "./words.ts";

/** What a value that should be secret is: written out, written as a default, or from elsewhere. */
export type Kept = "written" | "default" | "variable" | "none";

/** For whoever fills the file in; nothing that anybody has set as a password. */
const placeholder =
  /^(?:<[^>]*>|\{\{.*\}\}|\[[^\]]*\]|[x*.•_-]+|(?:your|replace|insert|put|enter|add)[ _-].*|todo|fixme|tbd)$/i;

/** Where the secret is. */
const path = /^(?:\.{0,2}|[\w.-]+)(?:\/[\w.-]+)+$|^[\w-]+\.(?:key|pem|crt|cer|p12|jks|txt|json|ya?ml|env)$/i;

/** As 1Password, vals, External Secrets, Azure, Spring and AWS name a secret that is elsewhere. */
const reference =
  /^@Microsoft\.KeyVault\(|^file:\.{0,2}\/|^env:[A-Z_]\w*$|^\w*(?:kms|vault|secrets?)\w*:\/\/\S|^(?:op|vault|awssm|awsps|ssm|sm|gcpsm|azkv|secretref|bws|doppler|ref\+\w+|arn:aws[\w-]*):\S/i;

/** By sops and Hiera; by Jasypt. */
const encrypted = /^ENC\[(?:AES256_GCM|PKCS7|GPG|KMS),|^ENC\([\w+/=]{16,}\)$/;

/** `30d`, `1h30m`, `P30D`. */
const duration = /^(?:P?T?(?:\d+(?:\.\d+)?\s?(?:ms|[smhdwMY]|min|sec|hours?|days?|weeks?))+)$/i;

const isNone = (value: string) =>
  isSwitch(value) ||
  // A variable before a command, whose words go on behind it.
  /^(?:[01]|true|false)\s/.test(value) ||
  placeholder.test(value) ||
  reference.test(value) ||
  encrypted.test(value) ||
  duration.test(value) ||
  isPath(value) ||
  isHarmless(value) ||
  value.includes(gap);

/** Base64 has slashes, too. */
const isPath = (value: string) =>
  path.test(value) &&
  randomWithin(value, "").length === 0 &&
  (/^\.{0,2}\/|\./.test(value) || !isUnchosen(value.replaceAll("/", "")));

const variable = /\$\{[^}]*\}|\$[A-Za-z_]\w*/g;

/** Compose makes one dollar of two, which the container's shell then reads; and what a command says. */
const isShells = (word: string) => /^["']?(?:\$\$\{?\w+\}?$|\$?\$\(|`)/.test(word);

/** Of what is a secret wherever it comes from. `written`: as the file has it, before variables are put in. */
export function keptOf(written: string): Kept {
  if (isNone(written.trim())) return "none";
  if (isShells(written)) return "variable";
  const [, fallback = ""] = /\$\{\w+:?-([^}]*)\}/.exec(written) ?? [];
  if (fallback !== "" && !fallback.startsWith("$") && !isNone(fallback)) return "default";
  if (!/\$\{|\$[A-Za-z_]/.test(written.replaceAll("$$", ""))) return "written";
  return hasSecret(written.replace(variable, " ")) ? "written" : "variable";
}

const hasSecret = (text: string) => knownWithin(text).length + randomWithin(text, "").length > 0;

/** Of a text that may have one: a URL, a command, a header, a form that an issuer gives, a word that nobody chose. */
export function keptInText(written: string, key?: string): Kept {
  const words = [...keptWithin(written), ...randomWithin(written, key)];
  const own = words.map(keptOf);
  const all = [...own, ...(knownWithin(written).length > 0 ? (["written"] as const) : [])];
  return (["written", "default", "variable"] as const).find((each) => all.includes(each)) ?? "none";
}

/** `user:password`, `neo4j/password`; neither a host with its port nor a URL. */
const login = /^(?:[\w.@+-]{1,64}:|neo4j\/)(?!\/|\d{1,5}$)(\S{4,})$/;

/** Of a value that has the password behind a user's name, or is one. */
const passwordOf = (key: string, value: string) => (isLoginKey(key) && login.exec(value)?.[1]) || value;

/** Of a key that may name something else: what its value says. */
function keptIfUnchosen(key: string, written: string): Kept {
  const value = /\$\{\w+:?-([^}]*)\}/.exec(written)?.[1] ?? written;
  const isOne = isUnchosen(value) || (isLoginKey(key) && login.test(value));
  return isOne ? keptOf(passwordOf(key, written)) : "none";
}

/** Of the value of a key. */
export function keptUnder(key: string, written: string): Kept {
  const own = isSecretKey(key)
    ? keptOf(passwordOf(key, written))
    : mayNameSecret(key)
      ? keptIfUnchosen(key, written)
      : "none";
  return own === "none" ? keptInText(written, key) : own;
}
