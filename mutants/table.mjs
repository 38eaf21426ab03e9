/**
 * One row a safeguard: the edit that takes it out, and the suite (and test) that must go red.
 * @typedef {{ name: string, file: string, from: string, to: string, suite: string, title?: string }} Mutant
 */

/** @type {readonly Mutant[]} */
export const mutants = [
  {
    name: "controller killed: the dead-man's deadline",
    file: "src/host/runtime/settle.sh",
    from: `      elif [ "$UPTIME" -ge "$deadline" ]; then`,
    to: `      elif false; then`,
    suite: "test/e2e/controller-killed.test.ts",
    title: "after the apply",
  },
  {
    name: "confirm races rollback: the claim is one rename",
    file: "src/host/runtime/base.sh",
    from: `  mv -T "$D/$1/$ID" "$D/$2/$ID" 2>/dev/null || return 1`,
    to: `  [ -e "$D/$1/$ID" ] || return 1; sleep 0.01; cp "$D/$1/$ID" "$D/$2/$ID" && rm -f "$D/$1/$ID"`,
    suite: "test/host/race.test.ts",
  },
  {
    name: "quoting: a word can never become a command",
    file: "src/host/quote.ts",
    from: String.raw`word.replaceAll("'", "'\\''")`,
    to: "word",
    suite: "test/host/quote.test.ts",
  },
  {
    name: "pure core: a fact that could not be read is never absent",
    file: "src/facts/probe.ts",
    from: `      return { state: raw.state, why: raw.data.toString("utf8").trim() };`,
    to: `      return absent;`,
    suite: "test/facts/probe.test.ts",
  },
  {
    name: "switched off: what somebody added stays",
    file: "src/plan/release.ts",
    from: "  const shared = items.filter((item) => !isOursAlone(item, { desired, facts }));",
    to: "  const shared: UndoItem[] = [];",
    suite: "test/plan/release.test.ts",
  },
];
