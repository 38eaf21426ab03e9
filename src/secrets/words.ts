/** Which keys name a secret, and which texts are one by their form: the one place that knows. Pure. */
import { onceByText } from "../once.ts";
import { isUnchosen } from "./random.ts";

/** Whatever is before it, as in PGPASSWORD; but in sudoers(5) NOPASSWD is none. */
const ending =
  "(?!nopassw)[a-z0-9]{0,40}(?:passwords?|passwort|passwd|passphrases?|secret|token|(?:api|secret|access|private|encryption|signing)key)";
const others =
  "pass|pwd|pw|(?:db|my|pg|ssh|smtp|mail|ldap|root|key|\\w{0,8}store)pass|passcode|psk|credential|creds?|mot_?de_?passe|kennwort|wachtwoord|senha|contrase[nñ]a|mnemonic|(?:wallet_?)?seed_?phrase|wallet_?seed|erlang_?cookie|(?:api|access|private|secret|encryption|signing|shared|master|pre_?shared|app|hmac|cookie|session|storage|account|licen[cs]e)[._-]?key|salt|pepper|requirepass|masterauth|(?:rediscli|redis|neo4j)_auth|bindpw|rootpw";
const naming = new RegExp(`(?:^|[_.-])(?:${ending}|(?:${others})|credentials)\\d{0,2}(?:$|[_.-])`);
/** Such as the seconds after which a token ends, or the file that has it. */
const beside =
  /(_|-|\.)(file|path|dir|ttl|expiry|expires?(_in)?|expiration|lifetime|length|len|min|max|age|policy|algorithm|alg|header|name|url|uri|endpoint|issuer|enabled?|rounds|hash(er)?|type|field|rotation|interval|period|refresh|days|hours|minutes|seconds|ref|arn)$|passwords?[_.-]key$/;

/**
 * Behind a word for a secret, what is about one: how it is made, kept, sent or checked. Only a value that nobody chose is one,
 * then. A file's reader doesn't see it in any case.
 */
const about =
  /[_.-](?:algos?|algorithms|attempts|audience|backend|bits|chars|charset|check|claims?|cmd|command|complexity|cookie|cost|count|driver|duration|encoder|encoding|encryption|engine|format|generator|grace|handler|hashers?|hashing|helpers?|hints?|history|iterations?|label|lifespan|limit|location|manager|maximum|memory|method|minimum|mode|module|parallelism|param(?:eter)?|pattern|placeholder|prefix|process|prompt|provider|regex|scheme|scopes?|size|source|storage|store|strategy|strength|suffix|threshold|timeout|title|validation|validator|validity|verification|version)$/;

/** The last word names a secret, or something else as often: a value that nobody chose is one. */
const ambiguous =
  /(?:^|[_.-])(?:[a-z0-9]{0,20}(?:keys?|pass(?:w|wrd)?|pwd?)|(?:basic)?auth|(?:session_?)?cookie|seed|hmac|bearer|jwt|phrase|secrets|tokens)$/;
/** `JWT_KEY_PROD`, `KEY1`. */
const which = /[_.-]?(?:\d{1,2}|prod|production|stag(?:e|ing)|dev|test|live|old|new|next|current)$/;
const publicKey =
  /(?:pub|public|publishable|site|host|trusted|authorized|verif\w*|gpg|pgp|recipient)[_.-]?keys?$/;

/** `dbPassword` as `db_password`, `registry token` as `registry_token`: patterns for small letters are made in half the time. */
const apart = (key: string) =>
  key
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[\s:$/]+/g, "_")
    .replace(/_$/, "")
    .toLowerCase();

/** In small letters: what names a secret has one of these; most keys and texts have none, and are not looked at for longer. */
const stems = [
  ...["pass", "pw", "secret", "token", "key", "psk", "cred", "auth"],
  ...["cookie", "bearer", "salt", "pepper", "hmac", "seed", "mnemonic", "community", "webhook"],
  ...["kennwort", "wachtwoord", "senha", "contrase", "jwt", "phrase"],
];

/** Whether a key, or any key of a text, may name a secret. */
export const hasStem = (text: string): boolean => {
  const small = text.toLowerCase();
  return stems.some((stem) => small.includes(stem));
};

const namesSecret = (named: string) => naming.test(named) && !beside.test(named);

export const isSecretKey = (key: string): boolean => hasStem(key) && isSecretName(apart(key));

