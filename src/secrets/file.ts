/** The text of a file without its secrets: in files there are more ways to write one than in sentences. Pure. */
import { gap } from "./pairs.ts";
import { redact } from "./redact.ts";
import { redactRemark } from "./remark.ts";
import { hasStem, isHiddenKey, isSwitch } from "./words.ts";

/** `password X` in a line of its own, and `login U password X`: of files alone, since sentences have these words, too. */
const directive = /^([ \t#;]{0,40}\$?([A-Za-z][\w.:$-]{2,100})[ \t]{1,40})(\S.*)$/gm;
const ofLogin = /(\blogin[ \t]+\S+[ \t]+(?:account[ \t]+\S+[ \t]+)?password[ \t]+)(\S+)/g;
/** Of PAM, and of login.defs(5). */
const ofLogins = /^(?:required|requisite|sufficient|optional|include|substack|\[|@include)/;

/** ufw's files have a rule's comment in hexadecimal digits. */
const comment = /^(### tuple ###.* comment=)([0-9a-f]+)$/gm;

/** The text of a file; as many lines as before. */
export function redactFile(text: string): string {
  const shown = redact(text).replace(comment, (all: string, before: string, digits: string) => {
    const remark = Buffer.from(digits, "hex").toString("utf8");
    return redactRemark(remark) === remark ? all : `${before}${gap}`;
  });
  return hasStem(text) ? withoutDirectives(shown) : shown;
}

function withoutDirectives(text: string): string {
  return text
    .replace(ofLogin, `$1${gap}`)
    .replace(directive, (all: string, before: string, name: string, value: string) => {
      if (!isHiddenKey(name)) return all;
      const isCommand = /^[a-z]{0,4}passwd$/.test(name) && value.startsWith("-");
      const isKnown = /^(?:[:=]|=>)/.test(value) || ofLogins.test(value) || /^PASS_/.test(name) || isCommand;
      const isSentence = /^[\s]*[#;]/.test(before) && /\s\S/.test(value);
      const word = value.replace(/[;,]?\s*$/, "").replace(/^(["'])(.*)\1$/, "$2");
      return isKnown || isSentence || isSwitch(word) ? all : `${before}${gap}`;
    });
}
