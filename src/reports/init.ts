/** What `init` found, and what it writes. */
import type { InitReport } from "../commands/init.ts";
import { unifiedDiff } from "../kinds/file-diff.ts";
import { refusesApply } from "../plan/unsettled.ts";
import { diffText } from "./compose-fix.ts";
import { fold, type Page, plainPage } from "./page.ts";
import { clean } from "./paint.ts";
import { plansText } from "./plan.ts";

export interface Proposal {
  readonly report: InitReport;
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

export const filesText = (files: Proposal["files"], page: Page): readonly string[] =>
  files.map(({ file, before, text }) =>
    diffText(unifiedDiff(file, Buffer.from(before), Buffer.from(text)), page),
  );

/** Before anything is written. */
export function proposalText({ report, files }: Proposal, page: Page = plainPage): string {
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
    ...filesText(files, page),
  ].join("\n\n");
}

/** `isShown`: somebody has seen the proposal, and was asked. */
export function initText(
  { report, files, isShown }: Proposal & { readonly isShown: boolean },
  page: Page = plainPage,
): string {
  const { target, compared } = report;
  const { name } = compared.profile;
  return [
    ...(isShown ? [] : [proposalText({ report, files }, page)]),
    `Written: ${files.map(({ file }) => clean(file)).join(", ")}.`,
    fold(`What the profile ${clean(name)} would change there, as it stands:`, page),
    plansText([{ target, ok: true, value: compared }], page),
    fold(
      `For that write profile: ${clean(name)} in the project file, then: ${page.next("plan", target)}`,
      page,
    ),
  ].join("\n\n");
}

/** The same, all of it, as data. */
export const initData = ({ report, files }: Proposal) => {
  const { target, name, outlines, plan, compared } = report;
  return {
    target,
    profile: name,
    outlines,
    plan,
    compared,
    files: files.map(({ file, text }) => ({ file, text })),
  };
};
