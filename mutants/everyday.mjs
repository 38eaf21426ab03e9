/** Everyday use: what is told, completion, the package, several passwords. */
/** @type {readonly import("./table.d.mts").Mutant[]} */
export const everyday = [
  {
    name: "--failed-only leaves out nothing that makes the exit status",
    file: "src/reports/kept.ts",
    from: "findings: findings.filter(hinders)",
    to: "findings: findings.slice(0, 0)",
    suite: "test/reports/kept.test.ts",
    title: "in text has all that fails",
  },
  {
    name: "--failed-only says how much it leaves out",
    file: "src/reports/kept.ts",
    from: "  left === 0 ?",
    to: "  left >= 0 ?",
    suite: "test/reports/kept.test.ts",
    title: "in text has all that fails",
  },
  {
    name: "--quiet: what somebody is asked about is told whole",
    file: "src/program/on-hosts.ts",
    from: "given.yes ? kept : {}",
    to: "kept",
    suite: "test/program/program.test.ts",
    title: "is asked about whole",
  },
  {
    name: "--verbose tells no word of what is sent",
    file: "src/commands/trace.ts",
    from: "${Buffer.byteLength(script)} bytes",
    to: "${script} bytes",
    suite: "test/commands/trace.test.ts",
    title: "tells connection, round trips, bytes and times",
  },
];
