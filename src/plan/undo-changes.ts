/** What gives things back, as changes like any others: shown, armed, proven. Pure. */
import { backups } from "../facts/backups.ts";
import { debianPackage, file, preimage, sysctl, unit } from "../facts/files.ts";
import { type Facts, readFact, valueOr } from "../facts/probe.ts";
import { unifiedDiff } from "../resources/file.ts";
import type { Step, UnitOperation } from "../resources/step.ts";
import type { Change, Finding } from "./plan.ts";
import { look, socketOf, type Undo, type UndoItem } from "./undo.ts";

export interface Undone {
  readonly changes: readonly Change[];
  readonly findings: readonly Finding[];
}

export function undoChanges(items: readonly UndoItem[], facts: Facts): Undone {
  // Packages go last: until then their services can be stopped, and their firewall taken down, with their own tools.
  const last = (item: UndoItem) => (item.undo.kind === "packages" ? 1 : 0);
  const ordered = [...items].sort((a, b) => last(a) - last(b));
  const results = ordered.map((item) => undoOne(item, facts));
  return {
    changes: results.flatMap(({ changes }) => changes),
    findings: results.flatMap(({ findings }) => findings),
  };
}

const nothing: Undone = { changes: [], findings: [] };
const changed = (change: Change): Undone => ({ changes: [change], findings: [] });

function refused({ owner }: UndoItem, message: string, hint: string): Undone {
  return {
    changes: [],
    findings: [{ control: owner.control, id: "undo.changed", level: "block", message, hint }],
  };
}

function undoOne(item: UndoItem, facts: Facts): Undone {
  const { undo } = item;
  switch (undo.kind) {
    case "file":
      return undoFile(item, undo, facts);
    case "mode":
      return undoMode(item, undo, facts);
    case "sysctl":
      return undoSysctl(item, undo, facts);
    case "unit":
      return undoUnit(item, undo, facts);
    case "packages":
      return undoPackages(item, undo, facts);
    case "firewall":
      return undoFirewall(item, undo);
    case "audit":
      return changed(toChange(item, { action: "load", stage: "kernel", steps: [{ verb: "audit-load" }] }));
  }
}

type Draft = Pick<Change, "action" | "stage" | "steps"> & Partial<Change>;

function toChange({ owner, release }: UndoItem, draft: Draft): Change {
  const [first, ...rest] = draft.steps;
  const steps = first === undefined ? [] : [release ? { ...first, release: owner } : first, ...rest];
  const [, kind = ""] = /\/([a-z-]+):/.exec(owner.address) ?? [];
  return {
    address: owner.address,
    control: owner.control,
    kind,
    reason: "Gives back what was there before.",
    effect: "now",
    undo: "full",
    ...draft,
    steps,
  };
}

type Of<K extends Undo["kind"]> = Extract<Undo, { kind: K }>;

/** `what` has another value than the run gave it: by a later run of ours, or by somebody. */
function changedSince(item: UndoItem, what: string): Undone {
  const { later } = item;
  return later === undefined
    ? refused(
        item,
        `${what} was changed since, by no run that this host remembers.`,
        `Look at it, and save what you want to keep; when it is as this run left it, or gone, the run can be undone. If a run that was pruned has changed it: \`enabled: false\` in the profile's ${item.owner.control} gives back the original.`,
      )
    : refused(
        item,
        `${what} was changed since, by run ${later.run}.`,
        `Roll that back first: ${later.command}`,
      );
}

function undoFile(item: UndoItem, undo: Of<"file">, facts: Facts): Undone {
  const { path, run, backup } = undo;
  const fact = readFact(facts, file(path));
  if (fact.state === "unknown" || fact.state === "unsupported")
    return refused(
      item,
      `${path} could not be read: ${fact.why}.`,
      "Run as root, or as a login that may use sudo.",
    );
  const now = fact.state === "present" ? fact.value : undefined;
  const looks = look(now);
  if (undo.after !== undefined && looks !== undo.after && looks !== undo.before)
    return changedSince(item, path);
  if (looks === undo.before && !item.release) return nothing;
  const saved = readFact(facts, backups(run));
  const original = saved.state === "present" ? saved.value.get(backup) : undefined;
  const step: Step = { verb: "restore", path, run, backup, before: preimage(now) };
  return changed(
    toChange(item, {
      action: undo.before === "absent" ? "delete" : "update",
      diff: unifiedDiff(path, now?.content, original),
      stage: "files",
      steps: [step],
    }),
  );
}

