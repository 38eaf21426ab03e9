/** `harden init`: what is there becomes a project. */
import type { Command, Line, Outside, Shown } from "../../command/command.ts";
import { againWith } from "../../command/next.ts";
import { described, type InitLine } from "./options.ts";
import { usage } from "./place.ts";

async function run(line: Line, outside: Outside): Promise<Shown> {
  const { given, typed } = line as InitLine;
  const unasked = againWith("--write", described, line);
  if (given.fromAnsible === undefined) {
    const { initHost } = await import("./host.ts");
    return initHost(line as InitLine, unasked, outside);
  }
  const wrong = given.target ?? ["name", "profile"].find((each) => typed.has(each));
  if (wrong !== undefined)
    throw usage(
      `An inventory is taken over without asking any host: ${wrong} has no place there.`,
      "Take over the inventory first, then harden init HOST for what a host is.",
    );
  const { initAnsible } = await import("./ansible.ts");
  return initAnsible(given.fromAnsible, { given, unasked }, outside);
}

export const init: Command = { ...described, run };
