/** A page's commands, as whoever follows it types them. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cli } from "./harden.ts";
import type { TestHost } from "./hosts.ts";
import { type ExecResult, runProgram } from "./process.ts";

/** The lines of its code that begin with harden, without what is said behind them. */
export const commandsOf = (page: string): readonly string[] =>
  readFileSync(join(import.meta.dirname, "../../docs", page), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("    harden "))
    .map((line) => line.replace(/ +#.*$/, "").trim());

/** A folder with these files in which a shell knows `harden`, and ssh the host by its name. */
export function operator(host: TestHost, files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), "harden-operator-"));
  const config = join(host.home, ".ssh/config");
  writeFileSync(config, `${readFileSync(config, "utf8")}  User root\n`);
  const put = (name: string, text: string, mode?: number) =>
    writeFileSync(join(folder, name), text, { mode });
  for (const [name, text] of Object.entries(files)) put(name, text);
  const bin = mkdtempSync(join(tmpdir(), "harden-bin-"));
  const run = `exec '${process.execPath}' '${cli}' "$@"`;
  // These reach no host.
  const alone = "explain|schedule|profile|project|compose";
  const text = `#!/bin/sh\ncase $1 in ${alone}) ${run} ;; *) ${run} --ssh-config '${config}' ;; esac\n`;
  writeFileSync(join(bin, "harden"), text, { mode: 0o755 });
  writeFileSync(join(bin, "ssh"), `#!/bin/sh\nexec /usr/bin/ssh -F '${config}' "$@"\n`, { mode: 0o755 });
  const env = { PATH: `${bin}:${process.env.PATH}`, HOME: host.home };
  return {
    folder,
    put,
    run: (script: string): Promise<ExecResult> =>
      runProgram("bash", ["-e", "-c", `cd '${folder}'\n${script}`], { env, timeoutMs: 200_000 }),
  };
}
