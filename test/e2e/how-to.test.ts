/** The pages of docs/how-to, followed in a copy of the tree and on a real host; beside them a control of a service that is off. */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf } from "../how-to.ts";
import { sample } from "../setup/sample.ts";
import { buildCopy, type Copy, copyTree } from "./copy.ts";
import { profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { runProgram } from "./process.ts";
import { difference, state } from "./state.ts";
import { must } from "./trouble.ts";

const [parameter = "", row = "", mode = ""] = codeOf("add-a-check");
const [control = "", test = ""] = codeOf("add-a-control");
const [kind = "", shell = "", kindImport = "", claiming = "", kindTest = "", shellTest = ""] =
  codeOf("add-a-kind");
const [work = "", text = "", words = "", commandImport = "", textTest = ""] = codeOf("add-a-command");
const [format = "", formatImport = "", formatRow = "", formatTest = ""] = codeOf("add-a-format");

/** Files that the steps write, by their path. */
const written: Readonly<Record<string, string>> = {
  "src/controls/coredumps.ts": control,
  "test/controls/coredumps.test.ts": test,
  "src/kinds/mask.ts": kind,
  "src/kinds/mask.sh": shell,
  "src/controls/keyboard.ts": claiming,
  "test/kinds/mask.test.ts": kindTest,
  "test/host/mask.test.ts": shellTest,
  "src/features/upgrades/work.ts": work,
  "src/features/upgrades/text.ts": text,
  "src/features/upgrades/words.ts": words,
  "test/features/upgrades.test.ts": textTest,
  "src/reports/tap.ts": format,
  "test/reports/tap.test.ts": formatTest,
};

/** As an editor indents it in a list or a map. */
const within = (code: string) => code.replaceAll(/^(?=.)/gm, "  ");

/** Code that the steps put into files, each before a text that is there once. */
const inserted: readonly (readonly [path: string, before: string, code: string])[] = [
  ["src/controls/sysctl/settings.ts", "});\n\nexport type SysctlParams", within(parameter)],
  ["src/controls/sysctl/settings.ts", "];\n\nexport const settingOf", within(row)],
  ["src/controls/permissions/targets.ts", ");\n\nexport const hashFiles", within(mode)],
  ["src/kinds/index.ts", "import { member }", kindImport],
  ["src/kinds/index.ts", "  mode,\n", "  mask,\n"],
  ["src/program/index.ts", "import { verify }", commandImport],
  ["src/program/index.ts", "  renew,\n", "  upgrades,\n"],
  ["src/reports/formats.ts", "import { text }", formatImport],
  ["src/reports/formats.ts", "};\n", "  tap,\n"],
  ["src/reports/names.ts", "] as const", ', "tap"'],
  ["docs/verdicts.md", "\nIn JSON each target", formatRow],
];

/** Follows the steps whose files are below one of these folders. */
function follow(folder: string, ...below: readonly string[]) {
  const isBelow = (path: string) => below.some((each) => path.startsWith(`${each}/`));
  for (const [path, code] of Object.entries(written).filter(([path]) => isBelow(path))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), code);
  }
  for (const [path, before, code] of inserted.filter(([path]) => isBelow(path))) {
    const parts = readFileSync(join(folder, path), "utf8").split(before);
    expect(parts, `${path}: ${before}`).toHaveLength(2);
    writeFileSync(join(folder, path), parts.join(code + before));
  }
}

const files = {
  "src/controls/quiet.ts": `import { z } from "zod";
import { unit } from "../facts/files.ts";
import { daemon } from "../plan/claim.ts";
import { defineControl } from "./define.ts";

export const quiet = defineControl({
  id: "quiet",
  title: "A service that is off",
  rationale: "Nobody needs it.",
  layer: "host",
  criteria: ["CC6.1"],
  schema: z.strictObject({ unit: z.string() }),
  probes: (params) => ({ unit: unit(params.unit) }),
  checks: [
    {
      id: "quiet.off",
      title: "It is off",
      severity: "low",
      why: "It runs.",
      leavesOpen: "The rest.",
      look: "systemctl status",
      reads: ["process", "next start"],
      reason: "Nobody needs it.",
      want: ({ params }) => [daemon(params.unit, { enabled: false, active: false })],
    },
  ],
});
`,
};
let copy: Copy;
let host: TestHost;

