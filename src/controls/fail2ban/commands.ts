/** The commands of a fail2ban action, as its shell text has them once the tags are replaced. Pure. */
import type { BanAction } from "../../facts/fail2ban.ts";
import type { Family } from "../firewall/tuple.ts";

/** The words of a command for a packet filter: `["iptables", "-I", "INPUT", …]`. */
export type FilterCommand = readonly string[];

/** Tags in the value of a tag; some refer to themselves. */
const mostDepth = 5;

/** The text with the action's own properties for its tags, of which those of IPv6 come first where they are asked for. */
function expand(action: BanAction, family: Family, address: string) {
  const { properties } = action;
  const ofTag = (tag: string): string | undefined => {
    if (/^(ip|fid|f-id)$/i.test(tag)) return address;
    const value = family === 6 ? (properties[`${tag}?family=inet6`] ?? properties[tag]) : properties[tag];
    return tag === "family" ? (value ?? `inet${family}`) : value;
  };
  const expanded = (text: string, depth: number): string =>
    text.replace(/<([a-z]\w*(?:-\w+)*)>/gi, (reference, tag: string) => {
      const value = depth === 0 ? undefined : ofTag(tag);
      return value === undefined ? reference : expanded(value, depth - 1);
    });
  return (tag: string) => expanded(ofTag(tag) ?? "", mostDepth);
}

/** What fail2ban's own actions have of the shell, as the commands that it comes to on a host without their rules. */
const spelledOut = (text: string) =>
  text
    .replace(/\$\(echo '([^'$`\\]*)' \| sed 's\/,\/ \/g'\)/g, (_all, list: string) =>
      list.replaceAll(",", " "),
    )
    .replace(/\$\(echo '([^'$`\\]*)' \| sed s\/:\/-\/g\)/g, (_all, list: string) => list.replaceAll(":", "-"))
    .replace(/\bfor proto in ([\w ]+); do\n([\s\S]*?)\ndone\b/g, (_all, list: string, body: string) =>
      list
        .trim()
        .split(/ +/)
        .map((each) => body.replaceAll("$proto", each))
        .join("\n"),
    )
    .replace(
      /\{ [\w/]*ip6?tables\b[^{}|&;\n]* -C [^{}|&;\n]*>\/dev\/null 2>&1; \} \|\| \{ ([^{}]*) \}/g,
      "$1",
    )
    .replaceAll(" || true", "")
    .replace(/^if \[ -n "" \] && ufw [^\n]*\nthen\n[^\n]*\nelse\n([^\n]*)\nfi$/gm, "$1")
    .replace(/^(ufw .*) comment "[^"`$\\]*"$/gm, "$1");

/** The words of one command; undefined where it needs a shell, which may do anything. */
function wordsOf(text: string): FilterCommand | undefined {
  if (/["'`$&|<>*?~#()]|\\[^{};]/.test(text)) return undefined;
  const words = text
    .replace(/\\([{};])/g, " $1 ")
    .split(/\s+/)
    .filter(Boolean);
  const [program = "", ...rest] = words;
  const name = /^(?:\/(?:usr\/)?s?bin\/)?(iptables|ip6tables|nft|ipset|ufw)$/.exec(program)?.[1];
  return name === undefined ? undefined : [name, ...rest];
}

const isRead = (command: FilterCommand | undefined) => command !== undefined;

/** `start`: what comes before the first ban of a family, until fail2ban is stopped. */
export interface Commands {
  readonly start: readonly FilterCommand[];
  readonly ban: readonly FilterCommand[];
}

/** The commands by which the action bans the address; undefined where one is for something else than a packet filter. */
export function commandsOf(action: BanAction, family: Family, address: string): Commands | undefined {
  const of = expand(action, family, address);
  const commands = (property: string) =>
    spelledOut(of(property).replace(/[ \t]*\n[ \t]*/g, "\n"))
      .split(/\n|(?<!\\);/)
      .filter((each) => each.trim() !== "")
      .map(wordsOf);
  const [start, ban] = [commands("actionstart"), commands("actionban")];
  return ban.length > 0 && start.every(isRead) && ban.every(isRead) ? { start, ban } : undefined;
}
