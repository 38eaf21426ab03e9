/** What keeps the wanted jail from coming true, said before anything changes. */
import type { Finding } from "../../checks/finding.ts";
import { findingsOf } from "../../checks/finding.ts";
import { asRoot, hintOfWhy } from "../../facts/probe.ts";
import { maskedHint } from "../guard-words.ts";
import { isWide } from "./ignored.ts";
import type { Fail2banView, FailInput } from "./state.ts";

const say = findingsOf("fail2ban", {
  unreadable: ["block", "fail2ban's files could not be read"],
  "not-text": ["warn", "fail2ban leaves out a file that is not UTF-8 text"],
  overridden: ["warn", "A file that is read later sets values of the sshd jail"],
  masked: ["warn", "fail2ban is masked, so that nobody is banned"],
  "not-asked": ["warn", "The jail that runs could not be asked by which values it works"],
  "no-systemd": ["note", "systemd does not run here, so that fail2ban's service is left alone"],
  spared: ["note", "Somebody's file spares addresses from bans; they are kept"],
  "spared-wide": ["warn", "Somebody's file spares whole networks from bans"],
  "not-kept": ["warn", "ignoreip has words that can't be kept beside the profile's"],
});

export const findings = say.records;

export function guard({ facts, host, view }: FailInput): readonly Finding[] {
  const { unreadable: why, path, winning, isMasked } = view;
  const broken = view.files.flatMap(({ path: each, isText }) => (isText ? [] : [each])).join(", ");
  const all = (part: "path" | "key") => [...new Set(winning.map((each) => each[part]))].join(", ");
  return [
    ...say("unreadable", why !== undefined && `fail2ban's files could not be read: ${why}.`, hintOfWhy(why)),
    ...say(
      "not-text",
      broken !== "" &&
        `fail2ban can't read ${broken}, which is no UTF-8: nothing in it counts, now or later.`,
      "Write it as UTF-8 (iconv -f latin1 -t utf8 FILE), and look what counts then.",
    ),
    ...say(
      "overridden",
      winning.length > 0 &&
        `${all("path")} is read after ${path} and sets ${all("key")} of the sshd jail, so the profile's values don't count there.`,
      "Take these settings out, or rename the file so that it sorts before zz-harden.local.",
    ),
    ...spared(view),
    ...say(
      "masked",
      isMasked && "fail2ban.service is masked, so it stays off and nobody is banned.",
      maskedHint("fail2ban.service"),
    ),
    ...say(
      "not-asked",
      facts.running.state === "unknown" &&
        `The running jail could not be asked (${facts.running.why}), so the plan can't tell whether it works with the values of its file.`,
      asRoot,
    ),
    ...say("no-systemd", !host.systemd && "systemd does not run here, so fail2ban's service is left alone."),
  ];
}

/** Whom others' files spare, by name: they stay spared, and the administrator knows whom. */
function spared({ others }: Fail2banView): readonly Finding[] {
  if (others === undefined) return [];
  const { path, kept, left } = others;
  const wide = kept.filter(isWide);
  return [
    ...say(
      "spared",
      kept.length > 0 && `${path} spares ${kept.join(", ")} from bans: kept beside the profile's addresses.`,
    ),
    ...say(
      "spared-wide",
      wide.length > 0 && `${path} spares ${wide.join(", ")}: whoever guesses from there is never banned.`,
      "Narrow it to the networks that administrators come from.",
    ),
    ...say(
      "not-kept",
      left.length > 0 &&
        `The ignoreip of ${path} has words that can't be kept, so they stop counting for the sshd jail: ${left.join(" ")}.`,
      "Write what they stand for into fail2ban.ignoreIp of the profile.",
    ),
  ];
}
