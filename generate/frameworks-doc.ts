/** docs/frameworks.md, made of the checks themselves. */
import { recommendations } from "../src/assess/anssi.ts";
import { byFramework } from "../src/assess/frameworks.ts";
import { everyCheck } from "../src/audit/every-check.ts";

const head = `# Checks as evidence: SOC 2, CIS, ANSSI

Made of the checks themselves (\`npm run generate\`). Each check names what it is evidence for: in \`harden explain ID\`, and as
\`references\` in every format of \`verify\`, \`audit\` and \`compose check\`. Numbers are metadata, and the words are our own: read the
criteria themselves where they are published.

- **SOC 2**: criteria of AICPA's Trust Services Criteria of 2017. CC6.1, CC6.6, CC6.7, CC7.1, CC7.2 and CC8.1 are of security, which every
  report has; A1.1 and A1.2 are of availability, where that is in scope: what a container may take, and what comes back by itself, is
  evidence for these and for none of the others.
- **CIS**: Debian 12 1.1.0, Debian 13 1.0.0, Ubuntu 24.04 1.0.0 and Docker 1.6.0, by the host's own release. [controls.md](controls.md) and
  [compose.md](compose.md) have the numbers of each check. A host of another release is held to Docker's alone.
- **ANSSI**: BP-028. A number that a check is only near to is one of its own, "near R79", and no evidence for R79.

A criterion asks for more than checks can measure: who approves access, what people do with an alarm, how a change is decided. That is
for you to show. What harden says of a criterion:

| verdict | when |
|---|---|
| fail | a check of it fails, or holds until the next boot only, and isn't waived; advice counts |
| not measured | a check of it could not be measured, be that waived or not; none was; a host gave no result, has a run that isn't settled, or an engine that doesn't say what runs |
| waived | all that doesn't hold is waived: it is listed apart, with reason, owner and day |
| pass | all that was measured holds, and nothing is waived |

What isn't applicable makes no criterion pass. Checks of which nothing was told, of a control that no profile manages or of files that
weren't named, are listed with the criterion: whether it rests on enough is yours to judge.

`;

const cell = (ids: readonly string[]) => ids.map((id) => `\`${id}\``).join(", ");

const table = (framework: "soc2" | "anssi") => {
  const { criteria } = byFramework({ framework, date: "", tool: "", asked: [], catalogue: everyCheck });
  return [
    "| number | what it is about | checks |",
    "|---|---|---|",
    ...criteria.map(({ number, title, unasked }) => `| ${number} | ${title} | ${cell(unasked)} |`),
    "",
  ];
};

export const frameworksDoc = (): string =>
  [
    `${head}## SOC 2`,
    "",
    ...table("soc2"),
    "## ANSSI BP-028",
    "",
    `Of its recommendations ${Object.keys(recommendations).length} have a check, or one that is near.`,
    "",
    ...table("anssi"),
  ].join("\n");
