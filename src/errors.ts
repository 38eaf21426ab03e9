/** What went wrong, as a word; `cli.ts` maps it to the exit status. */
export type ErrorCode = "profile" | (string & {});

export interface ErrorDetails {
  readonly hint?: string;
  readonly where?: string;
  readonly hostState?: string;
  readonly cause?: unknown;
}

/** Every failure that harden expects: one sentence, where it happened, and the state that the host is left in. */
export class HardenError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, { cause: details.cause });
    this.name = "HardenError";
    this.code = code;
    this.details = details;
  }
}
