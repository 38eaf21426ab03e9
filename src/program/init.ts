/** `harden init`: what is there becomes a project. */
import { withoutPassword } from "../transports/target.ts";
import type { Command, Line, Outside, Shown } from "./command.ts";
import { format } from "./formats.ts";
import { usage } from "./init-place.ts";
import { againWith } from "./next.ts";
import { file, flag, reach, value, word } from "./words.ts";

const described = {
  words: "init",
  summary: "write the profile and the project file of a host as it is, and show what production would change",
  arguments: {
    target: word<string | undefined>({
      spelled: "[target]",
      text: "user@host:port or a Host alias; none: this machine",
      parse: withoutPassword,
    }),
  },
  options: {
    write: flag("--write", "write them without the question"),
    name: value("--name <name>", "what the new profile is called; left out, it is called as the host is"),
    profile: word<string>({
      spelled: "-p, --profile <name>",
      text: "what the host is compared with",
      initial: "production",
    }),
    fromAnsible: file(
      "--from-ansible <inventory>",
      "instead of a host: the hosts and groups of an Ansible inventory, as ansible-inventory tells them; no variables",
    ),
    ...reach,
    ...format,
  },
};

export type InitLine = Line<typeof described.arguments & typeof described.options>;

async function run(line: Line, outside: Outside): Promise<Shown> {
  const { given, typed } = line as InitLine;
  const unasked = againWith("--write", described, line);
  if (given.fromAnsible === undefined) {
    const { initHost } = await import("./init-host.ts");
    return initHost(line as InitLine, unasked, outside);
  }
  const wrong = given.target ?? ["name", "profile"].find((each) => typed.has(each));
  if (wrong !== undefined)
    throw usage(
      `An inventory is taken over without asking any host: ${wrong} has no place there.`,
      "Take over the inventory first, then harden init HOST for what a host is.",
    );
  const { initAnsible } = await import("./init-ansible.ts");
  return initAnsible(given.fromAnsible, { given, unasked }, outside);
}

export const init: Command = { ...described, run };