const isSecretName = (named: string) => namesSecret(named) && !about.test(named);

/** Whether a key names a secret only where nobody has chosen its value. */
export const mayNameSecret = onceByText((key) => {
  const named = apart(key);
  if (namesSecret(named)) return about.test(named);
  const own = named.replace(which, "");
  return ambiguous.test(own) && !publicKey.test(own);
}, 2000);

/** Whether a key is about a secret rather than the name of one. */
export const isAbout = (key: string): boolean => about.test(apart(key));

/** `NEO4J_AUTH`, `BASIC_AUTH`: a user and a password in one. */
export const isLoginKey = (key: string): boolean => /(?:^|[_.-])(?:basic)?auth$/.test(apart(key));

/**
 * What a reader of a file must not see is more than what a file must not have: a cookie that ends, several keys of a list, and
 * words that name something else as often, of which too much is hidden rather than too little.
 */
const hidden = new RegExp(
  `(?:^|[_.-])(?:(?:${ending}|${others}|cookie)s|cookie|(?:auth|account|license|service|session|storage)[._-]?keys?|authorization|bearer|salt|community|webhook|dbpass\\w*|mypass\\w*)(?:$|[_.-])`,
);
const describes =
  /(_|-|\.)(file|path|dir|ttl|expiry|expires?(_in)?|expiration|lifetime|length|len|min|max|age|policy|algorithm|alg|name|issuer|enabled?|rounds|type|field|days|authentication|authenticator|(?<=token_|token\.|token-)(url|uri|endpoint))$/;

const isHidden = onceByText((key) => {
  const named = apart(key);
  return (hidden.test(named) || namesSecret(named)) && !describes.test(named);
}, 2000);

/** Whether the value of a key is kept out of everything that is shown. */
export const isHiddenKey = (key: string): boolean => hasStem(key) && isHidden(key);

/** The same of a key and its value. */
export const isHiddenPair = (key: string, value: string): boolean =>
  isHiddenKey(key) || (isUnchosen(value) && mayNameSecret(key));

/** A switch is no secret. */
export const isSwitch = (value: string): boolean =>
  /^(true|false|yes|no|on|off|none|null|0|1|)$/i.test(value);

/**
 * What is a secret by its form alone, as gitleaks has it (https://github.com/gitleaks/gitleaks, config/gitleaks.toml): those
 * forms that nothing else has.
 */
export const forms: readonly (readonly [name: string, form: RegExp])[] = [
  ["a private key", /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----(?=\s*$|\\n[A-Za-z0-9+/]{16})/],
  ["a key of age", /\bAGE-SECRET-KEY-1[QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L]{58}\b/],
  ["an access key of AWS", /\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}\b/],
  ["a token of GitHub", /\b(?:gh[pousr]_[0-9A-Za-z]{36}|github_pat_\w{82})\b/],
  ["a token of GitLab", /\bglpat-[\w-]{20}\b/],
  ["a token of Slack", /\bxox[abeoprs]-[0-9]{8,}-[\w-]{8,}/],
  ["a key of Stripe", /\b[rs]k_(?:live|prod)_[0-9A-Za-z]{10,99}\b/],
  ["a client secret of Google", /\bGOCSPX-[\w-]{28}(?![\w-])/],
  ["a key of Google", /\bAIza[\w-]{35}(?![\w-])/],
  ["a token of npm", /\bnpm_[0-9A-Za-z]{36}\b/],
  ["a token of PyPI", /\bpypi-AgEIcHlwaS5vcmc[\w-]{50,}/],
  ["a key of SendGrid", /\bSG\.[\w-]{22}\.[\w-]{43}\b/],
  ["a token of DigitalOcean", /\bdo[opr]_v1_[a-f0-9]{64}\b/],
  ["a token of Vault", /\bhvs\.[\w-]{90,120}\b/],
  ["a token of Docker", /\bdckr_pat_[\w-]{27,}\b/],
  ["a key of New Relic", /\bNRAK-[A-Z0-9]{27}\b/],
  ["a key of Mailgun", /\bkey-[0-9a-f]{32}\b/],
  ["a client secret of Azure", /(?<![\w~.-])[\w~.-]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/],
  ["a key of Anthropic", /\bsk-ant-(?:api|admin)\d\d-[\w-]{80,}/],
  ["a key of OpenAI", /\bsk-(?:proj|svcacct|admin)-[\w-]{40,}/],
  ["a token of Hugging Face", /\bhf_[A-Za-z]{34}\b/],
  ["a token of Grafana", /\bglsa_[A-Za-z0-9]{32}_[a-f0-9]{8}\b/],
  ["a token of Shopify", /\bshp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}\b/],
  ["a key of Cloudflare", /\bv1\.0-[a-f0-9]{24}-[a-f0-9]{146}\b/],
  ["a token of Dynatrace", /\bdt0[a-z]\d\d\.[A-Z0-9]{24}\.[A-Z0-9]{64}\b/],
  ["a key of Resend", /\bre_(?=\w{0,32}\d)[A-Za-z0-9]{8}_[A-Za-z0-9]{24}\b/],
  ["a token of Telegram", /(?<!\d)\d{8,10}:AA[\w-]{33}(?![\w-])/],
  ["a webhook of Slack", /\bhooks\.slack\.com\/(?:services|workflows|triggers)\/[\w/-]{20,}/],
  ["a webhook of Discord", /\bdiscord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[\w-]{60,}/],
];

