/** Whether a ban that the running jail would make now keeps its address out, whatever that is: its action's commands, tried on paper. Pure. */
import type { BanAction, Jail } from "../../facts/fail2ban.ts";
import type { RoutesFact } from "../../facts/routes.ts";
import type { RulesFact } from "../../facts/rules.ts";
import { outgoingLinks } from "../firewall/links.ts";
import { type Family, zeroNetwork } from "../firewall/tuple.ts";
import { answer, type BanAnswer, inTable, isSix, type Leak, type Packet, walkedTables } from "./banned.ts";
import { type Commands, commandsOf } from "./commands.ts";
import { comersOf } from "./spared.ts";
import { tablesAfter } from "./with-rules.ts";
import { nftAfter } from "./with-table.ts";

interface Host {
  readonly ports: readonly number[];
  readonly routes: RoutesFact | undefined;
  /** Undefined where they could not be read. */
  readonly rules: RulesFact | undefined;
}

/** Families and ports of which a ban would leave its address in, or may. */
export function nextLeaks(jail: Jail, host: Host): readonly Leak[] {
  const families = ([4, 6] as const).filter((family) => family === 4 || host.rules?.ipv6 !== false);
  return families.flatMap((family) => host.ports.flatMap((port) => leakOf(jail, host, { family, port })));
}

interface Asked {
  readonly family: Family;
  readonly port: number;
}

function leakOf(jail: Jail, host: Host, { family, port }: Asked): readonly Leak[] {
  const packet: Packet = {
    banned: { address: zeroNetwork[family], inSet: "yes" },
    port,
    linkTo: outgoingLinks(host.routes),
    comers: comersOf(jail, host, family),
  };
  const current = inForce(host.rules, family);
  if (current !== undefined && walkedTables(current, packet).state === "closed") return [];
  const closing = jail.actions.filter((each) => each.port !== undefined);
  const answers = closing.map((action) => ofAction(action, { jail, packet, family, current }));
  if (answers.some(({ state }) => state === "closed")) return [];
  const isSure = answers.every(({ state }) => state === "open");
  // The rules that are in force have been judged by what is banned now.
  if (!isSure && jail.banned.some((each) => isSix(each) === (family === 6))) return [];
  const why = answers.map(({ by }, at) => `${closing[at]!.name}: ${by}`).join("; ");
  const what = `a ban of IPv${family} ${isSure ? "leaves" : "may leave"} port ${port} open`;
  return [{ verdict: isSure ? "fail" : "error", found: `${what}: ${why}` }];
}

function inForce(rules: RulesFact | undefined, family: Family) {
  const [own, other] = family === 4 ? [rules?.v4, rules?.other4] : [rules?.v6, rules?.other6];
  return own === undefined ? undefined : [own, ...(other === undefined ? [] : [other])];
}

interface Trial {
  readonly jail: Jail;
  readonly packet: Packet;
  readonly family: Family;
  readonly current: ReturnType<typeof inForce>;
}

function ofAction(action: BanAction, { jail, packet, family, current }: Trial): BanAnswer {
  const { address } = packet.banned;
  const commands = commandsOf(action, family, address);
  if (commands === undefined) return answer("unknown", "its commands are not only a packet filter's");
  const all = [...commands.start, ...commands.ban];
  const uses = (pattern: RegExp) => all.some(([program = ""]) => pattern.test(program));
  const answers = [
    ...(uses(/^nft$/) ? [byNft(commands, jail, packet)] : []),
    ...(uses(/tables$|^ufw$/) ? [byIptables(commands, current, { packet, family })] : []),
  ];
  return (
    answers.find(({ state }) => state === "closed") ??
    answers.find(({ state }) => state === "unknown") ??
    answers[0] ??
    answer("open", "no command makes a rule")
  );
}

function byNft(commands: Commands, jail: Jail, packet: Packet): BanAnswer {
  const after = nftAfter(commands, jail.rules.table, packet.banned.address);
  if (after === undefined) return answer("unknown", "its commands for nft are not understood");
  const answers = after.map(({ lines, set }) => inTable(lines, set, packet));
  return (
    answers.find(({ state }) => state === "closed") ?? answers[0] ?? answer("open", "no set gets the address")
  );
}

function byIptables(
  commands: Commands,
  current: Trial["current"],
  { packet, family }: Pick<Trial, "packet" | "family">,
): BanAnswer {
  if (current === undefined) return answer("unknown", "the rules in force could not be read");
  const [own, ...others] = current;
  const after = tablesAfter(commands, own!, { family, address: packet.banned.address });
  if (after === undefined) return answer("unknown", "its commands for iptables are not understood");
  return walkedTables([after, ...others], packet);
}
