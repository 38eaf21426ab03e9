/** Whether sshd would let an account in by one of the keys that lie on the host. */
import type { Account, KeyFile, PathStep } from "../../facts/accounts.ts";
import { expiry, type KeyLine, parseKeyLine } from "./keyfile.ts";
import { matchHostAndAddress, matchPatterns } from "./patterns.ts";

export interface Circumstances {
  readonly account: Account;
  /** The caller's address; "" where it isn't known. */
  readonly address: string;
  /** The host's clock, seconds since 1970. */
  readonly now: number;
  readonly strictModes: boolean;
  /** A group's number that only this account is in: Debian's sshd lets that one write. */
  readonly ownGroup?: number | undefined;
  /** PubkeyAcceptedAlgorithms; empty where sshd doesn't tell. */
  readonly algorithms: readonly string[];
  /** RequiredRSASize. */
  readonly rsaBits: number;
}

/** Usable: no reasons. Else one sentence for each file and key that sshd would not take. */
export function keysUsable(
  files: readonly KeyFile[],
  about: Circumstances,
): { usable: boolean; reasons: readonly string[] } {
  const results = files.map((file) => fileReasons(file, about));
  const usable = results.some((reasons) => reasons.length === 0);
  return { usable, reasons: usable ? [] : results.flat() };
}

function fileReasons(file: KeyFile, about: Circumstances): readonly string[] {
  const { path } = file;
  const { unread: why } = file;
  const unread =
    why === undefined ? [] : [`${path} could not be read as ${about.account.name}, as sshd would: ${why}`];
  if (file.steps.length === 0) return why === undefined ? [`${path} is not there`] : unread;
  const closed = closedFile(file, about);
  if (closed !== undefined) return [closed];
  const keys = file.lines.map(parseKeyLine).filter((key) => key !== undefined);
  if (keys.length === 0) return why === undefined ? [`${path} holds no key`] : unread;
  const reasons = keys.map((key) => keyReason(key, about));
  if (reasons.includes(undefined)) return [];
  return [...new Set(reasons.map((reason) => `a key in ${path} ${reason}`)), ...unread];
}

/** Why sshd reads no key of a file that is there, whatever key it is. */
export const closedFile = (
  file: KeyFile,
  { account, strictModes, ownGroup }: Pick<Circumstances, "account" | "strictModes" | "ownGroup">,
): string | undefined =>
  unreadable(file.steps, account) ?? (strictModes ? unsafe(file, account, ownGroup) : undefined);

/** StrictModes: nobody else may write the file, nor any folder up to the home or the root. */
function unsafe({ steps, home }: KeyFile, { uid, name }: Account, ownGroup?: number): string | undefined {
  const open = ({ mode, gid }: PathStep) => (mode & (gid === ownGroup ? 0o002 : 0o022)) !== 0;
  const homeAt = steps.findIndex(({ path }) => path === home);
  const watched = homeAt === -1 ? steps : steps.slice(0, homeAt + 1);
  const bad = watched.find((step) => open(step) || (step.uid !== 0 && step.uid !== uid));
  if (bad === undefined) return undefined;
  const why = open(bad) ? "others may write to it" : `it belongs to neither ${name} nor root`;
  return `sshd (StrictModes) refuses ${steps[0]!.path} because of ${bad.path}: ${why}`;
}

/** sshd reads the file as the user. */
function unreadable(steps: readonly PathStep[], { uid, gid, name }: Account): string | undefined {
  if (uid === 0) return undefined;
  const allowed = ({ mode, uid: owner, gid: group }: PathStep, bit: number) => {
    if (owner === uid) return (mode & (bit << 6)) !== 0;
    // Other groups of the account may let it in, too: only what is closed to everybody is surely closed.
    return (mode & ((group === gid ? bit << 3 : 0) | bit | (bit << 3))) !== 0;
  };
  const closed = steps.find((step, index) => !allowed(step, index === 0 ? 4 : 1));
  return closed && `${steps[0]!.path} can't be read by ${name}: ${closed.path} is closed`;
}

/** Undefined for a key that opens a shell from this address, now. */
function keyReason({ options, type, bits }: KeyLine, about: Circumstances): string | undefined {
  if (options.has("cert-authority")) return "is a certificate authority, which is no key to log in with";
  if (options.has("command")) return "only runs the command that it names";
  const from = options.get("from");
  if (from !== undefined && about.address !== "" && !fromAllows(from, about.address))
    return `is only for callers from ${from}, not for ${about.address}`;
  const until = options.get("expiry-time");
  if (until !== undefined && !(expiry(until) > about.now)) return `has expired (${until})`;
  return refusedKind(
    { type, options, ...(bits === undefined ? {} : { bits }) },
    { ...about, algorithms: about.algorithms.join(",") },
  );
}

/** Of a key's type and size; `algorithms`: as sshd's files or `sshd -T` write them, "" where they are not known. */
export function refusedKind(
  { type, bits, options }: Pick<KeyLine, "type" | "bits" | "options">,
  { algorithms, rsaBits }: { readonly algorithms: string; readonly rsaBits: number },
): string | undefined {
  if (options.has("cert-authority")) return undefined;
  const names = type === "ssh-rsa" ? ["rsa-sha2-256", "rsa-sha2-512", "ssh-rsa"] : [type];
  if (!names.some((name) => isAccepted(name, algorithms)))
    return `is of the type ${type}, which PubkeyAcceptedAlgorithms leaves out`;
  if (bits !== undefined && bits < rsaBits) return `has ${bits} bits, less than RequiredRSASize ${rsaBits}`;
  return undefined;
}

/** `+` and `^` take nothing away from a list that is not written there. */
function isAccepted(name: string, algorithms: string): boolean {
  if (algorithms.startsWith("-")) return !matchPatterns(name, algorithms.slice(1));
  return /^([+^]|$)/.test(algorithms) || matchPatterns(name, algorithms);
}

const fromAllows = (from: string, address: string) => matchHostAndAddress({ host: address, address }, from);
