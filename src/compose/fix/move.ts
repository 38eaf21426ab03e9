/** Secrets that stand in a compose file, moved to where only their reader has them. What isn't sure stays, with the reason. Pure. */
import { keptUnder } from "../../secrets/kept.ts";
import { entriesOf, get, type MapNode, pairsOf, type Pair as Variable } from "../tree.ts";
import { type ProjectSeen, type ServiceView, views } from "../view.ts";
import { fileVariableOf } from "./file-variables.ts";
import { isShared, type Move, type Moving, mentions, noReader } from "./moving.ts";
import { redisMove } from "./redis.ts";
import {
  filesBeside,
  mountEdits,
  mounted,
  readerOf,
  type SecretFile,
  type SecretFiles,
} from "./secret-file.ts";
import type { ByHand } from "./text.ts";
import type { Mend } from "./wish.ts";

export interface Moves {
  readonly mends: readonly Mend[];
  readonly files: readonly SecretFile[];
  readonly byHand: readonly ByHand[];
}

export function secretMoves(seen: ProjectSeen, moving: Moving): Moves {
  const files = filesBeside(entriesOf(get(seen.tree, "secrets")).map(([name]) => name));
  const own = views(seen).filter(({ at }) => at.file === seen.file);
  const moves = own.flatMap((view) => [
    ...variableMoves(view, moving, files),
    ...redisMove(view, moving, files),
  ]);
  return {
    mends: moves.flatMap((move) => ("mend" in move ? [move.mend] : [])),
    byHand: moves.flatMap((move) => ("byHand" in move ? [move.byHand] : [])),
    files: files.all(),
  };
}

const isVariable = (written: string) => written.replaceAll("$$", "").includes("$");

function variableMoves(view: ServiceView, moving: Moving, files: SecretFiles): readonly Move[] {
  const { name, node, image, isBuilt } = view;
  if (image === undefined || isBuilt) return [];
  return pairsOf(get(node, "environment")).flatMap((variable): readonly Move[] => {
    const { key, value = "", written } = variable;
    const to = fileVariableOf(image, key);
    if (to === undefined || !moving.found.has(`${name} ${key}`)) return [];
    const kept = keptUnder(key, written);
    if (kept !== "written" || isVariable(written)) return [];
    const why = unsafe(view, variable, { to, over: moving.over });
    const owner = readerOf(view);
    if (why !== undefined || owner === undefined)
      return [{ byHand: { key: `services.${name}.environment.${key}`, why: why ?? noReader } }];
    const file = files.of(view, {
      name: key,
      owner,
      content: { kind: "kept", text: value, values: [value] },
    });
    const pair = { from: key, to, value: mounted(file) };
    return [
      {
        mend: [{ key: ["services", name, "environment"], value: undefined, pair }, ...mountEdits(view, file)],
      },
    ];
  });
}

/** Why a variable can't become one that names a file. */
function unsafe(
  { name, node, seen }: ServiceView,
  { key, value = "" }: Variable,
  { to, over }: { readonly to: string; readonly over: readonly MapNode[] },
): string | undefined {
  if (/[\r\n]$/.test(value)) return "It ends with a line end, which the image cuts off when it reads a file.";
  if (pairsOf(get(node, "environment")).some((other) => other.key === to)) return `${to} is there, too.`;
  if (isShared(name, seen)) return "It is extended, or extends another: both must say the same.";
  if (get(node, "env_file") !== undefined)
    return `A file of env_file may have ${key}, and it can't have both.`;
  if (get(node, "entrypoint") !== undefined)
    return "It has an entrypoint of its own, which may read no file.";
  const others = entriesOf(node).filter(([own]) => own !== "environment");
  if (others.some(([, entry]) => mentions(entry.value, key)))
    return `${key} is used elsewhere in the service, such as in its health check.`;
  if (over.some((tree) => pairsOf(get(tree, "services", name, "environment")).some((one) => one.key === key)))
    return `A file that compose lays over this one has ${key}, too, and it can't have both.`;
  return undefined;
}
