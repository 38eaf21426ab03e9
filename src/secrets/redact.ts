/** Text of a host, or about one, without the secrets in it: what is shown, saved, logged or sent goes through here. Pure. */
import { clientRules, type SecretRule } from "./clients.ts";
import { type FoundSecret, gap, hideLines, withoutPairs } from "./pairs.ts";
import { isUnchosen } from "./random.ts";
import { hasStem, isAbout, isHiddenPair, isSwitch, tokens } from "./words.ts";

const begin = /-----BEGIN (?!CERTIFICATE-|PUBLIC KEY-)[A-Z0-9 ]{1,60}-----/g;

/** What is between the marks of PEM (RFC 7468), or behind the first where the other is missing. Certificates are public. */
function withoutPem(text: string): string {
  let shown = "";
  let at = 0;
  begin.lastIndex = 0;
  for (let found = begin.exec(text); found !== null; found = begin.exec(text)) {
    const from = found.index + found[0].length;
    const end = text.indexOf("-----END", from);
    const to = end < 0 ? text.length : end;
    shown += text.slice(at, from) + hideBody(text.slice(from, to));
    at = to;
    begin.lastIndex = to;
  }
  return shown + text.slice(at);
}

const hideBody = (body: string) => {
  const [first = "", ...rest] = body.split("\n");
  const last = rest.at(-1);
  const hidden = hideLines(["", ...rest].join("\n"));
  // Before the end's mark nothing but its indentation is left.
  const tail = last !== undefined && /^[+-]?\s*$/.test(last) ? last : undefined;
  const kept = tail === undefined ? hidden : [...hidden.split("\n").slice(0, -1), tail].join("\n");
  return `${first.trim() === "" ? first : gap}${kept}`;
};

