/** What port 80 of a host answers to the question by which a CA proves a domain. Pure. */
import { letsencrypt } from "./certificates.ts";
import type { Probe } from "./probe.ts";
import { rowsOf } from "./rows.ts";

/** What was asked for one name at one address. */
export interface AcmeAnswer {
  /** The certificate's. */
  readonly of: string;
  readonly name: string;
  readonly address: string;
  /** `right`, `other`, `status`, `refused`, `late`, `away`, `dead` or `wildcard`. */
  readonly result: string;
  /** The status, or to where it leads. */
  readonly detail: string;
}

export interface AcmeFact {
  readonly answers: readonly AcmeAnswer[];
  /** Certificates without a name that could be read. */
  readonly unread: readonly string[];
  /** How many questions were not put. */
  readonly left: number;
}

/** As the CA has it, below a folder that is served. */
export const questionPath = "/.well-known/acme-challenge";

/** `path`: what is asked for; `text`: what the right answer has in it. */
export const acmeAnswers = (path: string, text: string): Probe<AcmeFact> => ({
  collector: "acme_answers",
  args: [letsencrypt, path, text],
  deep: true,
  parse: parseAnswers,
});

function parseAnswers(data: Buffer): AcmeFact {
  const all = rowsOf(data);
  return {
    answers: all("answer").map(([of = "", name = "", address = "", result = "", detail = ""]) => ({
      of,
      name,
      address,
      result,
      detail,
    })),
    unread: all("unread").map(([of = ""]) => of),
    left: Number(all("left")[0]?.[0] ?? 0),
  };
}
