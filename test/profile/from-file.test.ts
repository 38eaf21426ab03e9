import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { certificates } from "../../src/profile/certificates.ts";
import { checkProfile } from "../../src/profile/load.ts";
import { formatProblem } from "../../src/profile/problem.ts";
import { memoryFiles } from "./memory.ts";

const folder = mkdtempSync(join(tmpdir(), "harden-ca-"));
execFileSync(
  "openssl",
  "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=ca -keyout ca.key -out ca.pem".split(
    " ",
  ),
  { cwd: folder, stdio: "ignore" },
);
const pem = readFileSync(join(folder, "ca.pem"), "utf8");
const key = readFileSync(join(folder, "ca.key"), "utf8");

const forwarding = z.strictObject({ to: z.string(), ca: certificates("Whom to trust") });
const sections = [
  { id: "logging", title: "logging", schema: z.strictObject({ forwarding: forwarding.optional() }) },
];
const load = (files: Readonly<Record<string, string>>, name = "p") =>
  checkProfile(name, { cwd: "/w", packagedDir: "/pkg", sections, checks: [], ...memoryFiles(files) });
const yaml = (ca: string) => `logging: {forwarding: {to: a, ca: ${ca}}}\n`;

/** What is said of a profile that names `c` where the file has this text. */
async function said(text: string | undefined, name = "c") {
  const files = {
    "/w/profiles/p.yaml": yaml(name),
    ...(text === undefined ? {} : { "/w/profiles/c": text }),
  };
  const checked = await load(files);
  return checked.ok ? [] : checked.problems.map(formatProblem);
}

describe("certificates that a profile names", () => {
  test("are read beside the file that says so, also where another extends it", async () => {
    const checked = await load({
      "/w/profiles/p.yaml": "extends: ../shared/base.yaml\nlogging: {}\n",
      "/w/shared/base.yaml": yaml("ca/c.pem"),
      "/w/shared/ca/c.pem": `subject=CN = ca\n${pem}`,
    });
    expect(checked.ok && checked.profile.sections.logging).toMatchObject({ forwarding: { ca: pem } });
  });

  test("change the profile's digest with their text", async () => {
    const digest = async (text: string) => {
      const checked = await load({ "/w/profiles/p.yaml": yaml("c"), "/w/profiles/c": text });
      return checked.ok ? checked.profile.digest : undefined;
    };
    expect(await digest(pem)).not.toBe(await digest(pem + pem));
    expect(await digest(pem)).toBe(await digest(`# a word\n${pem}`));
  });

  test("a missing file, and one that holds something else, are told where they are named", async () => {
    const place = "profiles/p.yaml:1:35: logging.forwarding.ca: ";
    expect(await said(undefined)).toEqual([`${place}there is no file profiles/c`]);
    expect(await said("root:x:0:0\n")).toEqual([
      expect.stringContaining(`${place}must be a file with certificates`),
    ]);
    expect(await said(pem.replace("MII", "AII"))).toHaveLength(1);
    const [line, ...more] = await said(pem + key);
    expect([line, more]).toEqual([expect.stringContaining("holds a private key"), []]);
    expect(line).toMatch(/found the text "c"$/);
  });

  test("a collector without one is told, and where", async () => {
    const checked = await load({ "/w/profiles/p.yaml": "logging: {forwarding: {to: a}}\n" });
    expect(checked.ok ? [] : checked.problems.map(formatProblem)).toEqual([
      "profiles/p.yaml:1:11: logging.forwarding.ca: missing: expected the name of a file with certificates in PEM",
    ]);
  });
});
