/** A host's facts as a file: what a plan can be made of without the host. */
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

/** Throws SyntaxError where the text is no JSON. */
export function parseRecorded(text: string): Recorded {
  const file = JSON.parse(text) as RecordedFile;
  const facts = Object.entries(file.facts).map(([key, { state, text: plain, base64 }]): [string, RawFact] => [
    key,
    { state, data: plain === undefined ? Buffer.from(base64 ?? "", "base64") : Buffer.from(plain, "utf8") },
  ]);
  return { identity: file.identity, facts: new Map(facts) };
}
