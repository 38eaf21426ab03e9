/** Whom somebody's own files spare from bans: kept beside the profile's, since ours would win over theirs. */
import type { JailFile } from "../../facts/fail2ban-files.ts";
import { type Read, valueOr } from "../../facts/probe.ts";
import { parseNetwork } from "../../profile/network.ts";
import { dropInPath, isWrittenByUs, mainPath, spelled } from "./jail.ts";
import { listed, nextSetting } from "./next.ts";
import type { probes } from "./probes.ts";

const plain = /^[A-Za-z0-9:][A-Za-z0-9._:/-]*$/;
const most = 500;

/** The list that would count for the sshd jail if there were no file of ours; undefined where there is none. */
export function keptIgnores(facts: Read<typeof probes>) {
  const ours = new Map([
    [mainPath, facts.jailLocal],
    [dropInPath, facts.dropIn],
  ]);
  const files = valueOr(facts.files, []).map((each): JailFile => {
    const fact = ours.get(each.path);
    if (fact === undefined || !isWrittenByUs(fact)) return each;
    return { ...each, settings: each.settings.filter(({ section }) => section === "DEFAULT") };
  });
  const setting = nextSetting(files, "ignoreip");
  if (setting === undefined) return undefined;
  const words = listed(setting.value);
  const kept = words.filter((each) => plain.test(each)).map(spelled);
  return {
    path: setting.path,
    /** Addresses, networks and names, in one spelling. */
    kept: kept.slice(0, most),
    /** What can't go into another file as it is, such as a reference to another key. */
    left: words.filter((each) => !plain.test(each)),
  };
}

/** Wider than anybody's own network: /8 of IPv4, /32 of IPv6. */
export function isWide(text: string): boolean {
  const network = parseNetwork(text);
  return network !== undefined && network.prefix < (network.bits === 32 ? 8 : 32);
}
