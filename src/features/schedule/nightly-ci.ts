/** The same as workflows of a CI, in a repository that has harden.yaml and the profiles. Pure. */
import { typedAs } from "../../quote.ts";
import {
  auditWords,
  type Night,
  notWritable,
  refuseLines,
  tonight,
  two,
  type WrittenFile,
} from "./nightly.ts";

const runner = "a runner that has harden on its PATH, and reaches the hosts by ssh";

/** GitHub keeps no file from one night to the next but in its cache: the commit's own is where that begins. */
export function githubWorkflow(night: Night): readonly WrittenFile[] {
  const { at, lastGood, webhook } = night;
  const file = plainPath(lastGood);
  const secret = webhook === undefined ? [] : ["env:", "  HARDEN_WEBHOOK: ${{ secrets.HARDEN_WEBHOOK }}"];
  const text = `# Every night: what is new since the last good audit. The first one: harden audit … --out ${file}, committed.
name: harden audit
on:
  schedule:
    - cron: "${at.minute} ${at.hour} * * *" # UTC
  workflow_dispatch:
permissions:
  contents: read
concurrency:
  group: harden-audit
jobs:
  audit:
    runs-on: self-hosted # ${runner}
    timeout-minutes: 60
    steps:
      - uses: actions/checkout@v4
      - id: last
        uses: actions/cache/restore@v4
        with:
          path: ${file}
          key: harden-audit-\${{ hashFiles('${file}') }}-\${{ github.run_id }}
          restore-keys: harden-audit-\${{ hashFiles('${file}') }}-
      - name: Audit
        run: |
${indented(scriptOf(night, "${{"), 10)}
${indented(secret, 8)}      - uses: actions/cache/save@v4
        with:
          path: ${file}
          key: \${{ steps.last.outputs.cache-primary-key }}
`;
  return [{ name: "harden-audit.yml", text: text.replace(/\n\n/g, "\n") }];
}

/** The time is that of a pipeline schedule, which GitLab keeps outside of files. */
export function gitlabJob(night: Night): readonly WrittenFile[] {
  const file = plainPath(night.lastGood);
  const text = `# Every night: what is new since the last good audit. The first one: harden audit … --out ${file}, committed.
# Build > Pipeline schedules: "${night.at.minute} ${night.at.hour} * * *" (${two(night.at.hour)}:${two(night.at.minute)})${night.webhook === undefined ? "" : "; HARDEN_WEBHOOK is a masked variable"}.
harden-audit:
  tags: [harden] # ${runner}
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
  timeout: 1h
  resource_group: harden-audit
  cache:
    key:
      files: [${file}]
      prefix: harden-audit
    paths: [${file}]
    when: on_success
  script:
    - |
${indented(["set -eu", ...scriptOf(night, "$[[")], 6)}`;
  return [{ name: "harden-audit.gitlab-ci.yml", text }];
}

/** As a shell reads them; each stops the rest where it doesn't end with 0. */
function scriptOf(night: Night, interpolation: string): readonly string[] {
  const { lastGood, webhook } = night;
  const line = (words: readonly string[]) => {
    words.forEach(refuseLines);
    const refused = words.find((word) => word.includes(interpolation));
    if (refused !== undefined) throw notWritable(refused, `has ${interpolation}, which the CI would read`);
    return words.map(typedAs).join(" ");
  };
  const url =
    webhook === undefined ? [] : [`(umask 077; printf '%s\\n' "$HARDEN_WEBHOOK" >${line([webhook])})`];
  return [
    ...url,
    line(["harden", ...auditWords(night)]),
    line(["mv", "-f", "--", tonight(lastGood), lastGood]),
  ];
}

const indented = (lines: readonly string[], by: number) =>
  lines.map((line) => `${" ".repeat(by)}${line}\n`).join("");

/** It stands in YAML and in an expression. */
function plainPath(path: string): string {
  if (/^[A-Za-z0-9_][\w./-]*$/.test(path)) return path;
  throw notWritable(path, "is no plain path of a repository, such as audits/last-good.json");
}
