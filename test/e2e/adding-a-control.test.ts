/** The control of the page on adding one, in a copy of the sources: on a real host from the plan to the rollback. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { pageBlock } from "../page.ts";
import { buildCopy, type Copy } from "./copy.ts";
import { profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";

/** One module, one template, and in the list of controls one line with its import. */
const files = {
  "templates/coredump.conf.hbs": pageBlock("hbs"),
  "src/controls/coredumps.ts": pageBlock("ts"),
};
let copy: Copy;
let host: TestHost;

describe.skipIf(!hasDocker())("the control that the page adds", () => {
  beforeAll(async () => {
    copy = buildCopy(files, ["coredumps"]);
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
