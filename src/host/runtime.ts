/**
 * The host runtime's text, one script: the engine's files of `runtime/` in this order, what the table of the kinds
 * says, and each kind's own shell. A run keeps its copy, so that a boot needs nothing else.
 */
import checksText from "../kinds/checks.sh";
import { checks } from "../kinds/checks.ts";
import { kinds, rollbackOrder } from "../kinds/index.ts";
import beside from "./beside.sh";
import { partsOf } from "./parts.ts";
import runs from "./runs.sh";
import base from "./runtime/base.sh";
import deadman from "./runtime/deadman.sh";
import files from "./runtime/files.sh";
import folders from "./runtime/folders.sh";
import lease from "./runtime/lease.sh";
import locks from "./runtime/locks.sh";
import main from "./runtime/main.sh";
import manifest from "./runtime/manifest.sh";
import places from "./runtime/places.sh";
import preflight from "./runtime/preflight.sh";
import renew from "./runtime/renew.sh";
import requests from "./runtime/requests.sh";
import room from "./runtime/room.sh";
import run from "./runtime/run.sh";
import settle from "./runtime/settle.sh";
import step from "./runtime/step.sh";
import systemd from "./runtime/systemd.sh";
import tidy from "./runtime/tidy.sh";
import unban from "./runtime/unban.sh";
import storage from "./storage.sh";
import walk from "./walk.sh";
import xattr from "./xattr.sh";

/**
 * Moments at which a kind may have something to do, as its function HOOK_NAME:
 * begin: a preflight begins; prepare: its last part, which may take its time; lay_out: the run's folder is written;
 * settle: a batch is applied; start: the last one is; confirm: the run is confirmed; release: it is settled, with its
 * folder as word; hindered: an undo is due, and IN_THE_WAY may say what it waits for; third: before an
 * undo of a run that waited, to tell what somebody has set meanwhile; quiet: nothing of the
 * run is at work any more, and its undo begins; early: at a boot, before
 * services start; due: the same for a confirmed run whose last steps are not done; remains: an undo is done; patient: true for a command that must not be killed in its middle.
 */
const hooks = [
  "begin",
  "prepare",
  "lay_out",
  "settle",
  "start",
  "confirm",
  "release",
  "hindered",
  "third",
  "quiet",
  "early",
  "due",
  "remains",
] as const;

/** Of one kind only: before its undo lines, and behind them. */
const around = ["undoing", "undone"] as const;

const shellName = (name: string) => name.replaceAll("-", "_");
const names = kinds.map(({ name }) => shellName(name));
/** Ends a kind's own file: what only tests compare hosts by. */
const parts = kinds.map(({ shell }) => partsOf(shell));

const defines = (text: string, hook: string, name: string) =>
  new RegExp(`^${hook}_${name}\\(\\)`, "m").test(text);
const havingHook = (hook: string) => names.filter((name, at) => defines(parts[at]!.work, hook, name));

/** Hooks that are called with a word. */
const withWord: ReadonlySet<string> = new Set(["release", "patient"]);

function calls(hook: string, joined: string, none: string): string {
  const word = withWord.has(hook) ? ' "$1"' : "";
  const each = havingHook(hook).map((name) => `${hook}_${name}${word}`);
  return `${hook}_all() { ${each.length === 0 ? none : each.join(joined)}; }`;
}

const writes = () =>
  `written_by() {\n  case $1 in\n${kinds
    .flatMap(({ name, writes = [] }) =>
      writes.length === 0 ? [] : `  ${shellName(name)}) echo ${writes.map(shellName).join(" ")} ;;`,
    )
    .join("\n")}\n  esac\n}`;

const cases = (hook: string) =>
  `${hook}_kind() {\n  case $1 in\n${havingHook(hook)
    .map((name) => `  ${name}) ${hook}_${name} ;;`)
    .join("\n")}\n  esac\n}`;

/** What is written by a kind that may wait for its daemon is undone before that as well. */
function lateOrder(): string {
  const late = rollbackOrder.filter(({ undo }) => undo.atBoot !== "early");
  return [...new Set(late.flatMap(({ writes = [] }) => writes)), ...late.map(({ name }) => name)]
    .map(shellName)
    .join(" ");
}

function generated(): string {
  const list = (which: (undo: (typeof rollbackOrder)[number]["undo"]) => boolean) =>
    `'${rollbackOrder
      .filter(({ undo }) => which(undo))
      .map(({ name }) => shellName(name))
      .join(" ")}'`;
  return [
    "# What the table of the kinds says.",
    `UNDO_EARLY=${list(({ atBoot }) => atBoot === "early")}`,
    `UNDO_LATE='${lateOrder()}'`,
    `UNDONE_BY_BOOT=${list(({ atBoot }) => atBoot === "by itself")}`,
    `UNDO_BY_HOMES=${list(({ byHomes }) => byHomes === true)}`,
    `UNDO_FORWARDS=${list(({ replay }) => replay === "forwards")}`,
    `BOOT_READERS='${kinds.flatMap(({ readAtBootBy }) => readAtBootBy ?? []).join(" ")}'`,
    `CHECKS='${checks.join(" ")}'`,
    ...hooks.map((hook) => calls(hook, hook === "lay_out" ? " && " : "; ", ":")),
    calls("patient", " || ", "false"),
    ...around.map(cases),
    writes(),
    "",
  ].join("\n");
}

const engine = [
  base,
  runs,
  xattr,
  walk,
  folders,
  places,
  lease,
  locks,
  systemd,
  storage,
  preflight,
  room,
  beside,
  files,
  step,
  manifest,
  settle,
  requests,
  deadman,
  run,
  tidy,
  unban,
  renew,
];

export const runtimeText: string = [
  ...engine,
  generated(),
  checksText,
  ...parts.map(({ work }) => work),
  main,
]
  .map((part) => part.replaceAll(/^# shellcheck shell=sh\n/gm, ""))
  .join("\n");

/** Prints what each kind can touch, a line a thing: what tests compare hosts by. Needs nothing else of the runtime. */
export const stateText: string = [
  ...parts.map(({ state }) => state),
  ...names.filter((name, at) => defines(parts[at]!.state, "state", name)).map((name) => `state_${name}`),
  "",
].join("\n");
