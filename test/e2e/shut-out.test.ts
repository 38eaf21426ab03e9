/** What would shut out a login that works: refused before, or rolled back; it works at the end, and the host is as it was. */
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sampleRows } from "../setup/sample.ts";
import { expectPristine, outcome, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { keyLogin, reload } from "./logins.ts";
import { mustRun, runProgram } from "./process.ts";
import { home, keys, type Row, rows } from "./shut-outs.ts";
import { state } from "./state.ts";
import { must, undone } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

describe.skipIf(!hasDocker())("a login that works is not shut out where", { timeout: 120_000 }, () => {
  let host: TestHost;
  let jump: TestHost;
  let folder: string;
  const beside: ChildProcess[] = [];
  let pristine: readonly string[];
  const file = (name: string) => (name === "own" ? host.identity : join(folder, name));

  /** Runs until the suite ends, and is there when `probe` ends with 0. */
  async function start(program: string, args: readonly string[], probe: () => Promise<boolean>) {
    beside.push(spawn(program, args, { stdio: "ignore" }));
    await waitUntil(`${program} answers`, probe);
  }

  /** More names of the host: by an agent with eight keys, behind a jump host, and beside a master connection of ssh. */
  async function ways() {
    const socket = file("agent");
    const config = join(host.home, ".ssh/config");
    const names = {
      agent: `IdentityAgent ${socket}`,
      behind: `ProxyJump root@${jump.address}`,
      mastered: `ControlMaster auto\n  ControlPath ${file("master")}`,
    };
    const lines = Object.entries(names).map(
      ([name, way]) => `Host ${name}\n  HostName ${host.address}\n  User admin\n  ${way}\n`,
    );
    writeFileSync(config, lines.join("") + readFileSync(config, "utf8"));
    appendFileSync(host.knownHosts, readFileSync(jump.knownHosts));
    const env = { ...process.env, SSH_AUTH_SOCK: socket };
    const ends = async (program: string, ...args: string[]) =>
      (await runProgram(program, args, { env })).code ?? 1;
    await start("ssh-agent", ["-D", "-a", socket], async () => (await ends("ssh-add", "-l")) < 2);
    await mustRun("ssh-add", ["-q", ...["1", "2", "3", "4", "rsa", "5", "6", "7"].map(file)], { env });
    const ready = async () => (await ends("ssh", "-F", config, "-O", "check", "mastered")) === 0;
    await start("ssh", ["-F", config, "-N", "mastered"], ready);
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "harden-keys-"));
    for (const name of ["rsa", "1", "2", "3", "4", "5", "6", "7"]) {
      const type = name === "rsa" ? ["rsa", "-b", "2048"] : ["ed25519"];
      await mustRun("ssh-keygen", ["-q", "-N", "", "-f", file(name), "-t", ...type]);
    }
    [host, jump] = await Promise.all([
      startHost("debian13", "full"),
      startHost("debian13", "bare", { name: "jump" }),
    ]);
    await ways();
    // It would ban logins that are refused here; sudo leaves a note in the home folder at its first use.
    await must(host, `systemctl stop fail2ban; runuser -l admin -c 'sudo -n true'; chmod 0700 ${home}`);
    pristine = await state(host.exec);
  });
  afterAll(async () => {
    for (const each of beside) each.kill();
    await Promise.all([host?.remove(), jump?.remove()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const filled = (text: string) =>
    text.replaceAll("CALLER", host.controller).replaceAll("JUMP", jump.address);
  const target = ({ as = "admin", by }: Row) => by ?? host.target(as);
  const logsIn = ({ as = "admin", rsa }: Row) =>
    keyLogin(host, as, rsa && as === "admin" ? { keys: [file("rsa")] } : {});
  const apply = (row: Row) => {
    const keys = row.offered ?? (row.rsa && row.by === undefined ? ["rsa"] : []);
    const identities = keys.flatMap((name) => ["--identity", file(name)]);
    const profile = profileFile(filled(row.profile ?? "ssh: {}\n"));
    // Only who is shut out waits for its end; a proof on a busy machine takes its time.
    const timeout = row.ends === 4 ? "10" : "120";
    const args = ["apply", target(row), "--profile", profile, "--yes", "--confirm-timeout", timeout];
    return harden(host, [...args, ...identities]);
  };

  it.each(
    sampleRows("ways to be shut out", rows, 8, ({ name }) => name).map((row) => [row.name, row] as const),
  )("%s", async (_name, row) => {
    const pub = row.rsa ? readFileSync(file("rsa.pub"), "utf8").trim() : undefined;
    if (pub !== undefined) await must(host, `cp -p ${keys} /root/own; echo '${pub}' >${keys}`);
    try {
      await must(host, filled(row.make ?? ":"));
      expect(await logsIn(row)).toBe(true);
      const { code, stdout, stderr } = await apply(row);
      const said = stdout + stderr;
      expect(code, said).toBe(row.ends);
      for (const words of row.says) expect(said).toMatch(new RegExp(filled(words.source)));
      if (row.ends === 3) expect(said).toContain("nothing was changed");
      if (row.ends === 4) {
        await untilSettled(host);
        expect(await outcome(host)).toBe("rolled-back clean timeout");
      }
      if (row.ends === 0) {
        if (row.by === undefined) expect(await logsIn(row)).toBe(true);
        await undone(host, target(row));
      }
      expect(await logsIn(row)).toBe(true);
      if (row.reloads) {
        await must(host, reload);
        expect(await logsIn(row)).toBe(false);
      }
    } finally {
      const own = pub === undefined ? ":" : `mv /root/own ${keys}`;
      await must(host, `${filled(row.end ?? ":")}; ${own}; ${reload}`);
    }
    expect(await keyLogin(host, "admin")).toBe(true);
    await expectPristine(host, pristine);
  });
});
