/** Whether services want a password of whoever comes to them over their network, in containers and on the host: real attempts. */
import { linesOf } from "./lines.ts";
import type { Probe } from "./probe.ts";

const services = ["redis", "postgres"] as const;
export type AskedService = (typeof services)[number];

const answers = [
  "open",
  "usual",
  "password",
  "clear",
  "md5",
  "scram",
  "untried",
  "denied",
  "silent",
  "unread",
  "elsewhere",
  "strange",
] as const;

export interface Attempt {
  /** Of the container; `host`: a process of the host's own network. */
  readonly id: string;
  readonly service: AskedService;
  readonly address: string;
  /** Never empty; several only of `elsewhere`. */
  readonly ports: readonly number[];
  /**
   * `usual`: by a password that anybody tries; `untried`: by scram, and not all of those were tried; `denied`: not from there, whatever
   * the password; `silent`: nothing listens there; `unread`: nobody answers, and on what it listens is not known; `elsewhere`: it
   * listens there, and gives no answer that is the service's.
   */
  readonly answer: (typeof answers)[number];
  /** The command has the password in it. */
  readonly shown: boolean;
}

/** Root only; of containers none where the engine doesn't run. */
export const serviceAuth: Probe<readonly Attempt[]> = {
  collector: "service_auth",
  args: [],
  deep: true,
  parse: (data) => {
    const lines = linesOf(data);
    if (lines.at(-1) !== "end") throw new Error("the answer is cut off");
    return lines.slice(0, -1).map(attemptOf);
  },
};

const shape = new RegExp(
  `^([0-9a-f]{64}|host) (${services.join("|")}) ([0-9.]{7,15}) ([0-9]{1,5}(?:,[0-9]{1,5}){0,7}) (${answers.join("|")}) (shown|-)$`,
);

function attemptOf(line: string): Attempt {
  const [, id = "", service, address = "", ports = "", answer, shown] = shape.exec(line) ?? [];
  if (id === "") throw new Error("a line of the answer is not understood");
  return {
    id,
    address,
    ports: ports.split(",").map(Number),
    shown: shown === "shown",
    service: service as AskedService,
    answer: answer as Attempt["answer"],
  };
}
