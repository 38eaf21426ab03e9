import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { untilSettled } from "./faults.ts";
import { cli, profileFile } from "./harden.ts";
import { hasDocker, opPassword, startHost, type TestHost } from "./hosts.ts";
import { mustRun } from "./process.ts";
import { must } from "./trouble.ts";

const passphrase = "op's other-Secret 2";
/** In the clear, and as it would stand in a script's content. */
const secrets = [opPassword, passphrase, "op-Secret", "other-Secret"].flatMap((text) => [
  text,
  Buffer.from(text).toString("base64").replace(/=+$/, ""),
]);
const leaked = (text: string) => secrets.filter((secret) => text.includes(secret));

const work = mkdtempSync(join(tmpdir(), "harden-secrets-"));
const key = join(work, "key");
const config = join(work, "config");
const passwordFile = join(work, "password");
const planFile = join(work, "plan.json");

/** Command lines of all processes of this machine; those of a container are among them. */
function watchProcesses() {
  const seen = new Set<string>();
  const read = (path: string) => {
    try {
      return readFileSync(path, "latin1").replaceAll("\0", " ");
    } catch {
      return ""; // It has ended.
    }
  };
  const look = () => {
    for (const pid of readdirSync("/proc"))
      if (/^\d+$/.test(pid) && pid !== String(process.pid)) seen.add(read(`/proc/${pid}/cmdline`));
  };
  const timer = setInterval(look, 50);
  return {
    stop: () => {
      clearInterval(timer);
      return [...seen];
    },
  };
}

describe.skipIf(!hasDocker())("secrets", { timeout: 400_000 }, () => {
  let host: TestHost;
  beforeAll(async () => {
    host = await startHost("debian13", "full");
    await mustRun("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-f", key]);
    writeFileSync(passwordFile, `${opPassword}\n`, { mode: 0o600 });
    writeFileSync(config, `Host *\n  UserKnownHostsFile ${host.knownHosts}\n  IdentityAgent none\n`);
    const { code } = await host.exec("cat >/home/op/.ssh/authorized_keys", {
      stdin: readFileSync(`${key}.pub`, "utf8"),
    });
    expect(code).toBe(0);
  });
  afterAll(() => host?.remove());

  /** On a terminal, where the passphrase is typed when it is asked for, and sudo's password where no file has it. */
  function typed(command: string, ...more: string[]): Promise<{ code: number | null; said: string }> {
    const target = host.target("op");
    const args = [command, target, "-F", config, "-i", key, ...more];
    const line = [process.execPath, cli, ...args].map((word) => `'${word}'`).join(" ");
    const env = { PATH: process.env.PATH, HOME: work, HARDEN_DEBUG: "1", SHELL: "/bin/sh" };
    const child = spawn("script", ["-qefc", line, "/dev/null"], { stdio: "pipe", env });
    let said = "";
    const answers = [
      { question: "Passphrase for ", answer: passphrase, asked: 0, due: 1 },
      { question: "sudo password ", answer: opPassword, asked: 0, due: more.includes(passwordFile) ? 0 : 1 },
    ];
    const hear = (chunk: Buffer) => {
      said += chunk.toString();
      for (const each of answers) {
        const questions = said.split(each.question).length - 1;
        if (questions > each.asked) child.stdin.write(`${each.answer}\n`);
        each.asked = questions;
      }
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    return new Promise((resolve) =>
      child.on("close", (code) => {
        for (const { question, asked, due } of answers) expect(asked, `${question} ${said}`).toBe(due);
        resolve({ code, said });
      }),
    );
  }

  it("stay where they belong: not in a process list, an output, a plan, a journal, or a file", async () => {
    const profile = profileFile("ssh: {}\nfail2ban: {}\n");
    const search = `grep -rlF -e "$(cat)" --exclude-dir=proc --exclude-dir=sys --exclude-dir=dev / 2>/dev/null || :`;
    const find = async (secret: string) => (await host.exec(search, { stdin: secret })).stdout;
    const before = await Promise.all(secrets.map(find));
    await host.exec("cat >/var/tmp/planted", { stdin: passphrase });
    expect(await find(passphrase), "a search that finds nothing proves nothing").toBe("/var/tmp/planted\n");
    await must(host, "rm /var/tmp/planted");
    const processes = watchProcesses();
    const all: string[] = [];
    for (const [command, ...more] of [
      ["plan", "--sudo-password-file", passwordFile, "--profile", profile, "--out", planFile],
      ["plan", "--sudo-password-file", passwordFile, "--profile", profile, "--format", "json"],
      ["apply", "--profile", profile, "--yes"],
      ["runs", "--sudo-password-file", passwordFile],
      ["rollback", "--yes", "--format", "json"],
    ] as const) {
      const { code, said } = await typed(command, ...more);
      expect(code, said).toBe(0);
      all.push(said);
    }
    await untilSettled(host);
    const lines = processes.stop();
    expect(lines.some((line) => line.includes(cli) && line.includes("--sudo-password-file"))).toBe(true);
    expect(lines.some((line) => line.includes("sudo -S -p"))).toBe(true);
    expect(lines.some((line) => /runtime\.sh (apply|deadman) /.test(line))).toBe(true);
    expect(lines.flatMap(leaked)).toEqual([]);

    expect(all.flatMap(leaked)).toEqual([]);
    expect(leaked(readFileSync(planFile, "utf8"))).toEqual([]);
    const journal = await must(host, "journalctl --no-pager -o verbose --all");
    expect(journal).toContain("COMMAND=/bin/sh -c");
    expect(leaked(journal)).toEqual([]);
    // Everything on the host, the runs with their copies of what was sent among it.
    expect(await must(host, "ls /var/lib/harden/runs")).not.toBe("");
    expect(await Promise.all(secrets.map(find))).toEqual(before);
  });
});
