import { describe, expect, it } from "vitest";
import type { Finding } from "../../src/checks/finding.ts";
import { HostOnly } from "../../src/host-only.ts";
import { announcedOf, beyondAnnounced } from "../../src/plan/announced.ts";
import type { Change, Plan } from "../../src/plan/plan.ts";

const change = (address: string, more: Partial<Change> = {}): Change => ({
  address,
  control: "fail2ban",
  kind: "file",
  action: "create",
  after: "0644 root:root",
  reason: "why",
  effect: "reload",
  undo: "full",
  stage: "files",
  steps: [
    {
      verb: "file",
      path: "/etc/x",
      content: new HostOnly(Buffer.from("a")),
      mode: "0644",
      owner: "root",
      group: "root",
      before: { state: "absent" },
    },
  ],
  ...more,
});
const plan = (changes: readonly Change[], findings: readonly Finding[] = []) =>
  ({ changes, findings }) as unknown as Plan;
const block: Finding = { control: "ssh", id: "ssh.no-usable-key", level: "block", message: "No key." };

describe("after the packages", () => {
  it("the same change goes on, also where the package brought a file to replace", () => {
    const [step] = change("a").steps;
    const replaced = change("a", {
      action: "update",
      steps: [
        {
          ...step,
          before: { state: "file", sha256: new HostOnly("0"), mode: "0644", owner: "root", group: "root" },
        } as never,
      ],
    });
    expect(beyondAnnounced(plan([change("a")]), plan([replaced]))).toEqual([]);
  });

  it("what a user of the host has changed meanwhile stops nothing", () => {
    expect(beyondAnnounced(plan([]), plan([change("a", { fleeting: true })]))).toEqual([]);
    expect(beyondAnnounced(plan([]), plan([change("a")]))).toHaveLength(1);
  });

  it("fewer changes go on", () => {
    expect(beyondAnnounced(plan([change("a"), change("b")]), plan([change("a")]))).toEqual([]);
  });

  it("what was announced by its address may have any value", () => {
    const announced = plan([change("a", { afterInstall: "address", steps: [] })]);
    expect(beyondAnnounced(announced, plan([change("a")]))).toEqual([]);
  });

  it("an address that was not announced is beyond", () => {
    expect(beyondAnnounced(plan([]), plan([change("a")]))).toEqual(["a was not announced"]);
  });

  it("other content than was shown is beyond", () => {
    const other = change("a", {
      steps: [{ ...change("a").steps[0], content: new HostOnly(Buffer.from("b")) } as never],
    });
    expect(beyondAnnounced(plan([change("a")]), plan([other]))).toMatchObject([
      expect.stringContaining("something else"),
    ]);
  });

  it("a new block is beyond, a known one isn't", () => {
    expect(beyondAnnounced(plan([]), plan([], [block]))).toEqual(["No key."]);
    expect(beyondAnnounced(plan([], [block]), plan([], [block]))).toEqual([]);
  });

  it("what a user has made of their own things meanwhile stops nothing, and is not changed unannounced", () => {
    const theirs = (address: string) => change(address, { fleeting: true });
    const now = plan([change("a"), theirs("b"), theirs("c")]);
    const before = plan([change("a"), theirs("b")]);
    expect(beyondAnnounced(before, now)).toEqual([]);
    expect(announcedOf(before, now).map(({ address }) => address)).toEqual(["a", "b"]);
  });
});
