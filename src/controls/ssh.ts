/** ssh: only keys open a login, few tries, and nobody is shut out by it. */
import { homeOf, type KeyFile, keysHere } from "../facts/accounts.ts";
import { valueOr } from "../facts/probe.ts";
import { isPassing } from "../facts/storage.ts";
import { defineControl } from "./define.ts";
import { checks } from "./ssh/checks.ts";
import { describe } from "./ssh/describe.ts";
import { desired } from "./ssh/desired.ts";
import { findings, guard, guardUndo } from "./ssh/guard.ts";
import { sshSchema } from "./ssh/params.ts";
import { sshProbes } from "./ssh/probes.ts";
import { type SshInput, viewOf } from "./ssh/view.ts";

/** Where the way in is kept: accounts, sshd's files and host keys, home and keys of the planned login. */
function keptAt({ facts, access }: SshInput): readonly string[] {
  const { login } = access.planned;
  const accounts = valueOr(facts.accounts, undefined)?.accounts ?? [];
  const effective = valueOr(facts.effective, undefined)?.global;
  const { files, stats } = valueOr(facts.files, { files: [], stats: [] });
  return [
    ...["/etc/passwd", "/etc/shadow", homeOf(login, accounts)],
    ...accounts.flatMap(({ name, shell }) => (name === login ? [shell] : [])),
    ...files.map(({ path }) => path),
    // A pid file is none to keep.
    ...stats.flatMap(({ path }) =>
      isPassing(path) || path === effective?.get("pidfile")?.[0] ? [] : [path],
    ),
    ...filesNamedBy.flatMap((keyword) => effective?.get(keyword) ?? []),
    ...keysAt(keysHere(valueOr(facts.keys, []), login)),
  ];
}

/** Without them sshd doesn't start, or lets nobody in by a key. */
const filesNamedBy = ["hostkey", "revokedkeys", "trustedusercakeys", "authorizedkeyscommand"];

/** One that lasts is enough. */
function keysAt(files: readonly KeyFile[]): readonly string[] {
  const held = files.filter(({ lines }) => lines.length > 0);
  const all = (held.length > 0 ? held : files).map(({ path, steps }) => [
    path,
    ...steps.slice(0, 1).map((step) => step.path),
  ]);
  const lasting = all.filter((paths) => !paths.some(isPassing));
  return (lasting.length > 0 ? lasting : all).flat();
}

export const ssh = defineControl({
  id: "ssh",
  title: "Let people in by key, and nobody by a guess",
  layer: "host",
  criteria: ["CC6.1"],
  rationale:
    "Passwords are guessed all day long, keys are not. What sshd really does is read from sshd itself, for the logins in use and for every Match block, since the first of several files wins.",
  schema: sshSchema,
  probes: sshProbes,
  view: viewOf,
  guardsWayIn: true,
  keptAt,
  desired,
  describe,
  guard,
  takes: guardUndo,
  findings,
  checks,
});
