/** Secrets of others: each way by which one would leave its host. */
/** @type {readonly import("./table.d.mts").Mutant[]} */
export const secrets = [
  {
    name: "redaction: a whole file goes to its host alone",
    file: "src/host-only.ts",
    from: "  toJSON(): undefined {\n    return undefined;\n",
    to: "  toJSON(): unknown {\n    return this.#value;\n",
    suite: "test/plan/redaction.test.ts",
  },
  {
    name: "redaction: a file that is edited by key is told by the keys of ours",
    file: "src/kinds/edit.ts",
    from: "  if (was?.content === undefined || planned === undefined) return hostDiff",
    to: "  return hostDiff",
    suite: "test/plan/redaction.test.ts",
    title: "leaves no value of others",
  },
  {
    name: "redaction: a difference has no secret of either text",
    file: "src/kinds/file-diff.ts",
    from: 'redactFile(each).split("\\n")',
    to: 'each.split("\\n")',
    suite: "test/secrets/redact.test.ts",
    title: "has no secret in a difference",
  },
  {
    name: "redaction: what a host has said leaves without its secrets",
    file: "src/program/on-hosts.ts",
    from: "const report = redactAll(whole);",
    to: "const report = whole;",
    suite: "test/e2e/redaction.test.ts",
    title: "a host with secrets of others, debian13",
  },
  {
    name: "redaction: a saved plan is stale where a file was changed, whatever is shown of it",
    file: "src/facts/files.ts",
    from: "    ...(fact.stamp === undefined ? {} : { stamp: fact.stamp }),\n",
    to: "",
    suite: "test/plan/redaction.test.ts",
    title: "is stale by its inode",
  },
  {
    name: "redaction: an option of ours keeps the word behind it",
    file: "src/secrets/redact.ts",
    from: "(?!(?:ask-(?:sudo-)?passwords?|set-passwords)(?![\\w-]))",
    to: "",
    suite: "test/secrets/redact.test.ts",
    title: "With --ask-password a password opens it once.",
  },
];