/** The same of a value in which nothing stands for another one. */
export const valueForms: readonly (readonly [name: string, form: RegExp])[] = [
  ...forms,
  ["a password in a URL", /\b[a-z][a-z0-9+.-]{1,30}:\/\/[^\s/@:"<>\\]{0,200}:[^\s/@"<>\\]{1,200}@/],
];

/** Prefixes that their issuers give to tokens alone: whatever follows is hidden, also where it was cut off. */
const prefixed = [
  "AGE-SECRET-KEY-1[A-Z0-9]{8,}",
  "(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{12,}",
  "(?:gh[pousr]_|github_pat_|glpat-|gl(?:dt|rt|cbt|ptt|ft|soat|agent|imt)-|npm_|dckr_(?:pat|oat)_|do[opr]_v1_|hv[sbr]\\.|hf_|sntry[su]_|shp(?:at|ca|pa|ss)_|lin_api_|rubygems_|pypi-|dop_v1_|pul-|tskey-|atlasv1\\.|glsa_|glc_|dp\\.(?:pt|st|ct|sa)\\.|AGPA|ya29\\.)[\\w.-]{8,}",
  "xox[a-z]-[\\w-]{8,}|xapp-[\\w-]{8,}",
  "(?:[rsp]k|whsec)_(?:live_|prod_|test_)?[0-9A-Za-z]{10,}",
  "sk-(?:ant-|proj-|svcacct-|or-)?[\\w-]{16,}",
  "v1\\.0-[a-f0-9]{24}-[a-f0-9]{8,}|dt0[a-z]\\d\\d\\.[A-Z0-9]{24}\\.[A-Z0-9]{8,}",
  "re_(?=\\w{0,32}\\d)[A-Za-z0-9]{8}_[A-Za-z0-9]{16,}",
  "AIza[\\w-]{20,}",
  "SG\\.[\\w-]{10,}\\.[\\w-]{10,}",
  "eyJ[\\w-]{8,}\\.[\\w-]{4,}(?:\\.[\\w-]*)?",
  "SCRAM-SHA-(?:1|256)\\$[\\w:$+/=]{8,}",
];

/** Where a word begins, also as a URL (`%3D`) and a text of JSON (`\\n`) write what is before it. */
const start = "(?:\\b|(?<=%[0-9A-Fa-f]{2}|\\\\[nrt]))";

/** The tokens of a text. */
export const tokens: RegExp = new RegExp(
  [
    `${start}(?:${prefixed.join("|")})`,
    // `https://api.telegram.org/bot123456:AA…` has a letter before it.
    "(?<!\\d)\\d{6,12}:AA[\\w-]{20,}",
    "\\$(?:1|2[abxy]|5|6|7|y|gy|sha1|argon2\\w{0,2}|scrypt|apr1)\\$[\\w./$=,+-]{8,}",
    "(?<=\\bhooks\\.slack(?:-gov)?\\.com/(?:services|workflows|triggers)/)[\\w/-]+",
    "(?<=\\bdiscord(?:app)?\\.com/api/webhooks/)[\\w/-]+",
    "(?<=\\bwebhook\\.office\\.com/)[\\w/@-]+",
    "(?<=/hooks/)[a-z0-9]{26}(?![\\w-])",
    "(?<=\\bhc-ping\\.com/)[\\w-]{20,}",
  ].join("|"),
  "g",
);
