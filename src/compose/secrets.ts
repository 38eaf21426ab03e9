/** Which keys name a secret, and what is one by its form. A value never leaves this file. Pure. */

const words =
  "pass|passwd|password|passphrase|pwd|secret|token|apikey|api_key|access_key|private_key|secret_key|encryption_key|signing_key|credentials?";
const naming = new RegExp(`(?:^|[_.-])(?:${words})(?:$|[_.-])`, "i");
/** Such as the seconds after which a token ends, or the file that has it. */
const beside =
  /(_|-|\.)(file|path|dir|ttl|expiry|expires?(_in)?|expiration|lifetime|length|len|min|max|age|policy|algorithm|alg|header|name|url|uri|endpoint|issuer|enabled?|rounds|hash(er)?|type|field)$/i;

/** `dbPassword` as `db_Password`. */
const apart = (key: string) => key.replace(/([a-z0-9])([A-Z])/g, "$1_$2");

export const isSecretKey = (key: string): boolean => naming.test(apart(key)) && !beside.test(apart(key));

/** A switch is no secret. */
const isSwitch = (value: string) => /^(true|false|yes|no|on|off|0|1|)$/i.test(value);

/** What a value that should be secret is: written out, written as a default, or from elsewhere. */
export type Kept = "written" | "default" | "variable" | "none";

/** `written`: as the file has it, before variables are put in. */
export function keptOf(written: string): Kept {
  if (isSwitch(written)) return "none";
  const [, fallback = ""] = /\$\{\w+:?-([^}]*)\}/.exec(written) ?? [];
  if (fallback !== "" && !fallback.startsWith("$") && !isSwitch(fallback)) return "default";
  const rest = written.replace(/\$\{[^}]*\}|\$[A-Za-z_]\w*/g, "");
  return /\$\{|\$[A-Za-z_]/.test(written.replaceAll("$$", "")) && !/\w{4}/.test(rest)
    ? "variable"
    : "written";
}

const inUrl = /[a-z][a-z0-9+.-]*:\/\/[^\s/@"']*?:((?:\$\{[^}]*\}|[^\s/@"'])+)@/i;
const asFlag =
  /--?(?:requirepass|masterauth|password|passwd|pass|token|secret|api-?key|access-key|secret-key)(?:=|\s+)["']?((?:\$\{[^}]*\}|[^\s"'])+)/i;

/** A password in a URL, or behind an option of a command. */
export function keptInText(written: string): Kept {
  const found = [inUrl.exec(written)?.[1], asFlag.exec(written)?.[1]].filter((each) => each !== undefined);
  const all = found.map(keptOf);
  return (["written", "default", "variable"] as const).find((each) => all.includes(each)) ?? "none";
}
