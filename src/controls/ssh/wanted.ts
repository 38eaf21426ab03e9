/** What the profile wants of this host's sshd, keyword by keyword. Pure. */
import type { Effective } from "../../facts/sshd.ts";
import type { Keyword, KnownKeywords } from "./keywords/keyword.ts";
import { keywords } from "./keywords.ts";
import type { SshParams } from "./params.ts";

export interface WantedDirectives {
  /** As sshd_config(5) writes it. */
  readonly name: string;
  /** As `sshd -T` prints it. */
  readonly keyword: string;
  readonly value: string;
  /** Whether a value is this one or stricter. */
  readonly accepts: (value: string) => boolean;
}

/** What an sshd knows, by its answer, else by its package's version. */
export function knownOf(effective: Effective | undefined, version: string | undefined): KnownKeywords {
  if (effective !== undefined) return { old: effective.has("challengeresponseauthentication"), effective };
  const [, major, minor] = /^(?:\d+:)?(\d+)\.(\d+)/.exec(version ?? "") ?? [];
  const old = major !== undefined && (Number(major) < 8 || (Number(major) === 8 && Number(minor) < 7));
  return { old, effective };
}

export const nameOf = ({ name }: Keyword, known: KnownKeywords) =>
  typeof name === "string" ? name : name(known);

export const isKnown = ({ knownBy }: Keyword, { effective }: KnownKeywords) =>
  knownBy === undefined || effective?.has(knownBy) === true;

/** Everything but the port, which is the socket's where systemd listens. */
export function wantedOf(params: SshParams, known: KnownKeywords): readonly WantedDirectives[] {
  return keywords.flatMap((each) => {
    const want = isKnown(each, known) ? each.want(params) : undefined;
    const name = nameOf(each, known);
    return want === undefined ? [] : [{ name, keyword: name.toLowerCase(), ...want }];
  });
}
