/** The host runtime's text: the files of `runtime/` in this order, one script. */
import audit from "./runtime/audit.sh";
import base from "./runtime/base.sh";
import checks from "./runtime/checks.sh";
import deadman from "./runtime/deadman.sh";
import download from "./runtime/download.sh";
import files from "./runtime/files.sh";
import firewall from "./runtime/firewall.sh";
import flows from "./runtime/flows.sh";
import lease from "./runtime/lease.sh";
import main from "./runtime/main.sh";
import manifest from "./runtime/manifest.sh";
import masks from "./runtime/masks.sh";
import modes from "./runtime/modes.sh";
import packages from "./runtime/packages.sh";
import preflight from "./runtime/preflight.sh";
import requests from "./runtime/requests.sh";
import run from "./runtime/run.sh";
import settle from "./runtime/settle.sh";
import steps from "./runtime/steps.sh";
import sysctl from "./runtime/sysctl.sh";
import systemd from "./runtime/systemd.sh";
import tables from "./runtime/tables.sh";
import tidy from "./runtime/tidy.sh";
import undoPackages from "./runtime/undo-packages.sh";
import units from "./runtime/units.sh";

const parts = [
  base,
  lease,
  systemd,
  preflight,
  files,
  steps,
  modes,
  sysctl,
  manifest,
  units,
  packages,
  download,
  masks,
  undoPackages,
  firewall,
  tables,
  flows,
  audit,
  checks,
  settle,
  requests,
  deadman,
  run,
  tidy,
  main,
];

export const runtimeText: string = parts
  .map((part) => part.replace(/^# shellcheck shell=sh\n/, ""))
  .join("\n");
