/** What sshd is on a host, as the profile's section says it. Pure. */
import { valueOr } from "../../facts/probe.ts";
import type { Effective } from "../../facts/sshd.ts";
import type { DescribedControl } from "../../plan/control.ts";
import { formatDuration } from "../../profile/duration.ts";
import { splitLine } from "./config.ts";
import { keyboardName } from "./keywords/keyword.ts";
import { ownLines } from "./layout.ts";
import type { SshParams } from "./params.ts";
import { normal } from "./simulate.ts";
import { hasSshd, type SshInput } from "./view.ts";
import { seconds } from "./want.ts";

type Said = (keyword: string) => string | undefined;
type Read = (value: string) => unknown;

const flag: Read = (value) => (value === "yes" || value === "no" ? value === "yes" : value);
const words: Read = (value) => value.split(" ");
const list: Read = (value) => value.split(",");
const time: Read = (value) => (Number.isNaN(seconds(value)) ? value : formatDuration(seconds(value)));

/** What each parameter is read from: of sshd itself, or of a file of ours, where there is one. */
const readable: readonly (readonly [keyof SshParams, string, Read])[] = [
  ["passwordAuthentication", "passwordauthentication", flag],
  ["pubkeyAuthentication", "pubkeyauthentication", flag],
  ["permitRootLogin", "permitrootlogin", (value) => value.toLowerCase()],
  ["maxAuthTries", "maxauthtries", Number],
  ["gssapiAuthentication", "gssapiauthentication", flag],
  ["hostbasedAuthentication", "hostbasedauthentication", flag],
  ["permitEmptyPasswords", "permitemptypasswords", flag],
  ["ignoreRhosts", "ignorerhosts", flag],
  ["usePam", "usepam", flag],
  ["clientAliveInterval", "clientaliveinterval", time],
  ["clientAliveCountMax", "clientalivecountmax", Number],
  ["x11Forwarding", "x11forwarding", flag],
  ["agentForwarding", "allowagentforwarding", flag],
  ["logLevel", "loglevel", (value) => value.toUpperCase()],
  ["allowUsers", "allowusers", words],
  ["allowGroups", "allowgroups", words],
];

/** Of our own lines alone: what sshd has by itself is its release's, and is not to be kept from the next one. */
const ofOurs: typeof readable = [
  ["port", "port", Number],
  ["kexAlgorithms", "kexalgorithms", list],
  ["ciphers", "ciphers", list],
  ["macs", "macs", list],
  ["hostKeyAlgorithms", "hostkeyalgorithms", list],
];

export function describe(input: SshInput): DescribedControl {
  const { view, facts } = input;
  if (!hasSshd(input)) return { why: "there is no sshd here" };
  const effective = valueOr(facts.effective, undefined)?.global;
  if (view === undefined || effective === undefined) return { why: "sshd's configuration could not be read" };
  const ours = sayingsOf(ownLines(input.facts));
  // Of keywords that our lines leave out, such as AllowUsers, the profile of then said nothing.
  const said: Said = ours.size > 0 ? (keyword) => ours.get(keyword) : saidBy(effective);
  const keyboard = said(keyboardName(view.known).toLowerCase());
  return {
    params: {
      ...read(readable, said),
      ...read(ofOurs, (keyword) => ours.get(keyword)),
      ...(keyboard === undefined ? {} : { keyboardInteractive: flag(keyboard) }),
      idleTimeout: idleOf(said("unusedconnectiontimeout")),
    },
  };
}

const read = (table: typeof readable, said: Said) =>
  Object.fromEntries(
    table.flatMap(([name, keyword, as]) => {
      const value = said(keyword);
      return value === undefined ? [] : [[name, as(value)]];
    }),
  );

const saidBy = (effective: Effective): Said => {
  return (keyword) => {
    const lines = effective.get(keyword);
    return lines === undefined ? undefined : normal(lines.join(" "));
  };
};

function sayingsOf(text: string): ReadonlyMap<string, string> {
  const lines = text.split("\n").flatMap((line) => splitLine(line) ?? []);
  return new Map(lines.map(({ keyword, words }) => [keyword, normal(words.join(" "))]));
}

const idleOf = (value: string | undefined) =>
  value === undefined || Number.isNaN(seconds(value)) ? "0s" : formatDuration(seconds(value));
