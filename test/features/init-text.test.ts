/** What init tells of entries that nothing explains. */
import { expect, it } from "vitest";
import { initData, initText, proposalText } from "../../src/features/init/text.ts";
import { debian } from "../controls/facts.ts";

const unexplained = [
  { kind: "root-accounts", name: "toor", about: "toor is root by its number" },
  { kind: "jobs", name: "/etc/cron.d/a", about: "it is of no package" },
  { kind: "units", name: "x\n  jobs  forged\u001b[31m", about: "y" },
];
const plan = {
  version: 1,
  tool: "0",
  target: "web1",
  host: debian("13"),
  changes: [],
  findings: [],
  profile: { name: "production", digest: "d", file: "packaged" },
};
const proposal = {
  report: {
    target: "web1",
    name: "web1",
    outlines: [{ control: "ssh", as: "managed" }],
    plan,
    compared: plan,

    unexplained,
    unread: [
      { kind: "jobs", why: "no answer" },
      { kind: "units", why: "no answer" },
    ],
  },
  files: [],
  accepted: [unexplained[1]],
} as never;

it("init prints each entry that nothing explains, with what becomes of it, and why there may be more", () => {
  const text = proposalText(proposal);
  expect(text).toMatch(
    /^ {2}root-accounts {2}toor: toor is root by its number; never written by harden: a second root/m,
  );
  expect(text).toMatch(/^ {2}jobs {2}\/etc\/cron\.d\/a: it is of no package; accepted$/m);
  expect(text).toContain("Not all of the inventory could be read: no answer.");
  expect(text).not.toMatch(/^ {2}jobs {2}forged/m);
  expect(text).not.toContain("\u001b");
  expect(initText(Object.assign({}, proposal, { isShown: true }))).toContain("Left unexplained: 2.");
  expect(initData(proposal)).toMatchObject({ unexplained, accepted: [unexplained[1]] });
});
