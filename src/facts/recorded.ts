/** A host's facts as a file: what a plan can be made of without the host. */
import { HardenError } from "../errors.ts";
import type { HostIdentity } from "../transports/transport.ts";
import type { Facts, RawFact } from "./probe.ts";

/** Facts, and as whom they were read: the ssh collectors are asked about the login. */
export interface Recorded {
  readonly identity: HostIdentity;
  readonly facts: Facts;
}

interface RecordedFile {
  readonly identity: HostIdentity;
  /** By probe key; `text` where the bytes are UTF-8, else base64. */
  readonly facts: Readonly<Record<string, { state: RawFact["state"]; text?: string; base64?: string }>>;
}

export function serializeRecorded({ identity, facts }: Recorded): string {
  const entries = [...facts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { state, data }]) => {
      const text = data.toString("utf8");
      const same = Buffer.from(text, "utf8").equals(data);
      return [key, same ? { state, text } : { state, base64: data.toString("base64") }] as const;
    });
  const file: RecordedFile = { identity, facts: Object.fromEntries(entries) };
  return `${JSON.stringify(file, undefined, 1)}\n`;
}

/** `where` is the file, for the message. Throws HardenError `usage` for what is no recorded host. */
export function parseRecorded(text: string, where = "the text"): Recorded {
  const file = recordedFile(parseJson(text));
  if (file === undefined)
    throw new HardenError("usage", `${where} is no recorded host: ${unlike(text)}.`, {
      hostState: "no host was contacted",
      hint: "Without --recorded the hosts themselves are asked.",
    });
  const facts = Object.entries(file.facts).map(([key, { state, text: plain, base64 }]): [string, RawFact] => [
    key,
    { state, data: plain === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(plain, "utf8") },
  ]);
  return { identity: file.identity, facts: new Map(facts) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const states: ReadonlySet<unknown> = new Set(["present", "absent", "unknown", "unsupported"]);

const isFact = (value: unknown) =>
  isMap(value) &&
  states.has(value.state) &&
  [value.text, value.base64].every((each) => each === undefined || typeof each === "string");

function recordedFile(value: unknown): RecordedFile | undefined {
  if (!isMap(value) || !isMap(value.identity) || !isMap(value.facts)) return undefined;
  const { login, privilege } = value.identity;
  const whole = typeof login === "string" && isMap(privilege) && Object.values(value.facts).every(isFact);
  return whole ? (value as unknown as RecordedFile) : undefined;
}

function unlike(text: string): string {
  const value = parseJson(text);
  if (value === undefined) return "it is no JSON, or cut off";
  const isPlan = isMap(value) && String(value.format).startsWith("harden plan");
  return isPlan ? "it is a saved plan, for `harden show` and `harden apply`" : "it has no facts of a host";
}
