/** What went wrong, as the caller must treat it; each has one exit status. */
export type ErrorCode =
  | "usage"
  | "profile"
  | "compose"
  | "connect"
  | "host"
  | "blocked"
  | "stale"
  | "locked"
  | "rolled-back"
  | "unknown-outcome"
  | "internal";

/** What a reader may want beyond the message; `cause` is for developers and is never shown. */
export interface ErrorDetails {
  /** One sentence: what to try next. */
  readonly hint?: string;
  /** File, line, host or address that the message is about. */
  readonly where?: string;
  /** The state that the host is left in, for example "nothing was changed". */
  readonly hostState?: string;
  readonly cause?: unknown;
  /** The host has refused the login itself, and may count that: whoever tries often is banned. */
  readonly refused?: true;
}

/** The one error that users see: the message is a single sentence, without a stack trace. */
export class HardenError extends Error {
  override readonly name = "HardenError";
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.details = details;
  }
}

export const isRefusal = (error: unknown): boolean =>
  error instanceof HardenError && error.details.refused === true;

const exitStatuses: Readonly<Record<ErrorCode, number>> = {
  usage: 64,
  profile: 78,
  compose: 78,
  connect: 1,
  host: 1,
  internal: 1,
  blocked: 3,
  stale: 3,
  locked: 3,
  "rolled-back": 4,
  "unknown-outcome": 5,
};

/** The process's exit status for an error code. */
export function exitStatus(code: ErrorCode): number {
  return exitStatuses[code];
}

/** What to do about a file that the system refuses. */
export function fileHint(cause: unknown): string {
  switch ((cause as NodeJS.ErrnoException | undefined)?.code) {
    case "ENOENT":
      return "See that the path is right, and its folder there: a relative one begins in the folder that harden was started in.";
    case "ENOTDIR":
      return "See that the path is right: a part of it is a file, and no folder.";
    case "EISDIR":
      return "Name a file in it.";
    case "EACCES":
    case "EPERM":
      return "See by ls -l whose it is, and who may read and write it; or name another one.";
    case "EROFS":
      return "Name a place that can be written to.";
    case "ENOSPC":
    case "EDQUOT":
      return "Make room there, or name another place.";
    default:
      return "Look at it, or name another one.";
  }
}

/** What the system says of a file, without its code and the path: `no such file or directory`. */
export function systemWords(cause: unknown): string {
  const { code, message } = cause as NodeJS.ErrnoException;
  if (code === "EISDIR") return "it is a folder";
  return /^E[A-Z0-9]+: (.*?)(?:, [a-z]+(?: '.*')?)?$/s.exec(message)?.[1] ?? message;
}
