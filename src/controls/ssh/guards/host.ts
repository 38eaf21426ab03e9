/** What on the host keeps the plan from being trusted, or from taking effect. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { asRoot, hintOf, valueOr } from "../../../facts/probe.ts";
import { type Directive, place } from "../config.ts";
import { stranger } from "../layout.ts";
import { matchText, overridesOf, portOverrides } from "../overrides.ts";
import { newHostKeys } from "../running.ts";
import { normal, simulated, type Visitor } from "../simulate.ts";
import type { SshInput } from "../view.ts";
import { accountOf } from "../view.ts";
import { seconds } from "../want.ts";
import { commandLine } from "../words.ts";
import type { Guard } from "./context.ts";

const say = findingsOf("ssh", {
  overridden: ["block", "A line of the host's wins over a value of the profile"],
  port: ["block"],
  unforeseen: ["block", "sshd says something else of itself than its files do"],
  "host-key-mode": ["block", "A host key has an owner or a mode with which sshd would not use it"],
  "host-key-new": [
    "block",
    "A host key has changed since sshd has read it: a reload would show one that nobody knows",
  ],
  unreadable: ["block", "Whether the way in stays open could not be checked"],
});

export const findings = say.records;

const line = (directive: Directive) => {
  const match = directive.under.length === 0 ? "" : ` under ${matchText(directive.under)}`;
  return `${place(directive)} (${directive.keyword} ${directive.words.join(" ")}${match})`;
};

export const overrideGuard: Guard = ({ input, view, effective }) => {
  const groups = (user: string) => accountOf(input, user)?.groups;
  const overrides = overridesOf(view, effective, groups);
  const lines = overrides
    .filter(({ directive }) => directive.file !== commandLine)
    .flatMap(({ wanted, directive }) =>
      say(
        "overridden",
        `${line(directive)} wins over ${wanted.keyword} ${wanted.value} of the profile.`,
        directive.under.length > 0
          ? "Take the line out of its Match block, or say in the profile what it says."
          : "Take the line out of that file, or set layout: whole, which comes before every drop-in.",
      ),
    );
  const ports = portOverrides(view, input.params.port).flatMap((directive) =>
    say(
      "port",
      `${line(directive)} would keep sshd on another port than ${input.params.port} as well.`,
      "Take the line out, or leave port out of the profile.",
    ),
  );
  return [...lines, ...ports];
};

/** The files, read our way, must give what sshd says: else nothing that is foreseen can be trusted. */
export const foresightGuard: Guard = ({ input, view, effective }) => {
  const { visit } = input.access;
  const port = visit.serverPort || "22";
  const planned: Visitor = { ...view.planned, spec: { ...view.planned.spec, lport: port } };
  const wrong = view.wanted.filter(({ keyword }) =>
    (
      [
        [stranger, effective.global],
        [planned, effective.planned],
      ] as const
    ).some(([visitor, today]) => {
      const read = simulated(view.asked, keyword, visitor);
      const said = today.get(keyword)?.map(normal).join(" ");
      return read !== undefined && said !== undefined && !/^[+^-]/.test(read) && !same(read, said);
    }),
  );
  if (wrong.length === 0) return [];
  return say(
    "unforeseen",
    `sshd -T says something else than the files for ${wrong.map(({ keyword }) => keyword).join(", ")}: what sshd will make of a change can't be told.`,
    "Look for an Include or a Match line of a kind that harden does not know, and report it.",
  );
};

const same = (a: string, b: string) => {
  const sorted = (text: string) => text.split(" ").sort().join(" ");
  return sorted(a) === sorted(b) || seconds(a) === seconds(b);
};

/** Modes of private host keys are not set by us: their content would have to be read for the backup. */
export const hostKeyGuard: Guard = ({ input }) =>
  openHostKeys(input).flatMap(({ found }) =>
    say(
      "host-key-mode",
      `${found}.`,
      "chown root:root and chmod 600 for a private key, 644 for a public one.",
    ),
  );

/** Who comes knows the host by the key that sshd has read: a reload, also that of a rollback, would show another one. */
export const newHostKeyGuard: Guard = ({ input }) => {
  const keys = newHostKeys(input);
  if (keys.length === 0) return [];
  return say(
    "host-key-new",
    `${keys.join(", ")} changed since sshd has read it: its next reload, also that of a rollback, would show a key that nobody's known_hosts has.`,
    "Let sshd read it now (systemctl reload ssh), take the new key into known_hosts, and see whether you still get in.",
  );
};

interface BadKey {
  readonly path: string;
  readonly found: string;
}

/** Each host key that others could read (private), change, or put another one in place of. */
export const badHostKeys = (input: SshInput): readonly BadKey[] => [
  ...openHostKeys(input),
  ...valueOr(input.facts.hostKeys, []).flatMap((key) =>
    "unheld" in key ? [{ path: key.path, found: `${key.path} can be replaced: ${key.unheld}` }] : [],
  ),
];

function openHostKeys({ facts }: SshInput): readonly BadKey[] {
  return valueOr(facts.hostKeys, []).flatMap((key) => {
    if ("unheld" in key) return [];
    const { path, mode, owner, group } = key;
    const open = Number.parseInt(mode, 8) & (path.endsWith(".pub") ? 0o133 : 0o177);
    return open === 0 && owner === "root" ? [] : [{ path, found: `${path} is ${mode} ${owner}:${group}` }];
  });
}

const repair = "Repair that first: sshd -t says what is wrong with its files.";

/** Facts without which nobody can say that the way in stays open. */
export function unreadable({ facts, host }: SshInput): readonly Finding[] {
  const needed = {
    files: "sshd's files",
    effective: "sshd -T",
    accounts: "accounts",
    keys: "authorized_keys",
  } as const;
  const names = Object.keys(needed) as (keyof typeof needed)[];
  const missing = names.flatMap((name) => {
    const fact = facts[name];
    if (fact.state === "present") return [];
    return [`${needed[name]}: ${"why" in fact ? fact.why || "unknown" : "not there"}`];
  });
  if (valueOr(facts.effective, undefined)?.planned.size === 0)
    missing.push("sshd -T -C for the planned login");
  if (missing.length === 0 && host.uid === 0) return [];
  const unheld = names.find((name) => "unheld" in facts[name]);
  const what = missing.length === 0 ? "shadow(5)" : missing.join("; ");
  return say(
    "unreadable",
    `Whether the way in stays open could not be checked: ${what}.`,
    unheld !== undefined ? hintOf(facts[unheld]) : host.uid === 0 ? repair : asRoot,
  );
}
