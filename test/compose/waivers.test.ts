/** Waivers stand in the file, are bound to check and object, and end. */
import { describe, expect, it } from "vitest";
import { apiImage, changed } from "./hardened.ts";
import { check, composed, failures, problems, today } from "./world.ts";

const api = `    image: ${apiImage}\n    user: "1000:1000"\n`;
const weak = changed(api, `${api}    privileged: true\n    ports: ["3000:3000", "3001:3001"]\n`);
const both = [
  "containers.privileged api",
  "exposure.internal-only api 3000:3000",
  "exposure.internal-only api 3001:3001",
];
const left = async (text: string) => (await failures(text)).map((each) => each.replace(/ @\d+$/, ""));
const key = (...waivers: readonly string[]) =>
  changed(
    "  api:\n",
    `  api:\n    x-harden:\n      waivers:\n${waivers.map((each) => `        - ${each}\n`).join("")}`,
    weak,
  );

describe("a waiver", () => {
  it("below x-harden of a service waives its own check there, and says until when", async () => {
    const text = key(
      `{check: containers.privileged, reason: it mounts disks, owner: storage team, until: ${today}}`,
    );
    expect(await left(text)).toEqual(both.slice(1));
    const { checks } = await composed(text);
    const waived = checks.find(({ id, object }) => id === "containers.privileged" && object === "api");
    expect(waived).toMatchObject({
      verdict: "fail",
      waiver: { state: "waived", reason: "it mounts disks", owner: "storage team", until: today },
    });
  });

  it("of one object waives no other of the same check", async () => {
    expect(
      await left(key(`{check: exposure.internal-only, object: "3000:3000", reason: r, until: ${today}}`)),
    ).toEqual([both[0], both[2]]);
    expect(await left(key(`{check: exposure.internal-only, reason: r, until: ${today}}`))).toEqual(both);
  });

  it("of the whole file names its object", async () => {
    const top = (more: string) =>
      `x-harden: {waivers: [{check: containers.privileged, reason: r, until: ${today}${more}}]}\n${weak}`;
    expect(await left(top(", object: api"))).toEqual(both.slice(1));
    expect(await problems({ "c.yaml": top("") })).toEqual([
      expect.stringMatching(/^c\.yaml:1:\d+: a waiver of the whole file needs its object/),
    ]);
  });

  it("as a comment is for what begins on its line, or on the line below", async () => {
    const waive = (id: string) => `# harden waive ${id} until ${today}: it mounts disks`;
    expect(
      await left(changed("privileged: true", `privileged: true ${waive("containers.privileged")}`, weak)),
    ).toEqual(both.slice(1));
    const above = `${waive("containers.privileged")}\n    # and more of it\n    privileged: true`;
    expect(await left(changed("privileged: true", above, weak))).toEqual(both.slice(1));
    expect(await left(changed("  api:\n", `  ${waive("containers.privileged")}\n  api:\n`, weak))).toEqual(
      both,
    );
    expect(
      await left(
        changed(
          "  api:\n",
          `  ${waive("networks.default")}\n  api:\n`,
          changed("    networks: [internal, data]\n", ""),
        ),
      ),
    ).toEqual([]);
  });

  it("in vain is told, and a text that looks like one is none", async () => {
    const text = changed("  api:\n", `  # harden waive containers.privileged until ${today}: x\n  api:\n`);
    const { findings } = await composed(text);
    expect(findings).toMatchObject([
      { id: "compose.unused-waiver", message: expect.stringContaining("compose.yaml:39:3") },
    ]);
    expect(
      await left(
        changed(
          api,
          `${api}    privileged: true\n    labels: {x: "# harden waive containers.privileged until ${today}: x"}\n`,
        ),
      ),
    ).toEqual(["containers.privileged api"]);
  });

  it("that is over fails, and says whose it was", async () => {
    const text = key(
      "{check: containers.privileged, reason: it mounts disks, owner: storage team, until: 2027-01-30}",
    );
    expect(await left(text)).toEqual(both);
    const { checks } = await composed(text);
    expect(
      checks.find(({ id, verdict }) => id === "containers.privileged" && verdict === "fail"),
    ).toMatchObject({
      waiver: { state: "expired" },
      remedy: expect.stringMatching(
        /^It was waived until 2027-01-30 by storage team \(it mounts disks\), and that is over\. /,
      ),
    });
    expect((await check({ "c.yaml": text })).status).toBe(2);
  });

  it.each([
    [
      "{check: containers.privilege, reason: r, until: 2027-01-31}",
      "there is no such check (did you mean `containers.privileged`?)",
    ],
    ["{check: containers.privileged, until: 2027-01-31}", "a waiver needs its reason"],
    ["{check: containers.privileged, reason: r}", "a waiver needs its last day"],
    ["{check: containers.privileged, reason: r, until: soon}", "a waiver needs its last day"],
  ])("that nobody understands stops the judging: %s", async (waiver, wanted) => {
    expect(await problems({ "c.yaml": key(waiver) })).toEqual([expect.stringContaining(wanted)]);
  });

  it("as a comment of another form stops it, too", async () => {
    const text = changed("privileged: true", "privileged: true # harden: please waive this", weak);
    expect(await problems({ "c.yaml": text })).toEqual([
      expect.stringContaining("a waiver is written as: # harden waive CHECK until"),
    ]);
    expect(
      await problems({
        "c.yaml": text.replace(
          "# harden: please waive this",
          `# harden waive containers.privileged until ${today}`,
        ),
      }),
    ).toEqual([expect.stringContaining("a waiver needs its reason")]);
  });
});
