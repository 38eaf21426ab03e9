/** What sudo and doas grant, as cvtsudoers(1) and doas.conf(5) have it. Pure. */
import { z } from "zod";
import type { Widening } from "./sudo-defaults.ts";

const words = z.array(z.record(z.string(), z.unknown())).default([]);

const policy = z.object({
  User_Specs: z
    .array(
      z.object({
        User_List: words,
        Cmnd_Specs: z.array(z.object({ runasusers: words, Options: words, Commands: words })),
      }),
    )
    .default([]),
});

type Words = z.output<typeof words>;

/** One user or group with what it may run. */
export interface Grant {
  /** As sudoers(5) writes it: `deploy`, `%sudo`, `ALL`. */
  readonly subject: string;
  /** Such as `(ALL) NOPASSWD: ALL`. */
  readonly text: string;
  /** Any command as root. */
  readonly isAll: boolean;
  readonly asks: boolean;
}

/** Of the policy as JSON, and with its lines of Defaults; undefined where it is no policy. */
export function grantsOf(json: string, widening: readonly Widening[]): readonly Grant[] | undefined {
  const { data } = policy.safeParse(parsed(json));
  return data?.User_Specs.flatMap(({ User_List, Cmnd_Specs }) =>
    subjectsIn(User_List).flatMap((subject) =>
      Cmnd_Specs.map(({ runasusers, Options, Commands }): Grant => {
        const asks = optionIn(Options, "authenticate") ?? !widening.some(({ concerns }) => concerns(subject));
        const as = subjectsIn(runasusers);
        const commands = Commands.map(commandIn);
        // ALL brings it by itself.
        const setsEnvironment = optionIn(Options, "setenv") === true && !commands.includes("ALL");
        return {
          subject,
          text: `(${as.join(", ") || "root"}) ${asks ? "" : "NOPASSWD: "}${setsEnvironment ? "SETENV: " : ""}${commands.join(", ")}`,
          isAll:
            commands.includes("ALL") && (as.length === 0 || as.some((user) => /^(ALL|root|#0)$/.test(user))),
          asks,
        };
      }),
    ),
  );
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Of a tag such as NOPASSWD or SETENV: its last value. */
function optionIn(options: Words, name: "authenticate" | "setenv"): boolean | undefined {
  const found = options.findLast((option) => name in option);
  return found === undefined ? undefined : found[name] !== false;
}

const marks: Readonly<Record<string, string>> = {
  username: "",
  useralias: "",
  userid: "#",
  usergroup: "%",
  usergid: "%#",
  netgroup: "+",
  nonunixgroup: "%:",
  nonunixgid: "%:#",
};

const subjectsIn = (list: Words): readonly string[] =>
  list.flatMap((each) => {
    const not = each.negated === true ? "!" : "";
    return Object.entries(each).flatMap(([key, value]) =>
      key === "negated" ? [] : [`${not}${marks[key] ?? `${key} `}${value}`],
    );
  });

const commandIn = (each: Words[number]): string =>
  `${each.negated === true ? "!" : ""}${each.command ?? JSON.stringify(each)}`;
