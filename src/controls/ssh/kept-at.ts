/** Where the way in is kept: the accounts, sshd's files and host keys, and the keys of the planned login. Pure. */
import { valueOr } from "../../facts/probe.ts";
import type { SshInput } from "./view.ts";

export function keptAt({ facts, access }: SshInput): readonly string[] {
  const { files, stats } = valueOr(facts.files, { files: [], stats: [] });
  const keys = valueOr(facts.keys, []).filter(({ user }) => user === access.planned.login);
  return [
    ...["/etc/passwd", "/etc/shadow"],
    ...[...files, ...stats].map(({ path }) => path),
    ...keys.flatMap(({ path, steps }) => [path, ...steps.slice(0, 1).map((step) => step.path)]),
  ];
}
