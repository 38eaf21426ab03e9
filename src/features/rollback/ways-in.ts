/** Where the host may listen for ssh once files are back. Pure. */
import { backups } from "../../facts/backups.ts";
import { type Facts, type Probe, readFact, valueOr } from "../../facts/probe.ts";
import { sshdFiles } from "../../facts/sshd.ts";
import { sshdStart } from "../../facts/sshd-start.ts";
import type { UndoItem } from "../../plan/undo.ts";
import type { Route } from "../../transports/transport.ts";

/** Files that say where sshd, or systemd for it, listens. */
export const listening: readonly Probe<unknown>[] = [sshdFiles(), sshdStart];

/** The port in use, then those that files name, of now or of before: a closed one answers at once and counts for nothing. */
export function waysIn(
  route: Route,
  { items, facts, current }: { items: readonly UndoItem[]; facts: Facts; current: number | undefined },
): readonly Route[] {
  if (route.kind === "local") return [route];
  const kept = new Set(items.flatMap(({ undo }) => (undo.kind === "file" ? [undo.run] : [])));
  const saved = [...kept].flatMap((run) => [
    ...valueOr(readFact(facts, backups(run)), new Map<number, Buffer>()).values(),
  ]);
  const files = valueOr(readFact(facts, sshdFiles()), undefined)?.files ?? [];
  const socket = valueOr(readFact(facts, sshdStart), undefined)?.socket;
  const texts = [
    ...[...saved, ...files.map(({ content }) => content)].map((content) => content.toString("utf8")),
    ...(socket?.dropins ?? []).map(({ text }) => text),
  ];
  const named = texts.flatMap((text) => [
    ...text.matchAll(/^\s*(?:Port[\s=]+|ListenAddress\s+\S*:|ListenStream=(?:.*:)?)(\d{1,5})\s*$/gim),
  ]);
  const ports = named.map(([, port]) => Number(port)).filter((port) => port > 0 && port < 65_536);
  const others = new Set([...ports, 22].filter((port) => port !== current));
  return [route, ...[...others].map((port): Route => ({ ...route, port }))];
}
