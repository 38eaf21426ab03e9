/** Words that look as if nobody had chosen them: a key that no rule knows. Pure. */

/** Public on purpose, or a sum of something: as random as a secret. */
const known =
  /-----BEGIN (?:CERTIFICATE|PUBLIC KEY|[A-Z ]*REQUEST)[\s\S]*?(?:-----END|$)|\bsha\d{1,3}[-:][\w+/=]+|;base64,[\w+/=]+|\b(?:ssh|ecdsa|sk)-\S+ +[\w+/=]+|\bage1\w+|AAAA[BCE][\w+/=]{30,}/g;

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
