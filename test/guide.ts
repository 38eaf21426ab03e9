/** docs/guide.md as data: what shows each statement. */
import { readFileSync } from "node:fs";
import { afterDeploy, checklist } from "../src/checks/lines.ts";
import { cloudChecks } from "../src/cloud/judge.ts";
import { composeIds } from "../src/compose/judge.ts";
import { runningChecks } from "../src/running/checks.ts";
import { doorChecks } from "../src/running/door-checks.ts";

export interface Statement {
  readonly line: number;
  readonly says: string;
  readonly checks: readonly string[];
  /** Of the lists before and after a deployment. */
  readonly lines: readonly string[];
  /** Of compose files, Dockerfiles, running containers and clouds, which have commands of their own. */
  readonly containerChecks: readonly string[];
  /** Typed as root on a hardened host, each ends well. */
  readonly commands: readonly string[];
  /** Files of tests, where no check or command of a host can show it. */
  readonly suites: readonly string[];
}

const ofContainers: readonly string[] = [
  ...composeIds,
  ...cloudChecks.map(({ id }) => id),
  ...[...runningChecks, ...doorChecks].map(({ id }) => id),
];

const ofLists: readonly string[] = [...checklist, ...afterDeploy].map(({ id }) => id);

const file = new URL("../docs/guide.md", import.meta.url);

/** A row of a table, its cells parted by bars that no backslash stands before. */
const cellsOf = (row: string) =>
  row
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

export function statements(): readonly Statement[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .flatMap((row, index) => {
      const [says = "", , , shown = ""] = row.startsWith("| ") ? cellsOf(row) : [];
      if (says === "" || says === "the guide says") return [];
      const quoted = [...shown.matchAll(/`([^`]+)`/g)].map(([, text = ""]) => text);
      return [
        {
          line: index + 1,
          says,
          checks: quoted.filter(
            (text) => !/^(\$ |test\/)/.test(text) && ![...ofContainers, ...ofLists].includes(text),
          ),
          lines: quoted.filter((text) => ofLists.includes(text)),
          suites: quoted.filter((text) => text.startsWith("test/")),
          containerChecks: quoted.filter((text) => ofContainers.includes(text)),
          commands: quoted.filter((text) => text.startsWith("$ ")).map((text) => text.slice(2)),
        },
      ];
    });
}
