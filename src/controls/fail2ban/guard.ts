/** What keeps the wanted jail from coming true, said before anything changes. */
import { valueOr } from "../../facts/probe.ts";
import type { Finding } from "../../plan/plan.ts";
import { overrides } from "./jail.ts";
import { type FailInput, pathOf, unreadable } from "./state.ts";

export function guard(input: FailInput): readonly Finding[] {
  const { facts, host } = input;
  const why = unreadable(input);
  const path = pathOf(input);
  const beaten = overrides(valueOr(facts.files, []), path);
  return [
    ...(why === undefined
      ? []
      : [finding("unreadable", "block", `fail2ban's files could not be read: ${why}.`)]),
    ...(beaten.length === 0
      ? []
      : [
          finding(
            "overridden",
            "block",
            `${[...new Set(beaten.map((each) => each.path))].join(", ")} is read after ${path} and sets ${[
              ...new Set(beaten.map((each) => each.key)),
            ].join(", ")} of the sshd jail, so the profile's values would not count.`,
            "Take these settings out, rename the file so that it sorts before zz-harden.local, or skip the control.",
          ),
        ]),
    ...(facts.running.state === "unknown"
      ? [
          finding(
            "not-asked",
            "warn",
            `The running jail could not be asked (${facts.running.why}), so the plan can't tell whether it works with the values of its file.`,
            "Run as root, or as a login that may use sudo.",
          ),
        ]
      : []),
    ...(host.systemd
      ? []
      : [finding("no-systemd", "note", "systemd does not run here, so fail2ban's service is left alone.")]),
  ];
}

function finding(id: string, level: Finding["level"], message: string, hint?: string): Finding {
  return {
    control: "fail2ban",
    id: `fail2ban.${id}`,
    level,
    message,
    ...(hint === undefined ? {} : { hint }),
  };
}
