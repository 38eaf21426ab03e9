/** The next command that a run tells, pasted as it is, after the way to the host has changed. */
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleRows } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";

describe.skipIf(!hasDocker())("the next command of an apply that moves sshd to another port", () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost("debian12", "bare");
  });
  afterAll(() => host?.remove());

  const move = (user: string) => profileFile(`access: {user: ${user}}\nssh: {port: 2022}\n`);

  /** The words that a shell makes of the command of this verb in a text, without those that every call here has. */
  const told = (text: string, verb: string): readonly string[] => {
    const [command = ""] = new RegExp(`harden ${verb} .*`).exec(text) ?? [];
    const print = `harden() { printf '%s\\n' "$@"; }; ${command}`;
    const words = execFileSync("sh", ["-c", print]).toString().trim().split("\n");
    return words.slice(0, words.indexOf("--ssh-config"));
  };

  const targets: readonly (readonly [string, () => string])[] = [
    ["an address", () => host.target("root")],
    ["a Host entry of an ssh configuration", () => host.name],
  ];
  it.each(sampleRows("targets", targets, 1, ([what]) => what))(
    "names the new port of %s",
    { timeout: 300_000 },
    async (_what, target) => {
      const args = [target(), "--profile", move("root"), "--yes"];
      const left = await harden(host, ["apply", ...args, "--no-confirm"]);
      expect(left, left.stderr).toMatchObject({ code: 0 });
      const confirmed = await harden(host, told(left.stdout, "confirm"));
      expect(confirmed, confirmed.stderr).toMatchObject({ code: 0 });
      const [, there = ""] = told(left.stdout, "confirm");
      const back = await harden(host, ["rollback", there, "--yes"], { alone: true });
      expect(back, back.stderr).toMatchObject({ code: 0 });

      const applied = await harden(host, ["apply", ...args], { alone: true });
      expect(applied, applied.stderr).toMatchObject({ code: 0 });
      const undone = await harden(host, [...told(applied.stdout, "rollback"), "--yes"], { alone: true });
      expect(undone, undone.stderr).toMatchObject({ code: 0 });
    },
  );

  it("names the login of the proof to confirm, and to undo", { timeout: 300_000 }, async () => {
    const args = [host.target("root"), "--profile", move("admin"), "--yes"];
    const left = await harden(host, ["apply", ...args, "--no-confirm"]);
    expect(left, left.stderr).toMatchObject({ code: 0 });
    expect(told(left.stdout, "confirm")[1]).toBe(`admin@${host.address}:2022`);
    const confirmed = await harden(host, told(left.stdout, "confirm"));
    expect(confirmed, confirmed.stderr).toMatchObject({ code: 0 });
  });
});
