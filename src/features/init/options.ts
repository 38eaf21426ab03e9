/** The words of `harden init`. */
import type { Line } from "../../command/command.ts";
import { format } from "../../command/formats.ts";
import { file, flag, reach, value, word } from "../../command/words.ts";
import { withoutPassword } from "../../transports/target.ts";

export const described = {
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