/** The rest of test/ knows no control, kind, command or format. */
const suites = [
  ...[
    "assess",
    "audit",
    "cloud",
    "command",
    "compose",
    "controls",
    "edits",
    "facts",
    "features",
    "html",
    "kinds",
  ],
  ...[
    "plan",
    "profile",
    "program",
    "project",
    "reports",
    "results",
    "run/",
    "running",
    "secrets",
    "transports",
  ],
  ...["architecture", "contract", "errors", "generated", "guide", "mutants", "promises"],
].map((name) => `test/${name}`);

describe.skipIf(!hasDocker())("a copy of the tree in which the pages were followed", () => {
  const lines = (code: string) => code.trimEnd().split("\n").length;

  it("has few more lines for each", () => {
    expect(lines(parameter) + lines(row)).toBeLessThanOrEqual(12);
    expect(lines(mode)).toBe(1);
    expect(lines(control) + lines(test)).toBeLessThanOrEqual(60);
    expect(lines(kind) + lines(shell)).toBeLessThanOrEqual(170);
    expect(lines(work) + lines(text) + lines(words)).toBeLessThanOrEqual(65);
    expect(lines(format)).toBeLessThanOrEqual(35);
  });

  it("passes all unit tests once what is made of it was written", { timeout: 1_200_000 }, async () => {
    const tree = copyTree();
    // Other suites run beside it.
    const env = { ...process.env, HARDEN_TEST_WORKERS: "2" };
    const run = async (program: string, ...words: readonly string[]) => {
      const ran = await runProgram(program, words, { cwd: tree.folder, env, timeoutMs: 900_000 });
      const said = `${words.join(" ")}\n${ran.stdout.slice(-5000)}${ran.stderr.slice(-3000)}`;
      expect(ran.code, said).toBe(0);
      return ran.stdout;
    };
    try {
      follow(tree.folder, "src", "test", "docs");
      await run("npm", "run", "--silent", "generate", "--", "--record");
      // As `npm run check` has it; the copy is no work tree of git.
      await run("npx", "biome", "check", "--vcs-enabled=false", "src", "test");
      for (const program of ["tsc", "knip"]) await run("npx", program);
      await run("npx", "vitest", "run", "--project", "unit", ...sample("suites of the copy", suites, 4));
      await run("npx", "vitest", "run", "--project", "host", "test/host/mask", "test/host/runtime-text");
      await run("node", "build/build.mjs");
      for (const id of ["sysctl.ignore-broadcasts", "coredumps.storage", "keyboard.ctrl-alt-del"])
        expect(await run("node", "dist/cli.js", "explain", id)).toContain("SOC 2");
      expect(await run("node", "dist/cli.js", "upgrades", "--help")).toContain("the upgrades that each host");
      const { man } = JSON.parse(readFileSync(join(tree.folder, "package.json"), "utf8"));
      expect(man).toContain("dist/man/harden-upgrades.1");
      expect(readFileSync(join(tree.folder, "dist/man/harden-upgrades.1"), "utf8")).toContain("upgrades");
    } finally {
      tree.remove();
    }
  });
});

