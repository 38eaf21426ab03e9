/** Whom fail2ban has banned right now, by its server's own word. */
import type { Probe } from "./probe.ts";

export interface Ban {
  /** What is banned: in most jails an address as inet_ntop(3) spells it, in some a user or a word of a log's line. */
  readonly address: string;
  /** Seconds since 1970, by the host's clock. */
  readonly since: number;
  /** Seconds since 1970; `never` for a ban that ends by hand alone. */
  readonly until: number | "never";
}

export interface BanJail {
  readonly name: string;
  readonly bans: readonly Ban[];
  /** Bans beyond the 20,000 that are listed. */
  readonly more: number;
}

export interface BansFact {
  /** Whether a server answers on the socket. */
  readonly running: boolean;
  readonly jails: readonly BanJail[];
  /** Jails by names that no question to the server can hold: their bans are not known. */
  readonly unasked: readonly string[];
}

/** Absent where fail2ban isn't installed. */
export const bans: Probe<BansFact> = { collector: "bans", args: [], parse: parseBans };

const decoded = (hex: string) => Buffer.from(hex, "hex").toString("utf8");

function parseBans(data: Buffer): BansFact {
  const jails: { name: string; bans: Ban[]; more: number }[] = [];
  const unasked: string[] = [];
  let running = false;
  for (const line of data.toString("latin1").split("\n")) {
    const [word, first = "", since, long] = line.split(" ");
    if (word === "server") running = true;
    else if (word === "jail") jails.push({ name: first, bans: [], more: 0 });
    else if (word === "unasked") unasked.push(decoded(first));
    else if (word === "more" && jails.length > 0) jails.at(-1)!.more = whole(first);
    else if (word === "ban" && jails.length > 0)
      jails.at(-1)!.bans.push(ban(decoded(first), whole(since), whole(long)));
    else if (line !== "") throw new Error("the list of bans is not understood");
  }
  return { running, jails, unasked };
}

/** fail2ban has -1 seconds for a ban without an end. */
const ban = (address: string, since: number, long: number): Ban => ({
  address,
  since,
  until: long < 0 ? "never" : since + long,
});

function whole(text: string | undefined): number {
  if (!/^-?\d{1,15}$/.test(text ?? "")) throw new Error("the list of bans is not understood");
  return Number(text);
}