const rules: readonly SecretRule[] = [
  // `scheme://user:password@`; JSON may write `\/`, and a password may have what ought to be encoded.
  {
    needs: ["@"],
    secret:
      /\b[a-z][a-z0-9+.-]{0,30}:\\?\/\\?\/[^\s/@:"<>\\]{0,200}:(?<secret>(?:(?!:\\?\/\\?\/)(?:\\.|[^\s"<>\\])){1,1000})@/gi,
  },
  // `user:password@tcp(host)/db`, as Go's driver of MySQL has it.
  {
    needs: ["@tcp(", "@unix("],
    secret: /(?<![\w.-])[\w.-]{1,100}:(?<secret>[^\s@"']{1,200})@(?:tcp|unix)\(/g,
  },
  // A user alone is a token, where nobody logs in by a name.
  { needs: ["@"], secret: /\bhttps?:\\?\/\\?\/(?<secret>[^\s/@:"<>\\…]{1,500})@/gi },
  { needs: [""], secret: tokens },
  {
    needs: ["authorization"],
    secret:
      /\b(?:proxy-)?authorization["']?\s{0,8}[:=\s]\s{0,8}\\?["']?(?:(?:basic|bearer|digest|token|negotiate|apikey)\s{1,8})?(?<secret>[^\s"'\\,;]+)/gi,
  },
  {
    needs: ["basic", "bearer"],
    secret: /\b(?:Basic|Bearer)\s{1,8}(?<secret>(?=[^\s"']*[\d=._A-Z])[A-Za-z0-9+/=._~-]{8,})/g,
  },
  // `X-Api-Key: x`; a sentence has no such word before a colon.
  {
    needs: [":"],
    isKeyed: true,
    secret: /(?<![\w-])(?<key>[A-Za-z]{1,30}(?:-[A-Za-z]{1,30}){1,5}):[ \t]{0,8}(?<secret>[^\s"'\\]+)/g,
  },
  // `curl -H "Key: x"`.
  {
    needs: ["-h"],
    secret: /\s(?:-H|--header)[ =]?["']?(?:api)?(?:key|token|auth|secret):[ \t]{0,8}(?<secret>[^\s"'\\]+)/gi,
  },
  { needs: ["cookie:"], secret: /\b(?:set-)?cookie:[ \t]{0,8}(?<secret>[^"'\n]+)/gi },
  // `--password x`, `--token=x`, of redis also in a file; our own `--ask-password` and `--sudo-passwords FILE` are given none.
  {
    needs: ["-"],
    isKeyed: true,
    secret:
      /(?<![\w-])--?(?!(?:ask-(?:sudo-)?passwords?|set-passwords)(?![\w-]))(?<key>[A-Za-z][\w-]{2,60})(?:=|[ \t]{1,8})(?!-|(?:FILE|<file>)[.,;)]*(?:\s|$))(?<secret>"[^"\n]*"|'[^'\n]*'|[^\s"']+)/g,
  },
  // `-Dspring.datasource.password=x`, `-PsigningKey=x`, `-eDB_PASSWORD=x`, `--spring.datasource.password=x`.
  {
    needs: ["-d", "-p", "-e", "."],
    isKeyed: true,
    secret:
      /(?<![\w-])(?:-[DPe](?=[A-Za-z])|--?(?=[A-Za-z][\w-]{0,60}\.))(?<key>[A-Za-z][\w.-]{2,120})=(?<secret>"[^"\n]*"|'[^'\n]*'|[^\s"']+)/g,
  },
  {
    needs: ["requirepass", "masterauth", "aws_se"],
    secret:
      /\b(?:requirepass|masterauth|aws_secret_access_key|aws_session_token)[ \t]{1,8}(?!PASSWORD[.,;)]*(?:\s|$))(?<secret>"[^"\n]*"|'[^'\n]*'|[^\s"']+)/g,
  },
  // `npm config set //registry/:_authToken x`.
  {
    needs: ["config set"],
    isKeyed: true,
    secret:
      /\bconfig set[ \t]{1,8}(?:--?\S{1,60}[ \t]{1,8}){0,4}["']?(?:[^\s"'=]{0,200}[:.])?(?<key>[A-Za-z_][\w-]{2,60})["']?[ \t=]{1,8}(?<secret>"[^"\n]*"|'[^'\n]*'|[^\s"'|;&]+)/g,
  },
  // `Acquire::http::Proxy::Password "x";` of apt.
  {
    needs: ['"', "'"],
    isKeyed: true,
    secret:
      /(?<![\w.:$-])(?<key>[A-Za-z_$][\w.:$-]{2,100})[ \t]{1,40}(?<secret>"(?:\\.|[^"\\\n]){1,1000}"|'[^'\n]{1,1000}')/g,
  },
  // A variable that a line of authorized_keys sets.
  { needs: ['environment="'], secret: /\benvironment="[\w.-]{1,100}=(?<secret>[^"\n]+)"/gi },
  // A query that is signed, also as JSON and HTML write it.
  {
    needs: ["key=", "sig=", "signature="],
    secret: /(?:[?&;]|\\u0026)(?:key|sig|(?:x-\w{1,8}-)?signature)=(?<secret>[^\s&"'<>#\\;]+)/gi,
  },
  ...clientRules,
  // `htpasswd -b FILE USER X`: the command's last word.
  {
    needs: ["htpasswd"],
    secret:
      /\bhtpasswd(?=[ \t][^\n|;&>]{0,300}?-[A-Za-z]{0,8}b)[^\n|;&>]{0,300}[ \t](?!\d>)(?<secret>"[^"\n]*"|'[^'\n]*'|[^\s"'|;&>]+)(?=[ \t]*(?:\d?>|[|;&)\n]|$))/g,
  },
  // `smbclient -U 'user%X'`.
  { needs: ["%"], secret: /\s(?:-U|--user)[ =]?["']?[\w.@\\/-]{1,200}%(?<secret>[^\s"']+)/g },
  // `echo X | docker login --password-stdin`
  {
    needs: ["passwd", "-stdin", "sudo -s"],
    secret:
      /\b(?:echo|printf)[ \t]+(?<secret>[^|;\n]{1,300}?)[ \t]*\|[ \t]*(?=(?:sudo[ \t]+)?(?:\w{0,3}passwd\b|sudo[ \t]+-S|[^|;\n]{0,200}-stdin\b))/g,
  },
  {
    needs: ["useradd", "usermod"],
    secret:
      /\b(?:useradd|usermod)\b[^\n|;&]{0,300}?\s["']?-[rmMNUol]{0,6}p[ \t]?(?!["']?[*!]["']?(?:\s|$))["']?(?<secret>[^\s"'-][^\s"']*)/g,
  },
  // `curl -u user:X`, `openssl … -passin pass:X`.
  {
    needs: ["-u"],
    secret: /(?:\s|^)(?:-u|-U|--user|--proxy-user)[ =]?["']?[^\s:"']{1,200}:(?<secret>[^\s"']+)/g,
  },
  // `curl -fsu user:X`, whose other letters take no value.
  {
    needs: ["curl"],
    secret:
      /\bcurl\b[^\n|;&]{0,300}?[\s,]["']?-[aBfgGiIjJklLMnNOpqRsSvVZ#0-46]{0,12}[uU](?:["'],?[ \t]{1,4}|[ \t=]{0,4})["']?[^\s:"'/]{1,200}:(?<secret>[^\s"']+)/g,
  },
  // `.netrc`, also as a shell writes it.
  {
    needs: ["machine", "default"],
    secret:
      /\b(?:machine(?:\s|\\n){1,4}[^\s\\]{1,253}|default(?=(?:\s|\\n){1,4}login\s))(?:(?:\s|\\n){1,4}(?:login|account)(?:\s|\\n){1,4}[^\s\\]{1,200}){0,2}(?:\s|\\n){1,4}password(?:\s|\\n){1,4}(?<secret>[^\s"'\\]+)/g,
  },
  { needs: ["pass:"], secret: /\s-pass(?:in|out|word)?\s{1,4}["']?pass:(?<secret>[^\s"']+)/g },
  // The sum of a file's content, beside its mode: of one that only root can read, a guess could be tested by it.
  {
    needs: ["file", "there", "ours"],
    secret: /\b(?:file|there|ours)(?: [0-7]{4})* (?<secret>[0-9a-f]{64})\b/g,
  },
];

interface Groups {
  readonly key?: string;
  readonly secret?: string;
}

/** The text without what a rule finds in it, each of which is added to `found`. */
const without = (text: string, rule: RegExp, found: FoundSecret[]): string =>
  text.replace(rule, (...args: unknown[]) => {
    const all = args[0] as string;
    const last = args.at(-1);
    const { key, secret: written = all } = typeof last === "object" ? (last as Groups) : {};
    const secret = written.replace(/^(["'])(.+)\1$/s, "$2");
    if (secret === gap || (key !== undefined && (!isHiddenPair(key, secret) || isSwitch(secret)))) return all;
    found.push({ key, value: secret });
    const at = all.lastIndexOf(secret);
    return all.slice(0, at) + gap + all.slice(at + secret.length);
  });

/** What every rule needs something of; most texts are sentences, and have none. */
const suspect =
  /[=@"'$]|:[ \t]*[^\s/]|[\s(]-{1,2}[A-Za-z]|-----BEGIN|[\w.-]{11}|\b(?:basic|bearer|requirepass|masterauth|authorization)\s/i;

function hide(text: string, found: FoundSecret[]): string {
  if (!suspect.test(text)) return text;
  const small = text.toLowerCase();
  const mayHaveKey = hasStem(small);
  const mayApply = rules.filter(
    ({ needs, isKeyed }) => (mayHaveKey || !isKeyed) && needs.some((each) => small.includes(each)),
  );
  const shown = mayApply.reduce((rest, { secret }) => without(rest, secret, found), withoutPem(text));
  return mayHaveKey ? withoutPairs(shown, found) : shown;
}

/** Twice is as once; as many lines as before. */
export const redact = (text: string): string => hide(text, []);

function foundIn(text: string): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  hide(text, found);
  return found;
}

/** What `redact` leaves out, but for PEM. */
export const secretsWithin = (text: string): readonly string[] => foundIn(text).map(({ value }) => value);

/** Of that what a file must not have: a value of a key that is about a secret is left out to be sure. */
export const keptWithin = (text: string): readonly string[] =>
  foundIn(text).flatMap(({ key, value }) =>
    key !== undefined && isAbout(key) && !isUnchosen(value) ? [] : [value],
  );

/** Data without the secrets in its texts; what is neither a list nor a plain object stays as it is. */
export function redactAll<T>(value: T): T {
  if (typeof value === "string") return redact(value) as T;
  if (Array.isArray(value)) return value.map(redactAll) as T;
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, redactAll(each)])) as T;
}
