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
  {
    name: "a file changed inside the window: the third version is kept",
    file: "src/host/runtime/files.sh",
    from: "\n  third_version\n",
    to: "\n",
    suite: "test/host/steps.test.ts",
    title: "steps under dash a file that somebody changes inside the window",
  },
  {
    name: "host changed since the plan: the preimage is compared",
    file: "src/host/runtime/steps.sh",
    from: `  [ "$SEEN" = "$*" ]`,
    to: "  true",
    suite: "test/host/steps.test.ts",
    title: "only the mode differs",
  },
  {
    name: "two operators: the lease is looked at",
    file: "src/host/runtime/lease.sh",
    from: "  if busy; then",
    to: "  if false; then",
    suite: "test/host/race.test.ts",
  },
  {
    name: "immutable file: a block in the plan",
    file: "src/resources/file.ts",
    from: "  if (now.immutable)",
    to: "  if (false as boolean)",
    suite: "test/plan/planner.test.ts",
  },
  {
    name: "plan file edited: its digest is compared",
    file: "src/plan/planfile.ts",
    from: "file.digest !== digestOf(file.saved)",
    to: "false",
    suite: "test/plan/planfile.test.ts",
  },
  {
    name: "packages: only what was announced may be filled in",
    file: "src/plan/announced.ts",
    from: "    if (before === undefined) return [`${change.address} was not announced`];",
    to: "    if (before === undefined) return [];",
    suite: "test/plan/announced.test.ts",
  },
  {
    name: "undone by hand: refused where somebody changed it since",
    file: "src/plan/undo.ts",
    from: "  if (after !== undefined && now !== after && now !== before)",
    to: "  if (after === '')",
    suite: "test/plan/undo.test.ts",
  },
];
