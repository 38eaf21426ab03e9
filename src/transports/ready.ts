/** What the ready line's word means; where it is not root, sudo's own words in the noise before say why. */
import { HardenError } from "../errors.ts";
import { redactOutput } from "../secrets/index.ts";
import { oneLine } from "../text.ts";
import type { Privilege } from "./transport.ts";
export function privilegeOf(level: string | undefined, noise: string): Privilege {
  if (level === "root" || level === "sudo") return { level };
  const said = noise.split("\n").findLast((line) => /\bsudo\b/.test(line)) ?? "";
  if (/not found/.test(said)) return { level: "none", why: "sudo is not installed" };
  if (/password is required/.test(said))
    return { level: "none", why: "sudo asks for a password", wantsPassword: true };
  return { level: "none", why: oneLine(redactOutput(said)) || "sudo refused" };
}

/** Why there was no ready line. */
export function notReady(o: {
  readonly how: "done" | "timeout" | "overflow";
  /** How often sudo asked. */
  readonly prompts: number;
  readonly noise: string;
  readonly nonce: string;
}): HardenError {
  if (o.prompts > 1) {
    return new HardenError("host", "sudo refused the password.", {
      hint: "It was tried once; check that it is this login's password on that host. For hosts with different ones: --ask-sudo-passwords, or --sudo-passwords FILE.",
    });
  }
  const lines = o.noise.split(o.nonce).join("").split("\n");
  const said = oneLine(redactOutput(lines.findLast((line) => oneLine(line) !== "") ?? ""));
  if (o.prompts > 0) {
    return new HardenError("host", `sudo did not give a root shell${said ? `: ${said}` : "."}`, {
      hint: "Check with `sudo -l` on the host what this login may run.",
    });
  }
  const what =
    o.how === "timeout"
      ? "No shell came up in time"
      : o.how === "overflow"
        ? "The login prints without end before its shell comes up"
        : "The login ended before its shell came up";
  return new HardenError("host", `${what}${said ? `; it said: ${said}` : "."}`, {
    // What is shown may lack the very word: `Password change` looks like a password.
    hint: hints.find(([words]) => lines.some((line) => words.test(line)))?.[1] ?? noShell,
  });
}

const noShell = "The login needs a shell that can run /bin/sh: no nologin, no forced command.";

/** By what the login said. */
const hints: readonly (readonly [RegExp, string])[] = [
  // As many providers hand a server over.
  [
    /password (change|has expired|expired)/i,
    "Its password must be changed first, which needs a terminal: log in once by hand with ssh, and change it.",
  ],
  [
    /must have a tty/i,
    "sudo wants a terminal of this login, and a run has none: Defaults:LOGIN !requiretty in a file of /etc/sudoers.d, by visudo, lifts that for it alone.",
  ],
  [
    /start no program \(noexec\)/,
    "Defaults:LOGIN !noexec in a file of /etc/sudoers.d, by visudo, lifts that for it alone; it must be read behind the one that sets noexec.",
  ],
];
