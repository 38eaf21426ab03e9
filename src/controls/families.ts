/** Rows that want one thing alike, and are judged alike: what the record says decides both. Pure. */
import type { RowHead } from "../checks/check.ts";
import { type EditFormat, type Key, parse } from "../edits/index.ts";
import { type FileFact, file } from "../facts/files.ts";
import type { Fact, Probes } from "../facts/probe.ts";
import type { Resource } from "../kinds/index.ts";
import { type AnyInput, factOf, type WantRow } from "./row.ts";
import { inapplicable, result, verdicts } from "./verdict.ts";

interface KeyInFile<Params> extends RowHead {
  readonly reason: string;
  /** Why no process that runs goes by another value. */
  readonly because: string;
  /** The file that is ours, and those that are read before it: of a key that stands in several the last one counts. */
  readonly file: { readonly path: string; readonly format: EditFormat; readonly after?: readonly string[] };
  readonly key: Key;
  /** Undefined: the profile leaves it to the host. */
  readonly value: (params: Params) => string | undefined;
  /** What the program does where no file has the key. */
  readonly otherwise: string;
}

/** A key of a file: claimed as an edit, judged by the value that a reader of all its files takes. */
export function keyInFile<Params>({
  file: { path, format, after = [] },
  key,
  value,
  otherwise,
  because,
  ...head
}: KeyInFile<Params>): WantRow<Params, Probes> {
  const probes = [...after, path].map(file);
  return {
    ...head,
    probes,
    reads: { only: ["file"], because },
    want: ({ params }) => {
      const wanted = value(params);
      return wanted === undefined ? left : [edited(path, format, [key, wanted])];
    },
    test: (input) => {
      const wanted = value(input.params);
      if (wanted === undefined) return inapplicable(left);
      const values = probes.map((probe) => valueIn(factOf(input as AnyInput, probe), format, key));
      const unread = values.find((each) => typeof each === "object");
      if (unread !== undefined) return result("error", wanted, unread.why);
      const found = values.findLast((each) => each !== undefined);
      return verdicts(wanted).is(
        (found ?? otherwise) === wanted,
        String(found ?? `no file sets it: ${otherwise}`),
      );
    },
  };
}

const left = "the profile leaves it to the host";

const edited = (path: string, format: EditFormat, set: readonly [Key, string]): Resource => ({
  kind: "edit",
  path,
  format,
  set: [set],
  unset: [],
  missing: "create",
  mode: "0644",
  owner: "root",
  group: "root",
});

/** Undefined where the file hasn't the key; or why that can't be told. */
function valueIn(
  fact: Fact<FileFact>,
  format: EditFormat,
  key: Key,
): string | undefined | { readonly why: string } {
  if (fact.state === "absent") return undefined;
  if (fact.state !== "present") return { why: fact.why };
  const parsed = parse(format, fact.value.content ?? Buffer.alloc(0));
  const got = parsed.ok ? parsed.get(key) : parsed;
  if (!got.ok) return { why: got.why };
  return got.value === undefined ? undefined : String(got.value);
}
