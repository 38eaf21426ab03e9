/** What a person who waits wants to hear of the host's events: a line a change, as the plan has it. */
import { progressText } from "../host/codes.ts";
import type { HostEvent } from "../host/events.ts";
import type { Work } from "../plan/steps.ts";
import type { Ports } from "./ports.ts";

export interface Narration {
  readonly hear: (event: HostEvent) => void;
  /** When nothing more is heard. */
  readonly end: () => void;
}

const [tickMs, quietMs] = [1000, 2000];

/** For a run that is heard over two links at once, as when it is interrupted: what warns is told once. */
export function warningOnce(ports: Ports): Ports {
  const told = new Set<string>();
  return {
    ...ports,
    emit(event) {
      if (event.kind === "say" && event.level === "warn") {
        if (told.has(event.text)) return;
        told.add(event.text);
      }
      ports.emit(event);
    },
  };
}

/** `work` is what was sent. What takes its time is told again while it lasts. */
export function narrate(target: string, work: readonly Work[], ports: Ports): Narration {
  const lines = [...new Set(work.map(({ line }) => line))];
  const begun = new Set<string>();
  let doing = "";
  let since = ports.now();
  const now = (text: string) => {
    [doing, since] = [text, ports.now()];
    ports.emit({ kind: "say", target, level: "info", text });
  };
  const ticking = ports.every(tickMs, () => {
    const ms = ports.now() - since;
    if (doing === "" || ms < quietMs) return;
    ports.emit({ kind: "still", target, text: `${doing}, ${Math.floor(ms / 1000)} s` });
  });
  const hear = (event: HostEvent) => {
    switch (event.event) {
      case "armed":
        return now("armed: from here on the host comes back by itself");
      case "progress":
        return now(progressText(event));
      case "step": {
        const line = work.find(({ address }) => address === event.address)?.line;
        if (event.phase === "done" || line === undefined || begun.has(line)) return;
        begun.add(line);
        return now(`[${lines.indexOf(line) + 1}/${lines.length}] ${line}`);
      }
      default:
        return narrateTrouble(event, { target, ports });
    }
  };
  return { hear, end: ticking.stop };
}

function narrateTrouble(event: HostEvent, { target, ports }: { target: string; ports: Ports }): void {
  const warn = (text: string) => ports.emit({ kind: "say", target, level: "warn", text });
  if (event.event === "lease-taken-over")
    warn(`took over the dead lease of ${event.who}, since ${event.since}`);
  if (event.event === "note" || event.event === "failed")
    warn([event.object, event.text].filter(Boolean).join(": "));
  narrateEnd(event, { target, ports });
}

/** Only how a run ends: for a host that tells everything once more. */
export function narrateEnd(event: HostEvent, { target, ports }: { target: string; ports: Ports }): void {
  const warn = (text: string) => ports.emit({ kind: "say", target, level: "warn", text });
  if (event.event === "rolling") warn(`rolling back (${event.why})`);
  if (event.event === "rolled-back")
    warn(event.clean ? "rolled back: the host is as it was" : "rolled back, with notes");
}
