/** What sshd does by itself where none of its lines says it, of keywords that decide whether a login gets in: sshd_config(5). Pure. */
import type { Directive } from "./config.ts";
import { type Visitor, winning } from "./simulate.ts";

/** Lists of algorithms are left out: they are each release's own. */
const defaults: Readonly<Record<string, readonly string[]>> = {
  usepam: ["no"],
  pubkeyauthentication: ["yes"],
  passwordauthentication: ["yes"],
  kbdinteractiveauthentication: ["yes"],
  challengeresponseauthentication: ["yes"],
  permitrootlogin: ["prohibit-password"],
  authenticationmethods: ["any"],
  strictmodes: ["yes"],
  maxauthtries: ["6"],
  maxsessions: ["10"],
  requiredrsasize: ["1024"],
  refuseconnection: ["no"],
  ...Object.fromEntries(["forcecommand", "chrootdirectory", "revokedkeys"].map((name) => [name, ["none"]])),
  ...Object.fromEntries(["authorizedkeyscommand", "trustedusercakeys"].map((name) => [name, ["none"]])),
  ...Object.fromEntries(["allowusers", "allowgroups", "denyusers", "denygroups"].map((name) => [name, []])),
};

/** Of a keyword that has its value from one of the lines of TODAY, which goes; undefined of any other. */
export const onceUnset = (
  today: readonly Directive[],
  keyword: string,
  visitor: Visitor,
): readonly string[] | undefined =>
  winning(today, keyword, visitor).length > 0 ? defaults[keyword] : undefined;
