/** What the profile wants of sshd, keyword by keyword, and what else is as good. */
import type { Effective } from "../../facts/sshd.ts";
import type { SshParams } from "./params.ts";
import { normal } from "./simulate.ts";

export interface Wanted {
  /** As `sshd -T` prints it. */
  readonly keyword: string;
  readonly value: string;
  /** Whether a value is this one or stricter. */
  readonly accepts: (value: string) => boolean;
}

/** Before 8.7, `sshd -T` and sshd_config(5) know ChallengeResponseAuthentication. */
export function isOld(effective: Effective | undefined, version: string | undefined): boolean {
  if (effective !== undefined) return effective.has("challengeresponseauthentication");
  const [, major, minor] = /^(?:\d+:)?(\d+)\.(\d+)/.exec(version ?? "") ?? [];
  return major !== undefined && (Number(major) < 8 || (Number(major) === 8 && Number(minor) < 7));
}

export const yesNo = (on: boolean) => (on ? "yes" : "no");

const rootLogins = ["no", "forced-commands-only", "prohibit-password", "yes"];

/** `also`: a switch that only lets people in is as good when it is off. */
const flag = (keyword: string, on: boolean, also: readonly string[] = []): Wanted => ({
  keyword,
  value: yesNo(on),
  accepts: (value) => normal(value) === yesNo(on) || also.includes(normal(value)),
});

/** Less is stricter, but 0 switches the thing off. */
const atMost = (keyword: string, max: number): Wanted => ({
  keyword,
  value: String(max),
  accepts: (value) => seconds(value) === max || (seconds(value) > 0 && seconds(value) < max),
});

const listed = (
  keyword: string,
  list: readonly string[] | undefined,
  separator: "," | " ",
): readonly Wanted[] => {
  if (list === undefined) return [];
  const accepts = (value: string) => {
    const found = value.split(separator);
    return value !== "" && found.every((each) => list.includes(each));
  };
  return [{ keyword, value: list.join(separator), accepts }];
};

/** Everything but the port, which is the socket's where systemd listens. */
export function wantedOf(params: SshParams, old: boolean): readonly Wanted[] {
  const root = params.permitRootLogin;
  return [
    flag("passwordauthentication", params.passwordAuthentication, ["no"]),
    flag("pubkeyauthentication", params.pubkeyAuthentication),
    {
      keyword: "permitrootlogin",
      value: root,
      accepts: (value) =>
        rootLogins.indexOf(normal(value)) <= rootLogins.indexOf(root) && rootLogins.includes(normal(value)),
    },
    atMost("maxauthtries", params.maxAuthTries),
    flag(keyboardKeyword(old).toLowerCase(), params.keyboardInteractive, ["no"]),
    flag("usepam", params.usePam),
    atMost("clientaliveinterval", params.clientAliveInterval),
    atMost("clientalivecountmax", params.clientAliveCountMax),
    ...listed("allowusers", params.allowUsers, " "),
    ...listed("allowgroups", params.allowGroups, " "),
    ...listed("kexalgorithms", params.kexAlgorithms, ","),
    ...listed("ciphers", params.ciphers, ","),
    ...listed("macs", params.macs, ","),
    ...listed("hostkeyalgorithms", params.hostKeyAlgorithms, ","),
  ];
}

export const keyboardKeyword = (old: boolean) =>
  old ? "ChallengeResponseAuthentication" : "KbdInteractiveAuthentication";

const units: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** sshd_config's time formats, such as `5m` or `1h30m`, in seconds; NaN where it is none. */
export function seconds(text: string): number {
  if (!/^(\d+[smhdw]?)+$/i.test(text)) return Number.NaN;
  return [...text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * units[unit ?? ""]!,
    0,
  );
}
