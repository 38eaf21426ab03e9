/** A command that shows owners and modes. */
export const modes = (...paths: readonly string[]) => `ls -ld ${paths.join(" ")}`;
