/** A machine that is new to the project: its tests tell what they could not run. */
/** @type {readonly import("./table.d.mts").Mutant[]} */
export const newcomers = [
  {
    name: "fresh machine: whoever makes the key second takes the first one's",
    file: "docker/key.mjs",
    from: "    if (!existsSync(testKey)) throw error;",
    to: "    throw error;",
    suite: "test/run.test.ts",
    title: "is made once",
  },
  {
    name: "fresh machine: a suite that lacks a program is named",
    file: "test/setup/needs.mjs",
    from: "list.filter(([thing]) => !isHere(thing))",
    to: "list.filter(([thing]) => thing === undefined)",
    suite: "test/run.test.ts",
    title: "this machine lacks is named",
  },
  {
    name: "fresh machine: CI runs unit and host nowhere else",
    file: "test/setup/suites.mjs",
    from: "words.length === 0 && ci",
    to: "words.length === 0 && ci === undefined",
    suite: "test/run.test.ts",
    title: "none, in CI",
  },
  {
    name: "npm test: a word that means nothing is no success",
    file: "test/run.mjs",
    from: "  if (unknown.length > 0) {",
    to: "  if (unknown.length > 9) {",
    suite: "test/run.test.ts",
    title: "that mean nothing are told",
  },
  {
    name: "npm test: every test that was skipped is named",
    file: "test/setup/results.mjs",
    from: "return skipped.map(({ fullName })",
    to: "return skipped.slice(1).map(({ fullName })",
    suite: "test/run.test.ts",
    title: "names every test that was skipped",
  },
  {
    name: "real sh: this machine's sshd and its /etc/ssh are not asked",
    file: "test/host/root.ts",
    from: '    this.program("sshd", sshd);\n',
    to: '    this.program("sshd", "#!/bin/sh\\nexit 255\\n");\n',
    suite: "test/host/steps.test.ts",
    title: "a restarted service is restarted again by the undo",
  },
];
