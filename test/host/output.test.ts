/** What a program says of a file that only root may read: whole on the host, and nowhere else. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { beginScript } from "../../src/host/script.ts";
import { Root, run, shells, work } from "./root.ts";

let root: Root;
afterEach(() => root.remove());

const line = "mail_password Zq7Word";

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))("output under %s", (_, sh) => {
  beforeEach(() => {
    root = new Root(sh);
    root.program(
      "fail2ban-client",
      `#!/bin/sh\necho "ERROR parsing: '/etc/fail2ban/jail.d/x.local'" "[line  2]: '${line}'" >&2\nexit 255\n`,
    );
  });

  it("of a check that fails names the file, and quotes nothing of it", async () => {
    const step = { verb: "check" as const, check: "fail2ban" as const, words: [] };
    const sent = await root.send(beginScript(run("r1"), work(step), root.options()));
    const failed = sent.events.find(({ event }) => event === "failed");
    expect(failed).toMatchObject({
      code: "check",
      text: expect.stringContaining("/etc/fail2ban/jail.d/x.local"),
    });
    expect(JSON.stringify(sent.events)).not.toContain("Zq7Word");
    expect(root.read("var/lib/harden/runs/r1/output")).toContain(line);
  });
});
