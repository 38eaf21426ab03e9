/** What keeps the wanted jail from coming true, said before anything changes. */
import { asRoot } from "../../facts/probe.ts";
import type { Finding } from "../../plan/plan.ts";
import { findingsOf, maskedHint } from "../findings.ts";
import { isWide } from "./ignored.ts";
import type { FailInput, View } from "./state.ts";

const { block, warn, note } = findingsOf("fail2ban");

export function guard({ facts, host, view }: FailInput): readonly Finding[] {
  const { unreadable: why, path, winning, isMasked } = view;
  const all = (part: "path" | "key") => [...new Set(winning.map((each) => each[part]))].join(", ");
  return [
    ...block("unreadable", why !== undefined && `fail2ban's files could not be read: ${why}.`, asRoot),
    ...warn(
      "overridden",
      winning.length > 0 &&
        `${all("path")} is read after ${path} and sets ${all("key")} of the sshd jail, so the profile's values don't count there.`,
      "Take these settings out, or rename the file so that it sorts before zz-harden.local.",
    ),
    ...spared(view),
    ...warn(
      "masked",
      isMasked && "fail2ban.service is masked, so it stays off and nobody is banned.",
      maskedHint("fail2ban.service"),
    ),
    ...warn(
      "not-asked",
      facts.running.state === "unknown" &&
        `The running jail could not be asked (${facts.running.why}), so the plan can't tell whether it works with the values of its file.`,
      asRoot,
    ),
    ...note("no-systemd", !host.systemd && "systemd does not run here, so fail2ban's service is left alone."),
  ];
}

/** Whom others' files spare, by name: they stay spared, and the administrator knows whom. */
function spared({ others }: View): readonly Finding[] {
  if (others === undefined) return [];
  const { path, kept, left } = others;
  const wide = kept.filter(isWide);
  return [
    ...note(
      "spared",
      kept.length > 0 && `${path} spares ${kept.join(", ")} from bans: kept beside the profile's addresses.`,
    ),
    ...warn(
      "spared-wide",
      wide.length > 0 && `${path} spares ${wide.join(", ")}: whoever guesses from there is never banned.`,
      "Narrow it to the networks that administrators come from.",
    ),
    ...warn(
      "not-kept",
      left.length > 0 &&
        `The ignoreip of ${path} has words that can't be kept, so they stop counting for the sshd jail: ${left.join(" ")}.`,
      "Write what they stand for into fail2ban.ignoreIp of the profile.",
    ),
  ];
}
