/** Programs that are given a password by an option of one letter. Pure. */

/** Where a secret is: in its group `secret`, or all of it; with a group `key` only where that names one. */
export interface SecretRule {
  /** Small letters: a text without any of these has nothing for the rule, and is seldom looked at for longer. */
  readonly needs: readonly string[];
  readonly secret: RegExp;
  /** Of a rule with a group `key`. */
  readonly isKeyed?: true;
}

/** Of net-snmp, whose server has other options. */
const snmp = "snmp(?:trap|inform|get\\w*|set|walk|bulk\\w+|status|table)";

/** Programs, each with the option that a password is given by, which others may stand before; a list of JSON parts the two by a comma. */
const clients = [
  [["mysql", "mariadb"], "(?:mysql|mariadb)[\\w-]*", "p"],
  [["sshpass"], "sshpass", "p"],
  [["redis-cli"], "redis-cli", "a"],
  [["ldap"], "ldap\\w+", "[xLvnZ]{0,8}w"],
  [["mongo"], "mongo\\w*", "p"],
  [["7z"], "7z[ar]?", "p"],
  [["sqlcmd", "bcp"], "sqlcmd|bcp", "P"],
  [["zip", "ipmitool", "mosquitto"], "(?:un)?zip|ipmitool|mosquitto_\\w+", "[a-z0-9]{0,8}P"],
  [["sendxmpp"], "sendxmpp", "p"],
  [["swaks"], "swaks", "ap"],
  [["cscli"], "cscli", "k"],
  [["snmp"], snmp, "A"],
  [["snmp"], snmp, "X"],
  [["snmp"], snmp, "c"],
  [["login"], "(?:docker|podman|buildah|skopeo|nerdctl|helm|oras)\\b[^\\n|;&]{0,60}?\\slogin", "p"],
] as const;

const option = ([needs, program, letter]: (typeof clients)[number]): SecretRule => ({
  needs,
  secret: new RegExp(
    `\\b(?:${program})\\b[^\\n|;&]{0,300}?[\\s,]["']?-${letter}(?:["'],?[ \\t]{1,4}|[ \\t=]{0,4})(?<secret>"[^"\\n]+"|'[^'\\n]+'|["']?[^\\s"'-][^\\s"']*)`,
    "g",
  ),
});

export const clientRules: readonly SecretRule[] = clients.map(option);
