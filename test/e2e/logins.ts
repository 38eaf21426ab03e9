/** Real logins with OpenSSH's own client, by key or by password. */
import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { opPassword, type TestHost } from "./hosts.ts";
import { runProgram } from "./process.ts";

/** Shell: sshd reads its files, and listens again before this ends; a reload itself returns earlier. */
export const reload = `old=$(stat -c %.9Z /run/sshd.pid); systemctl reload ssh
for _ in $(seq 100); do new=$(stat -c '%s %.9Z' /run/sshd.pid 2>/dev/null || :); case $new in '' | 0* | *" $old") sleep 0.05 ;; *) break ;; esac; done`;

export interface LoginOptions {
  readonly port?: number;
  /** Files to offer, in this order; the test key by itself otherwise. */
  readonly keys?: readonly string[];
}

const common = (host: TestHost, { port = 22 }: LoginOptions) => [
  ...[
    "-F",
    "none",
    "-p",
    String(port),
    "-o",
    "ConnectTimeout=5",
    "-o",
    `UserKnownHostsFile=${host.knownHosts}`,
  ],
  ...["-o", `HostKeyAlias=${host.address}`, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none"],
];

/** Whether the test key opens a shell. */
export async function keyLogin(host: TestHost, user: string, options: LoginOptions = {}): Promise<boolean> {
  const keys = (options.keys ?? [host.identity]).flatMap((file) => ["-i", file]);
  const args = [
    ...common(host, options),
    ...keys,
    "-o",
    "BatchMode=yes",
    `${user}@${host.address}`,
    "echo in",
  ];
  const { code, stdout } = await runProgram("ssh", args, { timeoutMs: 20_000 });
  return code === 0 && stdout === "in\n";
}

/** Whether a password opens a shell, by `password` or by questions of PAM. */
export async function passwordLogin(
  host: TestHost,
  user: string,
  password = opPassword,
  options: Pick<LoginOptions, "port"> = {},
): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), "harden-askpass-"));
  const askpass = join(folder, "askpass");
  writeFileSync(askpass, `#!/bin/sh\nprintf '%s\\n' "$HARDEN_TEST_PASSWORD"\n`);
  chmodSync(askpass, 0o700);
  const methods = [
    "-o",
    "PreferredAuthentications=keyboard-interactive,password",
    "-o",
    "NumberOfPasswordPrompts=1",
  ];
  const args = [...common(host, options), ...methods, `${user}@${host.address}`, "echo in"];
  const env = {
    PATH: process.env.PATH,
    SSH_ASKPASS: askpass,
    SSH_ASKPASS_REQUIRE: "force",
    HARDEN_TEST_PASSWORD: password,
  };
  try {
    const { code, stdout } = await runProgram("ssh", args, { timeoutMs: 20_000, env });
    return code === 0 && stdout === "in\n";
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ends with whether a shell of this login ended by itself within the time, while its input stayed open; `typed` goes in first. */
export function shellEnds(
  host: TestHost,
  user: string,
  { withinMs, typed = "" }: { withinMs: number; typed?: string },
) {
  const args = ["-tt", "-i", host.identity, ...common(host, {}), `${user}@${host.address}`];
  const child = spawn("ssh", args, { stdio: ["pipe", "ignore", "ignore"] });
  child.stdin.write(typed);
  return new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => {
      resolve(false);
      child.kill();
    }, withinMs);
    child.on("close", () => {
      clearTimeout(timer);
      resolve(true);
    });
  });
}

/** Whether the word of a host that root there trusts opens a shell: this host comes to itself, as `user`. */
export async function hostbasedLogin(host: TestHost, user: string): Promise<boolean> {
  const options = ["PreferredAuthentications=hostbased", "HostbasedAuthentication=yes", "BatchMode=yes"];
  const words = options.map((option) => `-o ${option}`).join(" ");
  const { code, stdout } = await host.exec(
    `runuser -u ${user} -- ssh ${words} ${user}@localhost echo in </dev/null`,
  );
  return code === 0 && stdout === "in\n";
}

/** Whether any password would be asked for: the methods that sshd names when it refuses. */
export async function methods(host: TestHost, user: string): Promise<string> {
  const args = [
    ...common(host, {}),
    "-o",
    "PreferredAuthentications=none",
    "-o",
    "BatchMode=yes",
    `${user}@${host.address}`,
    "true",
  ];
  const { stderr } = await runProgram("ssh", args, { timeoutMs: 20_000 });
  return /\(([a-z,-]+)\)/.exec(stderr)?.[1] ?? stderr;
}
