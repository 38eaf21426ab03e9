import { accounts } from "./accounts.mjs";
import { badInput } from "./bad-input.mjs";
import { boot } from "./boot.mjs";
import { cloud } from "./cloud.mjs";
import { commands } from "./commands.mjs";
import { compose } from "./compose.mjs";
import { controller } from "./controller.mjs";
import { controls } from "./controls.mjs";
import { drift } from "./drift.mjs";
import { edits } from "./edits.mjs";
import { everyday } from "./everyday.mjs";
import { faults } from "./faults.mjs";
import { frameworks } from "./frameworks.mjs";
import { gate } from "./gate.mjs";
import { history } from "./history.mjs";
import { html } from "./html.mjs";
import { newcomers } from "./newcomers.mjs";
import { project } from "./project.mjs";
import { running } from "./running.mjs";
import { safety } from "./safety.mjs";
import { secrets } from "./secrets.mjs";

/** One row a safeguard. */
/** @type {readonly import("./table.d.mts").Mutant[]} */
export const mutants = [
  ...cloud,
  ...commands,
  ...compose,
  ...controller,
  ...controls,
  ...safety,
  ...edits,
  ...faults,
  ...history,
  ...badInput,
  ...boot,
  ...newcomers,
  ...accounts,
  ...running,
  ...frameworks,
  ...project,
  ...gate,
  ...everyday,
  ...drift,
  ...html,
  ...secrets,
];
