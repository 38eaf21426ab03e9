/** What `init` found, and what it writes. */
import { unifiedDiff } from "../../kinds/file-diff.ts";
import type { HostEntry } from "../../plan/control.ts";
import { refusesApply } from "../../plan/unsettled.ts";
import { whyByHand } from "../../profile/accepted.ts";
import { diffText, fold, type Page, plainPage } from "../../reports/page.ts";
import { clean } from "../../reports/paint.ts";
import { plansText } from "../../reports/plan.ts";
import type { InitReport } from "./work.ts";

export interface Proposal {
  readonly report: InitReport;
  /** Of the inventory: what the profile accepts. */
  readonly accepted: readonly HostEntry[];
  readonly files: readonly {
    /** As people see it. */
    readonly file: string;
    /** Empty of a new one. */
    readonly before: string;
    readonly text: string;
  }[];
}

const words = { managed: "managed", measured: "apply: false", "left out": "left out" } as const;
const styles = { managed: "good", measured: "change", "left out": "faint" } as const;

function outlineLines({ outlines }: InitReport, page: Page): readonly string[] {
  const wide = Math.max(...outlines.map(({ control }) => control.length));
  return outlines.map(({ control, as, why }) => {
    const reason = why === undefined ? "" : `  ${clean(as === "measured" ? `else ${why}` : why)}`;
    return fold(
      `  ${control.padEnd(wide)}  ${page.paint(styles[as], words[as].padEnd(12))}${reason}`.trimEnd(),
      page,
    );
  });
}

/** Who may become root there, and what runs as root, as far as nothing explains it: what became of each. */
function entryLines({ report: { unexplained, unread }, accepted }: Proposal, page: Page): readonly string[] {
  const taken = new Set(accepted.map(({ kind, name }) => JSON.stringify([kind, name])));
  const lines = unexplained.map((each) => {
    const { kind, name, about } = each;
    const why = whyByHand(each, unexplained);
    const fate = taken.has(JSON.stringify([kind, name]))
      ? "; accepted"
      : why === undefined
        ? ""
        : `; never written by harden: ${why}`;
    return fold(`  ${clean(kind)}  ${clean(`${name}: ${about}`)}${fate}`, page, 4);
  });
  const reasons = [...new Set(unread.map(({ why }) => why))];
  return [
    ...(lines.length === 0 ? [] : [["Nothing explains there:", ...lines].join("\n")]),
    ...(reasons.length === 0
      ? []
      : [fold(`Not all of the inventory could be read: ${clean(reasons.join("; "))}.`, page)]),
  ];
}

export const filesText = (files: Proposal["files"], page: Page): readonly string[] =>
  files.map(({ file, before, text }) =>
    diffText(unifiedDiff(file, Buffer.from(before), Buffer.from(text)), page),
  );

/** Before anything is written. */
export function proposalText(proposal: Proposal, page: Page = plainPage): string {
  const { report, files } = proposal;
  const { target, plan } = report;
  const { hostname, distro, version } = plan.host;
  return [
    `${page.paint("strong", clean(`${target} (${hostname}, ${distro} ${version})`))} as it is:`,
    outlineLines(report, page).join("\n"),
    fold(
      "By these sections nothing is to be changed there: planned by the facts that they are made of.",
      page,
    ),
    ...plan.findings
      .filter(refusesApply)
      .map(({ message }) => fold(`All the same an apply would refuse: ${clean(message)}`, page)),
    ...entryLines(proposal, page),
    ...filesText(files, page),
  ].join("\n\n");
}

/** `isShown`: somebody has seen the proposal, and was asked. */
export function initText(
  { isShown, ...proposal }: Proposal & { readonly isShown: boolean },
  page: Page = plainPage,
): string {
  const { report, files } = proposal;
  const { target, compared, unexplained } = report;
  const { name } = compared.profile;
  const left = unexplained.length - proposal.accepted.length;
  return [
    ...(isShown ? [] : [proposalText(proposal, page)]),
    `Written: ${files.map(({ file }) => clean(file)).join(", ")}.`,
    ...(left === 0
      ? []
      : [
          fold(
            `Left unexplained: ${left}. Accept in the profile, as privileges.accepted, what is meant to be there: ${page.next("audit", target, "--inventory")}`,
            page,
          ),
        ]),
    fold(`What the profile ${clean(name)} would change there, as it stands:`, page),
    plansText([{ target, ok: true, value: compared }], page),
    fold(
      `For that write profile: ${clean(name)} in the project file${proposal.accepted.length === 0 ? "" : ", and move privileges.accepted from the new profile into the host's values"}, then: ${page.next("plan", target)}`,
      page,
    ),
  ].join("\n\n");
}

/** The same, all of it, as data. */
export const initData = ({ report, files, accepted }: Proposal) => {
  const { target, name, outlines, plan, compared, unexplained, unread } = report;
  return {
    target,
    profile: name,
    outlines,
    plan,
    compared,
    unexplained,
    unread,
    accepted,
    files: files.map(({ file, text }) => ({ file, text })),
  };
};