describe.skipIf(!hasDocker())("what the pages add", () => {
  beforeAll(async () => {
    copy = buildCopy(files, ["coredumps", "keyboard", "quiet"], (folder) => follow(folder, "src"));
    host = await startHost("debian13", "full");
  });
  afterAll(async () => {
    copy?.remove();
    await host?.remove();
  });

  it.each([
    [
      "the control",
      "coredumps: {storage: none}\n",
      "+Storage=none",
      "systemd-analyze cat-config systemd/coredump.conf | grep ^Storage= | tail -n 1",
      "Storage=none\n",
    ],
    [
      "the kind",
      "keyboard: {}\n",
      "ctrl-alt-del.target unmasked → masked",
      "systemctl is-enabled ctrl-alt-del.target",
      "masked\n",
    ],
  ])("%s is planned, applied, verified and rolled back", async (_what, yaml, line, look, effective) => {
    const run = (command: string, ...words: string[]) => copy.run(host, command, ...words);
    const profile = ["--profile", profileFile(yaml)];
    const was = await state(host.exec);
    const planned = await run("plan", ...profile, "--diff", "--detailed-exitcode");
    expect(planned, planned.stderr).toMatchObject({ code: 2 });
    expect(planned.stdout).toContain(line);
    expect((await run("verify", ...profile)).code).toBe(2);
    const applied = await run("apply", ...profile, "--yes");
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    expect((await host.exec(look)).stdout).toBe(effective);
    expect(difference(was, await state(host.exec))).not.toEqual([]);
    expect((await run("verify", ...profile)).code).toBe(0);
    expect((await run("plan", ...profile, "--detailed-exitcode")).code).toBe(0);
    const back = await run("rollback", "--yes");
    expect(back, back.stderr).toMatchObject({ code: 0 });
    expect(difference(was, await state(host.exec))).toEqual([]);
  });

  it("the kind is given back when its control is switched off", async () => {
    const was = await state(host.exec);
    for (const yaml of ["keyboard: {}\n", "keyboard: {enabled: false}\n"]) {
      const applied = await copy.run(host, "apply", "--profile", profileFile(yaml), "--yes");
      expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    }
    expect(difference(was, await state(host.exec))).toEqual([]);
  });

  it("the command lists the upgrades of a real host", async () => {
    const listed = await copy.run(host, "upgrades");
    expect(listed, listed.stderr).toMatchObject({ code: 0 });
    expect(listed.stdout).toMatch(/: \d+ upgrades?\n/);
  });

  it("the format writes a plan of a real host", async () => {
    const profile = ["--profile", profileFile("keyboard: {}\n")];
    const planned = await copy.run(host, "plan", ...profile, "--format", "tap");
    expect(planned, planned.stderr).toMatchObject({ code: 0 });
    expect(planned.stdout).toMatch(/^TAP version 14\n1\.\.\d+\n(?:not )?ok 1 - /);
    expect(planned.stdout).toContain("keyboard/mask:ctrl-alt-del.target");
  });

  describe("a service that is to be off", () => {
    const profile = ["--profile", profileFile("quiet: {unit: noisy.service}\n")];
    const codes = async () => [
      (await copy.run(host, "plan", ...profile, "--detailed-exitcode")).code,
      (await copy.run(host, "verify", ...profile)).code,
    ];
    const unit = "/usr/lib/systemd/system/noisy.service";
    const noisy = `printf '[Service]\\nExecStart=sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' >${unit}`;
    const masked = "systemctl mask noisy.service";

    it.each([
      ["not there", "true", "true"],
      ["masked", `${noisy}; systemctl daemon-reload; ${masked}`, "systemctl unmask noisy.service"],
    ])("is so already where its unit is %s", async (_how, make, end) => {
      await must(host, make);
      expect(await codes()).toEqual([0, 0]);
      await must(host, end);
    });

    it("is stopped and disabled where it runs, and comes back with a rollback", async () => {
      await must(host, `${noisy}; systemctl daemon-reload; systemctl enable --now noisy.service`);
      expect(await codes()).toEqual([2, 2]);
      const applied = await copy.run(host, "apply", ...profile, "--yes");
      expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
      expect(await codes()).toEqual([0, 0]);
      const back = await copy.run(host, "rollback", "--yes");
      expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
      await must(host, "systemctl is-enabled noisy.service && systemctl is-active noisy.service");
    });

    it("blocks where it is masked and runs, for no rollback could start it again", async () => {
      await must(host, masked);
      const refused = await copy.run(host, "apply", ...profile, "--yes");
      expect(refused, refused.stdout + refused.stderr).toMatchObject({ code: 3 });
      expect(refused.stdout + refused.stderr).toContain("noisy.service is masked and still runs");
      await must(host, "systemctl is-active noisy.service");
    });
  });
});
