/** What ufw lets in, as the profile's section says it. Pure. */
import { valueOr } from "../../facts/probe.ts";
import type { DescribedControl } from "../../plan/control.ts";
import { formatNetwork, networkOf, parseNetwork } from "../../profile/network.ts";
import type { FirewallInput } from "./model.ts";
import { type Family, type Tuple, zeroNetwork } from "./tuple.ts";
import { withoutMark } from "./user-rules.ts";

interface Opening {
  readonly family: Family;
  readonly tuple: Tuple;
  /** The profile's comment; empty where there is none. */
  readonly comment: string;
}

export function describe(input: FirewallInput): DescribedControl {
  const { view, access, facts } = input;
  if (!view.installed) return { why: "ufw is not installed" };
  if (view.unreadable.length > 0) return { why: view.unreadable.join("; ") };
  if (view.settings?.enabled !== true) return { why: "ufw is off" };
  const { policies } = view.settings;
  const blocks = view.families.flatMap(({ family, user }) =>
    user.blocks.map(({ tuple, ours }) => ({
      family,
      tuple,
      comment: ours ? withoutMark(tuple.comment) : "",
    })),
  );
  const openings = blocks.filter(({ tuple, family }) => isOpening(tuple, family));
  const ssh = (each: Opening) =>
    each.tuple.protocol === "tcp" && access.now.ports.map(String).includes(each.tuple.toPort);
  const logins = openings.filter(ssh);
  const named = logins.filter(({ comment }) => comment !== "" && comment !== "ssh");
  const others = openings.filter((each) => !ssh(each));
  const from = [...new Set(logins.map(({ tuple }) => sourceOf(tuple)))];
  return {
    params: {
      defaultIncoming: policies.input,
      defaultOutgoing: policies.output,
      // A rule of another form lets in what no profile can name.
      otherRules: openings.length === blocks.length ? "fail" : "keep",
      published: valueOr(facts.publishedScript, undefined) === undefined ? "keep" : "rules",
      rules: [...sshComments(named), ...rulesOf(others, view.families.length)],
    },
    ...(from.length === 0 ? {} : { from }),
  };
}

/** What {@link allowTuple} would make. */
const isOpening = (tuple: Tuple, family: Family) =>
  tuple.action === "allow" &&
  tuple.direction === "in" &&
  tuple.applications === undefined &&
  tuple.fromPort === "any" &&
  tuple.to === zeroNetwork[family] &&
  tuple.toPort !== "any" &&
  /^(tcp|udp|any)$/.test(tuple.protocol) &&
  /^\d+(:\d+)?$/.test(tuple.toPort);

/** As a profile writes it; what is none no profile takes. */
const sourceOf = ({ from }: Tuple) => {
  const network = parseNetwork(from);
  return network === undefined ? from : formatNetwork(networkOf(network));
};

const portOf = ({ toPort }: Tuple) => (toPort.includes(":") ? toPort : Number(toPort));

const commented = (comment: string) => (comment === "" ? {} : { comment });

/** A rule for sshd's port without `from` only gives it a comment. */
const sshComments = (named: readonly Opening[]) => [
  ...new Map(
    named.map(({ tuple, comment }) => [tuple.toPort, { port: portOf(tuple), protocol: "tcp", comment }]),
  ).values(),
];

/** One that stands for both families from anywhere is one rule of the profile. */
function rulesOf(openings: readonly Opening[], families: number) {
  const byTraffic = new Map<string, Opening[]>();
  for (const each of openings) {
    const { family, tuple, comment } = each;
    const from = tuple.from === zeroNetwork[family] ? "" : sourceOf(tuple);
    const key = JSON.stringify([tuple.protocol, tuple.toPort, comment, from]);
    byTraffic.set(key, [...(byTraffic.get(key) ?? []), each]);
  }
  return [...byTraffic.values()].flatMap((group) => {
    const isBoth = group.length === families && group.every((each) => isFromAnywhere(each));
    const chosen = isBoth ? group.slice(0, 1) : group;
    return chosen.map(({ tuple, comment }) => ({
      port: portOf(tuple),
      protocol: tuple.protocol,
      ...(isBoth ? {} : { from: sourceOf(tuple) }),
      ...commented(comment),
    }));
  });
}

const isFromAnywhere = ({ family, tuple }: Opening) => tuple.from === zeroNetwork[family];
