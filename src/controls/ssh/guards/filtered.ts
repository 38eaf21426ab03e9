/** A port that sshd would move to, and that the host's own firewall does not let in: nothing else of the plan opens it. */
import type { Finding } from "../../../checks/finding.ts";
import { findingsOf } from "../../../checks/finding.ts";
import { valueOr, whyUnknown } from "../../../facts/probe.ts";
import type { RoutesFact } from "../../../facts/routes.ts";
import type { RulesFact } from "../../../facts/rules.ts";
import type { Access } from "../../../plan/access.ts";
import { isWithin } from "../../../profile/network.ts";
import { rulingText } from "../../firewall/effective.ts";
import { inForce } from "../../firewall/in-force.ts";
import { takingTables } from "../../firewall/tables.ts";
import type { Family } from "../../firewall/tuple.ts";
import { type Ruleset, walk } from "../../firewall/walk.ts";
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

const hints = {
  plan: (port: number) =>
    `Plan the firewall in the same run (its section in the profile, without apply: false, --only or --skip), or open it before: ufw allow ${port}/tcp.`,
  undo: (port: number) =>
    `Open it before (ufw allow ${port}/tcp), or take the firewall along: plan its section in the same run; of a rollback, roll back first the run that closed the port, or all since at once (--to).`,
} as const;

/** The rules that will count, by family: undefined of one that the kernel doesn't have. */
export interface Rules {
  readonly of: (
    family: Family,
  ) => { readonly ruleset: Ruleset; readonly links: readonly string[] } | undefined;
  /** A table that takes packets away and was not walked. */
  readonly unwalked: string | undefined;
}

interface Asked {
  readonly access: Access;
  readonly as: keyof typeof hints;
}

/** What becomes of somebody's first packets: why some of them, or all, don't come in. */
interface Met {
  readonly comer: string;
  readonly isAll: boolean;
  readonly why: string;
}

const familyOf = (comer: string): Family => (comer.includes(":") ? 6 : 4);

const metBy =
  (rules: Rules, port: number) =>
  (comer: string): Met | undefined => {
    const family = familyOf(comer);
    const { ruleset, links } = rules.of(family)!;
    const { fates } = walk(ruleset, {
      family,
      protocol: "tcp",
      hook: "INPUT",
      state: "NEW",
      peer: comer,
      port: String(port),
      links,
    });
    const last = fates.at(-1);
    if (last === undefined || last.ruling === "accept") return undefined;
    return {
      comer,
      isAll: fates.every(({ ruling }) => ruling !== "accept"),
      why: `${rulingText[last.ruling]} by ${last.by}`,
    };
  };

/** Of those who may come the caller of this run counts most; of the families one is enough. */
function filtered({ access, as }: Asked, rules: Rules, port: number): readonly Finding[] {
  const { caller, planned } = access;
  const met = metBy(rules, port);
  const allowed = planned.callers.filter((each) => rules.of(familyOf(each)) !== undefined);
  const ofCaller =
    caller !== undefined && allowed.some((each) => isWithin(caller, each)) ? met(caller) : undefined;
  const all = allowed.map(met);
  const [first] = all.filter((each) => each !== undefined);
  const shut = ofCaller ?? (all.every((each) => each?.isAll === true) ? first : undefined);
  if (shut !== undefined)
    return say(
      "port-filtered",
      `sshd would move to port ${port}, which this plan doesn't open: what comes from ${shut.comer} is ${shut.why}. Nobody could log in.`,
      hints[as](port),
    );
  if (rules.unwalked !== undefined)
    return perhaps({ access, as }, port, `nftables' table ${rules.unwalked} was not walked`);
  if (first === undefined || all.includes(undefined)) return [];
  // Who is to come is in no undo: that some can is as good as it was.
  return as === "undo" ? [] : perhaps({ access, as }, port, first.why);
}

/** From elsewhere the new login shows it, and without one the run comes back. */
const perhaps = ({ access, as }: Asked, port: number, why: string) =>
  say.at(
    access.via === "local" ? "block" : "warn",
    "port-perhaps-filtered",
    `sshd would move to port ${port}, and whether it can be reached there is not known: ${why}.`,
    hints[as](port),
  );

const moves = ({ now, planned }: Access) => planned.ports.filter((port) => !now.ports.includes(port));

/** By the rules that an undo of the firewall gives back. */
export const filteredBy = (rules: Rules, access: Access): readonly Finding[] =>
  moves(access).flatMap((port) => filtered({ access, as: "undo" }, rules, port));

function rulesInForce(rules: RulesFact, routes: RoutesFact | undefined): Rules {
  const { links, ruleset } = inForce(rules, routes);
  return {
    of: (family) => (family === 6 && !rules.ipv6 ? undefined : { ruleset: ruleset(family), links }),
    unwalked: takingTables(rules.nft)[0],
  };
}

export function filteredPorts({ access, facts }: SshInput, as: Asked["as"]): readonly Finding[] {
  const { rules, routes } = facts;
  const wanted = access.opensPorts ? [] : moves(access);
  if (wanted.length === 0 || rules.state === "absent") return [];
  if (rules.state !== "present") {
    const why = `the rules could not be read: ${whyUnknown(rules) ?? "no program for them"}`;
    return wanted.flatMap((port) => perhaps({ access, as }, port, why));
  }
  const known = rulesInForce(rules.value, valueOr(routes, undefined));
  return wanted.flatMap((port) => filtered({ access, as }, known, port));
}

export const filteredGuard: Guard = ({ input }) => filteredPorts(input, "plan");
