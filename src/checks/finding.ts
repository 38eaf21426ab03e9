/** What a plan says beside its changes: a block, a warning or a note, and the record of each. Pure. */

export type Level = "block" | "warn" | "note";

export interface Finding {
  /** The control that says it, or the concern. */
  readonly control: string;
  /** Stable, such as `ssh.no-usable-key`; `harden explain` knows each. */
  readonly id: string;
  readonly level: Level;
  /** What, where, and what to do: whole sentences. */
  readonly message: string;
  readonly hint?: string;
}

/** What is known of a finding before a guard makes it. */
export interface FindingRecord {
  readonly id: string;
  /** The usual one: a guard may say it at another. */
  readonly level: Level;
  /** What it is about, in a line for `harden explain`; left out where a check of the same id says it. */
  readonly about?: string;
}

/** A finding of a record, which one control or another says. */
export const findingOf = (
  { id, level }: Pick<FindingRecord, "id" | "level">,
  control: string,
  message: string,
  hint?: string,
): Finding => ({ control, id, level, message, ...(hint === undefined ? {} : { hint }) });

/** No finding where there is nothing to say, and one for each message. */
type Message = string | false | undefined | readonly string[];

/** Makes findings of its records, by their names behind the dot. */
export interface Say<N extends string> {
  (name: N, message: Message, hint?: string): readonly Finding[];
  readonly at: (level: Level, name: N, message: Message, hint?: string) => readonly Finding[];
  readonly records: readonly FindingRecord[];
}

/** The findings of a group, which stand beside the guard that makes them. */
export function findingsOf<N extends string>(
  group: string,
  rows: Readonly<Record<N, readonly [level: Level, about?: string]>>,
): Say<N> {
  const records = (Object.entries(rows) as [N, readonly [Level, string?]][]).map(
    ([name, [level, about]]) => ({
      id: `${group}.${name}`,
      level,
      ...(about === undefined ? {} : { about }),
    }),
  );
  const at: Say<N>["at"] = (level, name, message, hint) =>
    [message]
      .flat()
      .flatMap((text) =>
        typeof text === "string" ? [findingOf({ id: `${group}.${name}`, level }, group, text, hint)] : [],
      );
  const say = (name: N, message: Message, hint?: string) => at(rows[name][0], name, message, hint);
  return Object.assign(say, { at, records });
}
