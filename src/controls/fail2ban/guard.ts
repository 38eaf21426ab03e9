/** What keeps the wanted jail from coming true, said before anything changes. */
import { valueOr } from "../../facts/probe.ts";
import type { Finding } from "../../plan/plan.ts";
import { isWide, keptIgnores } from "./ignored.ts";
import { overrides } from "./jail.ts";
import { type FailInput, isMasked, pathOf, unreadable } from "./state.ts";

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
            "warn",
            `${[...new Set(beaten.map((each) => each.path))].join(", ")} is read after ${path} and sets ${[
              ...new Set(beaten.map((each) => each.key)),
            ].join(", ")} of the sshd jail, so the profile's values don't count there.`,
            "Take these settings out, or rename the file so that it sorts before zz-harden.local.",
          ),
        ]),
    ...spared(input),
    ...(isMasked(input)
      ? [
          finding(
            "masked",
            "warn",
            "fail2ban.service is masked, so it stays off and nobody is banned.",
            "Somebody masked it on purpose; if it should run: systemctl unmask fail2ban.service",
          ),
        ]
      : []),
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

/** Whom others' files spare, by name: they stay spared, and the administrator knows whom. */
function spared({ facts }: FailInput): readonly Finding[] {
  const own = keptIgnores(facts);
  if (own === undefined) return [];
  const { path, kept, left } = own;
  const wide = kept.filter(isWide);
  return [
    ...(kept.length === 0
      ? []
      : [
          finding(
            "spared",
            "note",
            `${path} spares ${kept.join(", ")} from bans: kept beside the profile's addresses.`,
          ),
        ]),
    ...(wide.length === 0
      ? []
      : [
          finding(
            "spared-wide",
            "warn",
            `${path} spares ${wide.join(", ")}: whoever guesses from there is never banned.`,
            "Narrow it to the networks that administrators come from.",
          ),
        ]),
    ...(left.length === 0
      ? []
      : [
          finding(
            "not-kept",
            "warn",
            `The ignoreip of ${path} has words that can't be kept, so they stop counting for the sshd jail: ${left.join(" ")}.`,
            "Write what they stand for into fail2ban.ignoreIp of the profile.",
          ),
        ]),
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
