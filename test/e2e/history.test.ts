/** What a host remembers: which run is in force, what an undo gives back, and what its undo gives back again. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { start, untilHost, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { difference, state } from "./state.ts";
import { apply, during, must, type Trouble, undone } from "./trouble.ts";

const ssh = profileFile("ssh: {maxAuthTries: 4}\n");
const both = profileFile("ssh: {maxAuthTries: 3}\nsysctl: {}\n");
const off = profileFile("ssh: {enabled: false}\nsysctl: {enabled: false}\n");
const [second80, third443] = [
  "ssh: {maxAuthTries: 3}\nsysctl: {}\nfirewall: {rules: [{port: 80, protocol: tcp}]}\n",
  "ssh: {maxAuthTries: 2}\nsysctl: {enabled: false}\nfail2ban: {}\nfirewall: {rules: [{port: 443, protocol: tcp}]}\n",
].map(profileFile) as [string, string];

const dropIn = "/etc/ssh/sshd_config.d/00-harden.conf";
const wrapper = `#!/bin/bash
if [ "$1" = -t ]; then until [ -e ${dropIn} ]; do touch /run/sshd-waits; sleep 0.1; done; fi
exec -a /usr/sbin/sshd /usr/sbin/sshd.real "$@"`;
/** By then the files and the kernel's values of an undo are back, and the way in is not. */
const stuckReload: Trouble = {
  name: "sshd's reload waits without our drop-in",
  make: `cat >/root/sshd <<'END'\n${wrapper}\nEND
    chmod 755 /root/sshd; cp -a /usr/sbin/sshd /usr/sbin/sshd.real; mv -f /root/sshd /usr/sbin/sshd`,
  there: `sshd -t && [ -e ${dropIn} ]`,
  end: "mv -f /usr/sbin/sshd.real /usr/sbin/sshd; rm -f /run/sshd-waits; systemctl restart ssh",
};

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly undoes?: readonly string[];
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
    expect(done.stdout + done.stderr, "nothing went wrong").not.toContain("runtime.sh");
    return { id: await newest(), is: await state(host.exec), owns: await manifest() };
  };
  const undo = async (...id: string[]) => {
    const said = await undone(host, host.target("root"), ...id);
    expect(said).toContain("undone; it comes back in 120 s unless this is confirmed");
    return newest();
  };

  it("rollback undoes the newest run in force, one after the other, and never an undo", async () => {
    const first = await applied(ssh);
    const second = await applied(both);
    const older = await run("rollback", first.id, "--yes");
    expect(older).toMatchObject({ code: 3 });
    const said = older.stdout + older.stderr;
    expect(said).toContain(`was changed since, by run ${second.id}.`);
    expect(said).toMatch(new RegExp(`undoes run ${first.id} of \\S+@\\S+ at 2\\S+Z \\(profile test\\)`));
    expect(said).toContain(`run ${first.id} is still in force. Mend them, and roll back again.`);
    expect(said).toContain(`in one run: harden rollback ${host.target("root")} --to ${first.id}`);

    const undoSecond = await undo();
    expect(await differs(first.is)).toEqual([]);
    expect(await manifest()).toBe(first.owns);
    const undoFirst = await undo();
    expect(await differs(pristine)).toEqual([]);
    expect(await manifest()).toBe("");
    expect(await listed()).toMatchObject([
      { id: first.id, state: "confirmed", undoneBy: undoFirst },
      { id: second.id, state: "confirmed", undoneBy: undoSecond },
      { id: undoSecond, undoes: [second.id] },
      { id: undoFirst, undoes: [first.id] },
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
    const prune = ["runs", "prune", host.target("root"), "--keep", "1"];
    const before = await listed();
    const unasked = await harden(host, prune);
    expect(unasked, unasked.stderr).toMatchObject({ code: 64, stdout: "" });
    expect(await listed()).toEqual(before);
    const kept = await harden(host, [...prune, "--yes"]);
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
    expect((await listed()).at(-1)).toMatchObject({ id, undoes: [expect.any(String)] });
  });

  it("--to RUN undoes RUN and all that is in force since in one run, all of it or nothing", async () => {
    const first = await applied(ssh);
    const second = await applied(second80);
    const third = await applied(third443);
    const unknown = await run("rollback", "--to", "20200101-000000-00000000", "--yes");
    expect(unknown).toMatchObject({ code: 1 });
    expect(unknown.stderr).toMatch(new RegExp(`no run 2020.*\\n.*${first.id}, ${second.id}, ${third.id}\\.`));

    const rollback = ["rollback", host.target("root"), "--to", first.id, "--yes"];
    await during(host, stuckReload, async () => {
      const cut = start(host, rollback);
      await cut.until(/\] reload ssh\.service/);
      await untilHost(host, "[ -e /run/sshd-waits ]", 20);
      expect(await differs(third.is)).not.toEqual([]);
      await must(host, "systemctl kill --signal KILL 'harden-apply-*'");
      const { code, said } = await cut.ended;
      expect(code, said).toBe(4);
      const runs = `${third.id}, ${second.id}, ${first.id}`;
      expect(said).toMatch(
        new RegExp(`undoes as one, newest first:\\n  run ${third.id} of .*\\n  run ${second.id} of `),
      );
      expect(said).toMatch(
        new RegExp(
          `NOT undone \\(by run \\S+\\): .*Runs ${runs} are still in force; the host is as it was before this rollback\\.`,
        ),
      );
      await untilSettled(host);
    });
    expect(await differs(third.is)).toEqual([]);
    expect(await manifest()).toBe(third.owns);

    const half = await undo("--to", second.id);
    expect(await differs(first.is)).toEqual([]);
    expect(await manifest()).toBe(first.owns);
    const again = await run("rollback", "--to", second.id, "--yes");
    expect(again).toMatchObject({ code: 1 });
    expect(again.stderr).toContain(`is undone already, by run ${half}. In force there are`);

    const fourth = await applied(second80);
    const whole = await undo("--to", first.id);
    expect(await differs(pristine)).toEqual([]);
    expect(await manifest()).toBe("");
    expect((await listed()).slice(-7)).toMatchObject([
      { id: first.id, undoneBy: whole },
      { id: second.id, undoneBy: half },
      { id: third.id, undoneBy: half },
      { state: "rolled-back", undoes: [third.id, second.id, first.id] },
      { id: half, undoes: [third.id, second.id] },
      { id: fourth.id, undoneBy: whole },
      { id: whole, state: "confirmed", undoes: [fourth.id, first.id] },
    ]);
    await undo(whole);
    expect(await differs(fourth.is)).toEqual([]);
    expect(await manifest()).toBe(fourth.owns);

    await must(host, "ufw allow 9100");
    const others = await run("rollback", fourth.id, "--yes");
    expect(others).toMatchObject({ code: 3 });
    const said = others.stdout + others.stderr;
    expect(said).toMatch(
      /\/etc\/ufw\/user\.rules was changed since, by no run that this host remembers: lines came to what the run left\./,
    );
    expect(said).toMatch(
      /\+ ### tuple ### allow any 9100 .*; \+ -A ufw-user-input -p tcp --dport 9100 -j ACCEPT; /,
    );
    expect(said).not.toContain("or gone");
    await must(host, "ufw delete allow 9100");
    await undo(fourth.id);
    expect(await differs(first.is)).toEqual([]);
  });
});
