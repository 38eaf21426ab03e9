/** What a person who waits wants to hear of the host's events. */
import type { HostEvent } from "../host/events.ts";
import { numbered } from "../host/script.ts";
import type { Work } from "../plan/steps.ts";
import type { Ports } from "./ports.ts";

export type Talk = (event: HostEvent) => void;

/** `work` is what was sent, as the host counts its steps. */
export function narrate(target: string, work: readonly Work[], ports: Ports): Talk {
  const steps = numbered(work);
  const say = (text: string, level: "info" | "warn" = "info") =>
    ports.emit({ kind: "say", target, level, text });
  return (event) => {
    switch (event.event) {
      case "armed":
        return say("armed: from here on the host comes back by itself");
      case "progress":
        return say(`${event.what} ${event.text}`.trim());
      case "step": {
        if (event.phase === "done") return;
        const verb = steps.find(({ number }) => number === event.number)?.step.verb ?? "";
        const text = `[${event.number}/${steps.length}] ${verb} ${event.address}`;
        // Live values are many and quick: on a terminal each takes the place of the one before.
        return verb === "sysctl" ? ports.emit({ kind: "countdown", target, text }) : say(text);
      }
      case "lease-taken-over":
        return say(`took over the dead lease of ${event.who}, since ${event.since}`, "warn");
      case "note":
      case "failed":
        return say([event.object, event.text].filter(Boolean).join(": "), "warn");
      default:
        return narrateEnd(event, { target, ports });
    }
  };
}

/** Only how a run ends: for a host that tells everything once more. */
export function narrateEnd(event: HostEvent, { target, ports }: { target: string; ports: Ports }): void {
  const warn = (text: string) => ports.emit({ kind: "say", target, level: "warn", text });
  if (event.event === "rolling") warn(`rolling back (${event.why})`);
  if (event.event === "rolled-back")
    warn(event.clean ? "rolled back: the host is as it was" : "rolled back, with notes");
}
