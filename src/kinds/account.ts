/**
 * An account that people log in with, under its own name: without a password, with a home and a group of its own. One that is
 * there already is taken as it is. It goes again only where nothing has come to depend on it.
 */
import { asRoot, type Facts, type Probe, readFact, valueOr } from "../facts/probe.ts";
import kept from "./account/kept.sh";
import known from "./account/known.sh";
import lines from "./account/lines.sh";
import needs from "./account/needs.sh";
import shell from "./account.sh";
import {
  blocked,
  type ChangeOutcome,
  change,
  type DiffInput,
  defineKind,
  heldBy,
  same,
  type Undoing,
  valueLine,
} from "./kind.ts";

declare module "../facts/probe.ts" {
  interface KindCollectors {
    readonly account: true;
    readonly account_then: true;
    readonly account_taken: true;
    readonly account_made: true;
  }
}

export interface AccountResource {
  readonly kind: "account";
  readonly name: string;
  /** Of a new one. */
  readonly shell: string;
}

export type AccountStep =
  | { readonly verb: "account-make"; readonly name: string; readonly shell: string }
  /** As that run found it, which took it away. */
  | {
      readonly verb: "account-restore";
      readonly name: string;
      readonly uid: number;
      readonly run: string;
    }
  /** Only where nothing and nobody needs it; else it stays, and that is noted. */
  | {
      readonly verb: "account-remove";
      readonly name: string;
      readonly uid: number;
      /** The one that made it, and knows it by more than its name. */
      readonly run: string;
    };

export interface AccountUndo {
  readonly kind: "account";
  readonly name: string;
  readonly uid: number;
  /** The one that made it, or that took it away. */
  readonly run: string;
  /** Whether it was there before. */
  readonly was: "absent" | "there";
}

/** As getent(1) has it, and what is in the way of a new one. */
export interface AccountFact {
  readonly uid?: number;
  /** A group of that name. */
  readonly group: boolean;
  /** Something stands where its home would be. */
  readonly home: boolean;
  /** Programs that a new one needs and the host lacks. */
  readonly lacks: readonly string[];
}

export const homeOf = (name: string) => `/home/${name}`;

export const accountProbe = (name: string): Probe<AccountFact> => ({
  collector: "account",
  args: [name],
  parse: (data) => {
    const rows = data
      .toString("utf8")
      .split("\n")
      .map((line) => line.split(" "));
    const uid = rows.find(([word]) => word === "uid")?.[1];
    const has = (name: string) => rows.some(([word]) => word === name);
    if (!has("end")) throw new Error("the answer is cut off");
    return {
      ...(uid === undefined ? {} : { uid: Number(uid) }),
      group: has("group"),
      home: has("home"),
      lacks: rows.flatMap(([word, name = ""]) => (word === "lacks" ? [name] : [])),
    };
  },
});

/** Why the account that a run made under this name stays; empty where nothing is known of it. */
const staysProbe = (name: string): Probe<string> => ({
  collector: "account_then",
  args: [name],
  parse: (data) => data.toString("utf8").trim(),
});

/** What the account is called now that a run took away, known by more than its name and number; empty where it is gone. */
const takenProbe = (name: string, run: string): Probe<string> => ({
  collector: "account_taken",
  args: [name, run],
  parse: (data) => data.toString("utf8").trim(),
});

