/** The host runtime's text: the files of `runtime/` in this order, one script. */
import audit from "./runtime/audit.sh";
import base from "./runtime/base.sh";
import checks from "./runtime/checks.sh";
import files from "./runtime/files.sh";
import firewall from "./runtime/firewall.sh";
import lease from "./runtime/lease.sh";
import main from "./runtime/main.sh";
import manifest from "./runtime/manifest.sh";
import packages from "./runtime/packages.sh";
import preflight from "./runtime/preflight.sh";
import run from "./runtime/run.sh";
import settle from "./runtime/settle.sh";
import steps from "./runtime/steps.sh";
import systemd from "./runtime/systemd.sh";
import tidy from "./runtime/tidy.sh";
import units from "./runtime/units.sh";

const parts = [
  base,
  lease,
  systemd,
  preflight,
  files,
  steps,
  manifest,
  units,
  packages,
  firewall,
  audit,
  checks,
  settle,
  run,
  tidy,
  main,
];

export const runtimeText: string = parts
  .map((part) => part.replace(/^# shellcheck shell=sh\n/, ""))
  .join("\n");
