/** The control of the page on adding one, in a copy of the sources: on a real host from the plan to the rollback. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageBlock } from "../page.ts";
import { profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { runProgram } from "./process.ts";
import { difference, state } from "./state.ts";

const root = join(import.meta.dirname, "../..");
const copy = mkdtempSync(join(tmpdir(), "harden-adding-"));
let host: TestHost;

/** One module, one template, and in the list of controls one line with its import. */
function addControl(): void {
  for (const part of ["build", "src", "templates", "profiles", "package.json"])
    cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  writeFileSync(join(copy, "templates/coredump.conf.hbs"), pageBlock("hbs"));
  writeFileSync(join(copy, "src/controls/coredumps.ts"), pageBlock("ts"));
  const index = join(copy, "src/controls/index.ts");
  const list = readFileSync(index, "utf8").replace(/= \[/, "= [coredumps, ");
  writeFileSync(index, `import { coredumps } from "./coredumps.ts";\n${list}`);
}

const run = (command: string, ...words: string[]) =>
  runProgram(process.execPath, [
    ...[join(copy, "dist/cli.js"), command, host.target("root"), ...words],
    ...["--ssh-config", join(host.home, ".ssh/config")],
  ]);

describe.skipIf(!hasDocker())("the control that the page adds", () => {
  beforeAll(async () => {
    addControl();
    const built = spawnSync(process.execPath, ["build/build.mjs"], { cwd: copy, encoding: "utf8" });
    expect(built, built.stderr).toMatchObject({ status: 0 });
    host = await startHost("debian13", "full");
  });
  afterAll(async () => {
    rmSync(copy, { recursive: true, force: true });
    await host?.remove();
  });

  it("is planned, applied, verified and rolled back", async () => {
    const profile = ["--profile", profileFile("coredumps: {storage: none}\n")];
    const was = await state(host.exec);
    const planned = await run("plan", ...profile, "--detailed-exitcode");
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
});
