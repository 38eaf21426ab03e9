/** The pages of docs/how-to, followed in a copy of the tree and on a real host; beside them a control of a service that is off. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { codeOf } from "../how-to.ts";
import { buildCopy, type Copy, copyTree } from "./copy.ts";
import { profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { runProgram } from "./process.ts";
import { difference, state } from "./state.ts";
import { must } from "./trouble.ts";

const [parameter = "", row = "", mode = ""] = codeOf("add-a-check");
const [control = "", test = ""] = codeOf("add-a-control");
const files = {
  "src/controls/coredumps.ts": control,
  "src/controls/quiet.ts": `import { z } from "zod";
import { unit } from "../facts/files.ts";
import { daemon } from "./claim.ts";
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
      reason: "Nobody needs it.",
      want: ({ params }) => [daemon(params.unit, { enabled: false, active: false })],
    },
  ],
});
`,
};
let copy: Copy;
let host: TestHost;

const settings = "src/controls/sysctl/settings.ts";
const targets = "src/controls/permissions/targets.ts";

/** Where the steps of the pages say that their code goes. */
function follow(folder: string) {
  const insert = (path: string, before: string, code: string) => {
    const text = readFileSync(join(folder, path), "utf8");
    expect(text.split(before)).toHaveLength(2);
    writeFileSync(
      join(folder, path),
      text.replace(before, () => `${code}${before}`),
    );
  };
  insert(settings, "});\n\nexport type Params", parameter);
  insert(settings, "];\n\nexport const settingOf", row);
  insert(targets, ");\n\nexport const hashFiles", mode);
  writeFileSync(join(folder, "src/controls/coredumps.ts"), control);
  writeFileSync(join(folder, "test/controls/coredumps.test.ts"), test);
}

/** The rest of test/ knows no control. */
const suites = [
  ...[
    "assess",
    "commands",
    "compose",
    "controls",
    "facts",
    "html",
    "kinds",
    "plan",
    "profile",
    "program",
    "project",
  ],
  ...[
    "reports",
    "running",
    "architecture",
    "contract",
    "errors",
    "generated",
    "guide",
    "mutants",
    "promises",
  ],
].map((name) => `test/${name}`);

describe.skipIf(!hasDocker())("a copy of the tree in which the pages were followed", () => {
  const lines = (code: string) => code.trimEnd().split("\n").length;

  it("has few more lines for each", () => {
    expect(lines(parameter) + lines(row)).toBeLessThanOrEqual(12);
    expect(lines(mode)).toBe(1);
    expect(lines(control) + lines(test)).toBeLessThanOrEqual(60);
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
      follow(tree.folder);
      await run("npm", "run", "--silent", "generate", "--", "--record");
      await run("npx", "vitest", "run", "--project", "unit", ...suites);
      await run("node", "build/build.mjs");
      for (const id of ["sysctl.ignore-broadcasts", "coredumps.storage"])
        expect(await run("node", "dist/cli.js", "explain", id)).toContain("SOC 2");
    } finally {
      tree.remove();
    }
  });
});

describe.skipIf(!hasDocker())("the control that the page adds", () => {
  beforeAll(async () => {
    copy = buildCopy(files, ["coredumps", "quiet"]);
    host = await startHost("debian13", "full");
  });
  afterAll(async () => {
    copy?.remove();
    await host?.remove();
  });

  it("is planned, applied, verified and rolled back", async () => {
    const run = (command: string, ...words: string[]) => copy.run(host, command, ...words);
    const profile = ["--profile", profileFile("coredumps: {storage: none}\n")];
    const was = await state(host.exec);
    const planned = await run("plan", ...profile, "--diff", "--detailed-exitcode");
    expect(planned, planned.stderr).toMatchObject({ code: 2 });
    expect(planned.stdout).toContain("+Storage=none");
    expect((await run("verify", ...profile)).code).toBe(2);
    const applied = await run("apply", ...profile, "--yes");
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    const effective = await host.exec(
      "systemd-analyze cat-config systemd/coredump.conf | grep ^Storage= | tail -n 1",
    );
    expect(effective.stdout).toBe("Storage=none\n");
    expect((await run("verify", ...profile)).code).toBe(0);
    expect((await run("plan", ...profile, "--detailed-exitcode")).code).toBe(0);
    const back = await run("rollback", "--yes");
    expect(back, back.stderr).toMatchObject({ code: 0 });
    expect(difference(was, await state(host.exec))).toEqual([]);
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