function undoMode(item: UndoItem, { path, before, after }: Of<"mode">, facts: Facts): Undone {
  const fact = readFact(facts, file(path));
  if (fact.state === "absent") return nothing;
  if (fact.state !== "present")
    return refused(item, `${path} could not be read: ${fact.why}.`, "Run as root.");
  const modeOf = (words: string) => words.split(" ").slice(2).join(" ");
  const now = modeOf(look(fact.value));
  const was = modeOf(before);
  if (after !== undefined && now !== modeOf(after) && now !== was)
    return changedSince(item, `The mode of ${path} (${now})`);
  if (now === was && !item.release) return nothing;
  const [mode = "", owner = "", group = ""] = was.split(" ");
  const step: Step = { verb: "mode", path, mode, owner, group, before: preimage(fact.value) };
  return changed(
    toChange(item, {
      action: "update",
      before: now,
      after: `${mode} ${owner} ${group}`,
      stage: "files",
      steps: [step],
    }),
  );
}

function undoSysctl(item: UndoItem, { key, before, after }: Of<"sysctl">, facts: Facts): Undone {
  const fact = readFact(facts, sysctl(key));
  // An interface that has gone took its values with it.
  if (fact.state !== "present") return nothing;
  const now = fact.value.replace(/\s+/g, " ");
  if (after !== undefined && now !== after && now !== before)
    return changedSince(item, `${key} (now ${now})`);
  if (now === before && !item.release) return nothing;
  const step: Step = { verb: "sysctl", key, value: before, before: now };
  return changed(
    toChange(item, { action: "update", before: now, after: before, stage: "kernel", steps: [step] }),
  );
}

function undoUnit(item: UndoItem, undo: Of<"unit">, facts: Facts): Undone {
  const fact = readFact(facts, unit(undo.unit));
  if (fact.state !== "present") return nothing;
  const now = fact.value;
  const operations: UnitOperation[] = [];
  const listens = socketOf(undo.unit).some((name) => valueOr(readFact(facts, unit(name)), undefined)?.active);
  // Where systemd listens for it, and starts it for whoever comes, it is nobody's state whether it runs.
  const wasActive = listens ? now.active : undo.active === "active" || undo.active === "reloading";
  if (undo.enabled === "enabled" && now.enabled === "disabled") operations.push("enable");
  if (undo.enabled === "disabled" && now.enabled === "enabled") operations.push("disable");
  if (wasActive && !now.active) operations.push("start");
  else if (!wasActive && now.active) operations.push("stop");
  else if (wasActive && undo.refresh !== undefined) operations.push(listens ? "restart" : undo.refresh);
  if (operations.length === 0) return nothing;
  if (now.enabled.startsWith("masked") && operations.some((each) => each !== "stop"))
    return refused(
      item,
      `${undo.unit} is masked, and was not when the run began.`,
      `Somebody masked it on purpose; to undo the run: systemctl unmask ${undo.unit}`,
    );
  const steps = operations.map((operation): Step => ({ verb: "unit", unit: undo.unit, operation }));
  const last = operations.at(-1)!;
  const effect = last === "reload" || last === "restart" ? last : "now";
  const stage = /^ssh\b/.test(undo.unit) ? "access" : "services";
  return changed(
    toChange(item, {
      action: last,
      before: `${now.enabled}, ${now.state}`,
      after: `${undo.enabled}, ${wasActive ? "active" : undo.active}`,
      effect,
      stage,
      steps,
    }),
  );
}

function undoPackages(item: UndoItem, { run, names }: Of<"packages">, facts: Facts): Undone {
  const there = names.filter((name) => {
    const fact = readFact(facts, debianPackage(name));
    return fact.state === "present" && fact.value.installed;
  });
  if (there.length === 0) return nothing;
  // Last of all: what its service and its rules are undone with comes from the package itself.
  const step: Step = { verb: "purge", run, packages: there };
  return changed(
    toChange(item, {
      action: "purge",
      before: there.join(", "),
      after: "not installed",
      undo: "best effort",
      stage: "access",
      steps: [step],
    }),
  );
}

function undoFirewall(item: UndoItem, { before }: Of<"firewall">): Undone {
  const operation = before === "active" ? "reload" : "disable";
  return changed(
    toChange(item, {
      action: operation === "reload" ? "load" : "disable",
      after: operation === "reload" ? "ufw's rules as its restored files say" : "ufw inactive, as before",
      stage: "access",
      steps: [{ verb: "firewall", operation }],
    }),
  );
}