export const account = defineKind<AccountResource, AccountStep, AccountUndo>({
  name: "account",
  address: ({ name }) => name,
  probes: ({ name }) => [accountProbe(name)],
  diff,
  holds: ({ name }, read) =>
    heldBy(read(accountProbe(name)), name, ({ uid }) => ({
      so: uid !== undefined,
      found: uid === undefined ? `${name}: not there` : name,
    })),
  line: valueLine,
  words: {
    "account-make": ({ name, shell }) => [name, shell],
    "account-restore": ({ name, uid, run }) => [name, String(uid), run],
    "account-remove": ({ name, uid, run }) => [name, String(uid), run],
  },
  shell: [shell, needs, known, kept, lines],
  undo: {
    words: ["account-make", "account-restore", "account-remove"],
    fromJournal: ([{ object, before, after }], run) =>
      before === "absent"
        ? { kind: "account", name: object, uid: Number(after), run, was: "absent" }
        : { kind: "account", name: object, uid: Number(before), run, was: "there" },
    fromManifest: ([name = "", uid], run) => ({
      kind: "account",
      name,
      uid: Number(uid),
      run,
      was: "absent",
    }),
    join: (older) => older,
    probes: ({ name, run, was }) => [
      accountProbe(name),
      was === "there" ? takenProbe(name, run) : staysProbe(name),
    ],
    changes,
    // It stays where something needs it.
    lookBack: () => undefined,
    // Its keys and what it may are taken back by then.
    after: ["member"],
    atBoot: "late",
    byHomes: true,
  },
});

function diff({ resource: { name, shell }, facts }: DiffInput<AccountResource>): ChangeOutcome<AccountStep> {
  const fact = readFact(facts, accountProbe(name));
  if (fact.state !== "present")
    return blocked(
      `whether there is an account ${name} could not be read${"why" in fact ? `: ${fact.why}` : ""}`,
      asRoot,
    );
  const { uid, group, home, lacks } = fact.value;
  if (uid !== undefined) return same;
  if (lacks.length > 0)
    return blocked(
      `the account ${name} can't be made: the host lacks ${lacks.join(", ")}`,
      "Install the package passwd.",
    );
  if (group)
    return blocked(
      `the account ${name} can't be made: there is a group ${name} already, and it is to have one of its own`,
      "Give the account another name, or make it yourself with the group that it is to have.",
    );
  if (home)
    return blocked(
      `the account ${name} can't be made: ${homeOf(name)} is there already, and would stay its former owner's`,
      `Look whose it is and move it away, or make the account yourself: useradd -M -d ${homeOf(name)} ${name}, with chown of what is there.`,
    );
  return change({
    ...coming,
    after: `with ${homeOf(name)} and ${shell}, without a password`,
    steps: [{ verb: "account-make", name, shell }],
  });
}

const coming = { action: "create", effect: "now", undo: "best effort", stage: "files" } as const;

function changes({ name, uid, run, was }: AccountUndo, facts: Facts): Undoing<AccountStep> {
  const fact = readFact(facts, accountProbe(name));
  if (fact.state !== "present") return same;
  if (was === "there") return back({ name, uid, run }, fact.value.uid, facts);
  const stays = valueOr(readFact(facts, staysProbe(name)), "");
  // The host itself finds it, also where it has another name or number by now.
  return change({
    action: "delete",
    before: `uid ${uid}`,
    after: stays === "" ? "gone, where nothing needs it" : stays,
    effect: "now",
    undo: "full",
    stage: "access",
    steps: [{ verb: "account-remove", name, uid, run }],
  });
}

function back(
  { name, uid, run }: Omit<AccountUndo, "kind" | "was">,
  now: number | undefined,
  facts: Facts,
): Undoing<AccountStep> {
  if (now === undefined)
    return change({
      ...coming,
      after: `uid ${uid}, as run ${run} found it`,
      steps: [{ verb: "account-restore", name, uid, run }],
    });
  const taken = readFact(facts, takenProbe(name, run));
  if (taken.state === "unknown")
    return blocked(`whose account ${name} is could not be read: ${taken.why}`, asRoot);
  if (now === uid && (taken.state !== "present" || taken.value === name)) return same;
  // Files name it by its name, as that of sudo does: they would give another one what this one had.
  return blocked(
    `${name} had uid ${uid} when run ${run} took it away, and is another account with uid ${now} by now: what comes back under that name, as what it may do by sudo, would be the other one's`,
    `Look whose it is. Once it has another name (usermod -l), or is gone, roll back again.`,
  );
}
