/** Probes of accounts: who they are, whether they may log in, their keys, and what sudo allows them. */
import { innerFrames } from "./frames.ts";
import type { Probe } from "./probe.ts";
import type { Visit } from "./sshd.ts";

export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
  readonly shell: string;
  /** Whether the shell is there and can be run. */
  readonly shellRuns: boolean;
  readonly groups: readonly string[];
  /** The first name of its number, where that is another one: by it sudo and all that goes by numbers know this account. */
  readonly called?: string;
  /** Undefined where shadow(5) could not be read or has no such line. */
  readonly shadow?: {
    /** locked begins with `!`, none is `*`, empty needs no password. */
    readonly password: "set" | "locked" | "none" | "empty";
    /** The first day since 1970 on which it lets nobody in; undefined for never. */
    readonly ends?: number;
    /** That on which each login must change the password first, which one without a terminal can't. */
    readonly changeDue?: number;
  };
}

export interface AccountsFact {
  /** The host's clock, seconds since 1970. */
  readonly now: number;
  /** nologin(5): only root gets in. */
  readonly nologin: boolean;
  readonly accounts: readonly Account[];
  /** How many more there are. */
  readonly left: number;
}

/** What is thousands of years ahead is never. */
const dayIn = (name: "ends" | "changeDue", text = "") =>
  /^\d{1,6}$/.test(text) ? { [name]: Number(text) } : {};

/** Whether its shell runs no commands, or ends at once. */
export const isShellClosed = ({ shell, shellRuns }: Pick<Account, "shell" | "shellRuns">): boolean =>
  !shellRuns || /\/(nologin|false)$/.test(shell);

/** Where an account is at home, or will be. */
export const homeOf = (name: string, accounts: readonly Account[]) =>
  accounts.find((each) => each.name === name)?.home ?? `/home/${name}`;

/** The named accounts, and at most 256 local ones with a login shell. */
export const accounts = (names: readonly string[]): Probe<AccountsFact> => ({
  collector: "accounts",
  args: [...new Set(names)],
  parse: (data) => {
    const rows = data
      .toString("utf8")
      .split("\n")
      .map((line) => line.split(":"));
    const of = (kind: string, name: string) => rows.find((row) => row[0] === kind && row[1] === name);
    return {
      now: Number(rows.find((row) => row[0] === "now")?.[1]),
      left: Number(rows.find((row) => row[0] === "left")?.[1] ?? 0),
      nologin: rows.some((row) => row[0] === "nologin"),
      accounts: rows
        .filter((row) => row[0] === "account" && row.length === 7)
        .map(([, name = "", uid, gid, home = "", shell = "", runs]) => {
          const shadow = of("shadow", name);
          const called = of("called", uid ?? "")?.[2] ?? name;
          return {
            name,
            uid: Number(uid),
            gid: Number(gid),
            home,
            shell,
            shellRuns: runs === "yes",
            groups: (of("groups", name)?.[2] ?? "").split(",").filter((group) => group !== ""),
            ...(called === name ? {} : { called }),
            ...(shadow && {
              shadow: {
                password: shadow[2] as "set" | "locked" | "none" | "empty",
                ...dayIn("ends", shadow[3]),
                ...dayIn("changeDue", shadow[4]),
              },
            }),
          };
        }),
    };
  },
});

/** stat(1) of a file or a folder above it. */
export interface PathStep {
  readonly path: string;
  /** st_mode, with the type. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

export interface KeyFile {
  readonly user: string;
  readonly home: string;
  /** Where AuthorizedKeysFile points to. */
  readonly path: string;
  /** Only for connections that come another way than harden. */
  readonly elsewhere?: true;
  /** Where that really is, and every folder above it; empty where there is no such file. */
  readonly steps: readonly PathStep[];
  /** The folder named for it, wherever that really is, also where there is no such file; undefined where it isn't there. */
  readonly folder?: PathStep;
  /**
   * Each folder and link on the way from the root, up to the first that isn't there; undefined with StrictModes, by which
   * sshd itself refuses a file that others can replace.
   */
  readonly way?: readonly PathStep[];
  /** Those that are no comments. */
  readonly lines: readonly string[];
  /** Why it could not be read, or not whole: there may be keys that nobody has seen. */
  readonly unread?: string;
}

/** The files of an account's keys that count for how harden comes. */
export const keysHere = (files: readonly KeyFile[], name: string): readonly KeyFile[] =>
  files.filter(({ user, elsewhere }) => user === name && !elsewhere);

const stepsOf = (text: string): readonly PathStep[] =>
  text.split("\n").flatMap((line) => {
    const [mode, uid, gid, ...name] = line.split(" ");
    return name.length === 0
      ? []
      : [
          {
            path: name.join(" "),
            mode: Number.parseInt(mode ?? "", 16),
            uid: Number(uid),
            gid: Number(gid),
          },
        ];
  });

/** Every file in which sshd looks for the keys of the two logins and of the local accounts. */
export const authorizedKeys = (visit: Visit): Probe<readonly KeyFile[]> => ({
  collector: "authorized_keys",
  args: [visit.login, visit.planned, visit.address, visit.serverAddress, visit.serverPort],
  parse: (data) => {
    const frames = innerFrames(data);
    const of = (kind: string) =>
      new Map(
        frames
          .filter(({ word }) => word === kind)
          .map(({ rest, content }) => [rest, content.toString("utf8")] as const),
      );
    const [unread, folders, ways] = [of("unread"), of("folder"), of("way")];
    const elsewhere = of("elsewhere");
    return frames
      .filter(({ word }) => word === "keys")
      .map(({ rest, content }) => {
        const [user = "", home = "", ...path] = rest.split(":");
        const why = unread.get(rest)?.trim();
        const [folder] = stepsOf(folders.get(rest) ?? "");
        const way = ways.get(rest);
        const text = content.toString("utf8");
        const end = text.indexOf("\n\n");
        const head = end === -1 ? "" : text.slice(0, end);
        return {
          user,
          home,
          path: path.join(":"),
          ...(elsewhere.has(rest) ? { elsewhere: true as const } : {}),
          steps: stepsOf(head),
          ...(folder === undefined ? {} : { folder }),
          ...(way === undefined ? {} : { way: stepsOf(way) }),
          lines: text
            .slice(end + 2)
            .split("\n")
            .filter((line) => line !== ""),
          ...(why === undefined ? {} : { unread: why }),
        };
      });
  },
});
