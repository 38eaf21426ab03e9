/** What keeps any plan of a host from being applied: nothing that could roll back, or a caller who would be shut out. Pure. */
import { type Finding, findingsOf } from "../checks/finding.ts";
import type { HostFacts } from "../facts/host.ts";
import { isWithin, parseNetwork } from "../profile/network.ts";
import type { Access } from "./access.ts";

const say = findingsOf("host", {
  "no-systemd": [
    "block",
    "systemd is not the first process of the host, so that nothing could roll back by itself",
  ],
  "caller-not-covered": ["block", "This run comes from an address that access.from doesn't cover"],
});

export const findings = say.records;

const [noSystemd] = findings;

export const isNoSystemd = ({ id }: Pick<Finding, "id">) => id === noSystemd?.id;

export function hostFindings(host: HostFacts): readonly Finding[] {
  return say(
    "no-systemd",
    !host.systemd &&
      "systemd is not the first process of this host, so nothing could roll back by itself: apply is refused.",
    "plan and verify work here; apply needs a host that systemd starts.",
  );
}

/** Whoever comes from outside of what the profile lets in would be shut out by what it asks for. */
export function callerFindings({ caller, planned }: Access): readonly Finding[] {
  if (caller === undefined || parseNetwork(caller) === undefined) return [];
  if (planned.callers.some((each) => isWithin(caller, each))) return [];
  return say(
    "caller-not-covered",
    `This run comes from ${caller}, and access.from covers only ${planned.callers.join(", ")}.`,
    `Add a network that holds ${caller} to access.from.`,
  );
}
