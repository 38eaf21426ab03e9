/** The one redaction: what is shown, saved, logged or sent of a host goes through it. */

export { redactFile } from "./file.ts";
export { redactOutput } from "./output.ts";
export { gap } from "./pairs.ts";
export { redact, redactAll, secretsWithin } from "./redact.ts";
export { redactRemark } from "./remark.ts";
export { isHiddenKey, isHiddenPair, isSecretKey, valueForms } from "./words.ts";
