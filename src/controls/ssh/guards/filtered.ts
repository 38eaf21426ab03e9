/** A port that sshd would move to, and that the host's own firewall does not let in: no section of the plan opens it. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { valueOr, whyUnknown } from "../../../facts/probe.ts";
import type { RulesFact } from "../../../facts/rules.ts";
import { isWithin } from "../../../profile/network.ts";
import { rulingText } from "../../firewall/effective.ts";
import { inForce } from "../../firewall/in-force.ts";
import { takingTables } from "../../firewall/tables.ts";
import type { Family } from "../../firewall/tuple.ts";
import { walk } from "../../firewall/walk.ts";
import type { SshInput } from "../view.ts";
import type { Guard } from "./context.ts";

const say = findingsOf("ssh", {
  "port-filtered": ["block", "The host's firewall keeps everybody from the port that sshd would move to"],
  "port-perhaps-filtered": [
    "block",
    "The host's firewall may keep people from the port that sshd would move to",
  ],
});

export const findings = say.records;

const hint = (port: number) =>
  `Plan the firewall in the same run (its section in the profile, without apply: false, --only or --skip), or open it before: ufw allow ${port}/tcp.`;

/** What becomes of somebody's first packets: why some of them, or all, don't come in. */
interface Met {
  readonly comer: string;
  readonly isAll: boolean;
  readonly why: string;
}

function metBy(input: SshInput, rules: RulesFact, port: number) {
  const { links, ruleset } = inForce(rules, valueOr(input.facts.routes, undefined));
  return (comer: string): Met | undefined => {
    const family: Family = comer.includes(":") ? 6 : 4;
    const { fates } = walk(ruleset(family), {
      ...{ family, protocol: "tcp", hook: "INPUT", state: "NEW", peer: comer, port: String(port), links },
    });
    const last = fates.at(-1);
    if (last === undefined || last.ruling === "accept") return undefined;
    return {
      comer,
      isAll: fates.every(({ ruling }) => ruling !== "accept"),
      why: `${rulingText[last.ruling]} by ${last.by}`,
    };
  };
}

/** Of those who may come the caller of this run counts most; of the families one is enough. */
function filtered(input: SshInput, rules: RulesFact, port: number): readonly Finding[] {
  const { caller, planned } = input.access;
  const met = metBy(input, rules, port);
  const allowed = planned.callers.filter((each) => rules.ipv6 || !each.includes(":"));
  const ofCaller =
    caller !== undefined && allowed.some((each) => isWithin(caller, each)) ? met(caller) : undefined;
  const all = allowed.map(met);
  const [first] = all.filter((each) => each !== undefined);
  const shut = ofCaller ?? (all.every((each) => each?.isAll === true) ? first : undefined);
  if (shut !== undefined)
    return say(
      "port-filtered",
      `sshd would move to port ${port}, which this plan doesn't open: what comes from ${shut.comer} is ${shut.why}. Nobody could log in.`,
      hint(port),
    );
  const [table] = takingTables(rules.nft);
  const why = all.includes(undefined) ? undefined : first?.why;
  const unsure = table === undefined ? why : `nftables' table ${table} was not walked`;
  return unsure === undefined ? [] : perhaps(input, port, unsure);
}

/** From elsewhere the new login shows it, and without one the run comes back. */
const perhaps = (input: SshInput, port: number, why: string) =>
  say.at(
    input.access.via === "local" ? "block" : "warn",
    "port-perhaps-filtered",
    `sshd would move to port ${port}, and whether it can be reached there is not known: ${why}.`,
    hint(port),
  );

export const filteredGuard: Guard = ({ input }) => {
  const { now, planned, opensPorts } = input.access;
  const { rules } = input.facts;
  const wanted = opensPorts ? [] : planned.ports.filter((port) => !now.ports.includes(port));
  if (wanted.length === 0 || rules.state === "absent") return [];
  return wanted.flatMap((port) =>
    rules.state === "present"
      ? filtered(input, rules.value, port)
      : perhaps(input, port, `the rules could not be read: ${whyUnknown(rules) ?? "no program for them"}`),
  );
};
