/** What a host remembers: which run is in force, what an undo gives back, and what its undo gives back again. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";
import { apply, must, undone } from "./trouble.ts";

const ssh = profileFile("ssh: {maxAuthTries: 4}\n");
const both = profileFile("ssh: {maxAuthTries: 3}\nsysctl: {}\n");
const off = profileFile("ssh: {enabled: false}\nsysctl: {enabled: false}\n");

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly undoes?: string;
  readonly undoneBy?: string;
}

describe.skipIf(!hasDocker())("the history of a host", { timeout: 300_000 }, () => {
  let host: TestHost;
  let pristine: readonly string[];
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    pristine = await state(host.exec);
  });
  afterAll(() => host?.remove());

  const run = (...args: string[]) => harden(host, [args[0]!, host.target("root"), ...args.slice(1)]);
  const listed = async (): Promise<readonly Listed[]> =>
    JSON.parse((await run("runs", "--format", "json")).stdout)[0].value;
  const newest = async () => (await listed()).at(-1)!.id;
  const differs = async (from: readonly string[]) => difference(from, await state(host.exec));
  const manifest = () => must(host, "cat /var/lib/harden/manifest 2>/dev/null || :");
  const applied = async (profile: string) => {
    const done = await apply(host, profile);
    expect(done, done.stdout + done.stderr).toMatchObject({ code: 0 });
    return { id: await newest(), is: await state(host.exec), owns: await manifest() };
  };
  const undo = async (...id: string[]) => {
    await undone(host, host.target("root"), ...id);
    return newest();
  };

  it("rollback undoes the newest run in force, one after the other, and never an undo", async () => {
    const first = await applied(ssh);
    const second = await applied(both);
    const older = await run("rollback", first.id, "--yes");
    expect(older).toMatchObject({ code: 3 });
    const said = older.stdout + older.stderr;
    expect(said).toContain(`was changed since, by run ${second.id}.`);
    expect(said).toContain(`Roll that back first: harden rollback ${host.target("root")} ${second.id}`);

    const undoSecond = await undo();
    expect(await differs(first.is)).toEqual([]);
    expect(await manifest()).toBe(first.owns);
    const undoFirst = await undo();
    expect(await differs(pristine)).toEqual([]);
    expect(await manifest()).toBe("");
    expect(await listed()).toMatchObject([
      { id: first.id, state: "confirmed", undoneBy: undoFirst },
      { id: second.id, state: "confirmed", undoneBy: undoSecond },
      { id: undoSecond, undoes: second.id },
      { id: undoFirst, undoes: first.id },
    ]);
    const { stdout } = await run("runs");
    expect(stdout).toMatch(new RegExp(`${first.id} .* undone by ${undoFirst} `));
    expect(stdout).toMatch(new RegExp(`${undoFirst} .* confirmed  undoes ${first.id} `));

    const third = await run("rollback", "--yes");
    expect(third).toMatchObject({ code: 1 });
    expect(third.stderr).toContain(`harden rollback ${host.target("root")} ${undoFirst}`);
    const again = await run("rollback", second.id, "--yes");
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toContain(`is undone already, by run ${undoSecond}`);
    expect(await differs(pristine)).toEqual([]);

    // An undo that is asked for by name has it all again, and owns it again.
    await undo(undoFirst);
    expect(await differs(first.is)).toEqual([]);
    expect(await manifest()).toBe(first.owns);
    const kept = await harden(host, ["runs", "prune", host.target("root"), "--keep", "1"]);
    expect(kept, kept.stderr).toMatchObject({ code: 0 });
    expect(kept.stdout).toContain(second.id);
    expect(kept.stdout).not.toContain(first.id);

    const released = await apply(host, off);
    expect(released, released.stdout + released.stderr).toMatchObject({ code: 0 });
    expect(await differs(pristine)).toEqual([]);
    expect(await manifest()).toBe("");
    // And what was switched off is owned again when that is undone.
    await undo();
    expect(await differs(first.is)).toEqual([]);
    expect(await manifest()).toBe(first.owns);
  });

  it("a run whose changes somebody has taken back already is undone all the same", async () => {
    await must(host, "rm -rf /etc/ssh/sshd_config.d/00-harden.conf && systemctl reload ssh");
    const id = await undo();
    expect(await differs(pristine)).toEqual([]);
    expect(await manifest()).toBe("");
    expect((await listed()).at(-1)).toMatchObject({ id, undoes: expect.any(String) });
  });
});
