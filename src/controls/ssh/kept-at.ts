/** Where the way in is kept: accounts, sshd's files and host keys, home and keys of the planned login. Pure. */
import { homeOf } from "../../facts/accounts.ts";
import { valueOr } from "../../facts/probe.ts";
import type { SshInput } from "./view.ts";

export function keptAt({ facts, access }: SshInput): readonly string[] {
  const { login } = access.planned;
  const { files, stats } = valueOr(facts.files, { files: [], stats: [] });
  const keys = valueOr(facts.keys, []).filter(({ user }) => user === login);
  return [
    ...["/etc/passwd", "/etc/shadow", homeOf(login, valueOr(facts.accounts, undefined)?.accounts ?? [])],
    ...[...files, ...stats].map(({ path }) => path),
    ...keys.flatMap(({ path, steps }) => [path, ...steps.slice(0, 1).map((step) => step.path)]),
  ];
}
