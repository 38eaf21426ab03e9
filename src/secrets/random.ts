/** Words that look as if nobody had chosen them: a key that no rule knows. Pure. */

/** Sums of passwords as crypt(5), Django and LDAP write them; compose doubles each dollar. */
const sum =
  "(?:\\${1,2}(?:1|2[abxy]?|5|6|7|y|gy|H|P|sha1|argon2\\w{0,2}|scrypt|apr1|bcrypt[\\w-]*|pbkdf2[\\w-]*)|(?<![\\w$])(?:argon2|bcrypt|pbkdf2|scrypt)\\w{0,20})\\${1,2}[\\w./$=,+-]{8,}|\\{(?:S?SHA\\d{0,3}|S?MD5|CRYPT)\\}[\\w./$=,+-]{8,}";

/** A user's name may be before it. */
export const isSum = (value: string): boolean => whole.test(value);
const whole = new RegExp(`^(?:[\\w.@-]{1,64}:)?(?:${sum})$`);

/** Public on purpose, encrypted, or a sum of something: as random as a secret. */
const known = new RegExp(
  `${sum}|${/-----BEGIN (?:CERTIFICATE|PUBLIC KEY|[A-Z ]*REQUEST)[\s\S]*?(?:-----END|$)|\bsha\d{1,3}[-:][\w+/=]+|;base64,[\w+/=]+|\b(?:ssh|ecdsa|sk)-\S+ +[\w+/=]+|\bage1\w+|AAAA[BCE][\w+/=]{30,}|\bENC\[[^\]]*\]/.source}`,
  "g",
);

/** A key that says of its value that everybody may know it. */
const tellsPublic =
  /public|publishable|site_?key|fingerprint|checksum|digest|integrity|recipient|cert|sha\d|md5|hash|commit|revision|version|(?:^|_)ids?$/i;

const word = /[A-Za-z0-9+/_-]{24,200}={0,2}/g;

/** How often small letters, capitals and digits take turns: in a random word of base64 at two of three places. */
function turns(text: string): number {
  const kinds = [...text].map((char) => (/\d/.test(char) ? "0" : /[a-z]/.test(char) ? "a" : "A"));
  return kinds.filter((kind, at) => at > 0 && kind !== kinds[at - 1]).length / text.length;
}

/** Behind a prefix, which ordinary words may begin with, too: `hf_hub_download_url`. */
export function isDrawn(text: string): boolean {
  const letters = text.replace(/[^A-Za-z0-9]/g, "");
  return letters.length >= 16 && turns(letters) > 0.2;
}

/** A word of words: `enableCheckout`, `sha256`, `V2`. */
const plain =
  /^(?:(?:[a-z]+|[A-Z][a-z]{2,})(?:[A-Z][a-z]{2,})*(?:V?\d{1,4})?|[A-Z]+\d{0,4}|[A-Z]?[a-z]*\d{1,4}|\d+)?$/;

/** Whether a word may be one of a language, a name or a number. */
export const isOrdinary = (part: string): boolean =>
  part.length <= 24 &&
  (plain.test(part) ||
    /^(?:\d{1,4}(?:st|nd|rd|th)|IPv[46])$/.test(part) ||
    /^(?:\p{Lu}?\p{Ll}*|\p{Lo}*)$/u.test(part));

/** Behind a small letter or a digit: a capital begins words, too. */
const turn = /[a-z](?=[A-Z0-9])|[A-Z](?=\d)|\d(?=[A-Za-z])/g;

const most = (found: readonly string[] | null) => Math.max(0, ...(found ?? []).map(({ length }) => length));

/**
 * Whether nobody chose a value: its letters and digits take turns as in no name, or it can't be spoken. 19 of 20 random ones of
 * 15 characters are, and of names of packages fewer than one of a hundred.
 */
export function isUnchosen(value: string): boolean {
  if (value.length < 12 || value.length > 400 || /[\s$]/.test(value)) return false;
  if (/^[0-9A-F]{40}$/.test(value) || isSum(value)) return false;
  const pieces = value.split(/[^A-Za-z0-9]+/);
  const signs = value.match(/[!#%^&*~?+]|=(?!=|$)/g)?.length ?? 0;
  const turned = pieces.filter((each) => !plain.test(each)).flatMap((each) => each.match(turn) ?? []).length;
  const [count, rate] = [turned + signs, (turned + signs) / pieces.join("").length];
  const unspoken = most(value.toLowerCase().match(/[bcdfghj-np-tv-xz]{5,}/g));
  return (
    rate >= 0.27 ||
    (count >= 4 && rate >= 0.23) ||
    (unspoken >= 5 && rate >= 0.12) ||
    unspoken >= (count > 0 ? 6 : 7)
  );
}

const isRandom = (text: string) =>
  /\d/.test(text) &&
  /[a-z]/.test(text) &&
  /[A-Z]/.test(text) &&
  new Set(text).size >= 14 &&
  turns(text) > 0.4;

/** A line of a certificate, or of what is encrypted. */
const isLine = (text: string) => /^\s*[\w+/=]*\s*$/.test(text);

/** Base64 of a text, such as a configuration. */
const isText = (word: string) =>
  /^[ -~\s]{12,}$/.test(Buffer.from(word, "base64").toString("latin1").replace(/.$/, ""));

/** Of the value of a key, or of a text without one. */
export const randomWithin = (text: string, key?: string): readonly string[] =>
  text.length < 24 || (key === undefined ? isLine(text) : tellsPublic.test(key))
    ? []
    : (text.replace(known, "").match(word) ?? []).filter((each) => isRandom(each) && !isText(each));
