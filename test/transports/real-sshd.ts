/** A real sshd on loopback with its own configuration and keys, and throw-away logins. Needs root. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";

export interface RealSshd {
  readonly port: number;
  readonly pid: number;
  /** A folder that ends with the server. */
  readonly folder: string;
  /** The sshd's own log. */
  log(): string;
  /** The public host key's line without its comment, for known_hosts. */
  hostKey(type: "ed25519" | "rsa" | "ecdsa"): string;
  stop(): Promise<void>;
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

/** Waits for a condition, at most 10 s. */
export async function until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await done())) {
    if (Date.now() > deadline) throw new Error(`${what}: not within 10 s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export async function startSshd(
  o: { readonly extra?: string; readonly keys?: readonly string[] } = {},
): Promise<RealSshd> {
  const folder = mkdtempSync("/run/harden-test-sshd-");
  chmodSync(folder, 0o755); // logins read their authorized_keys in it
  mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const keys = o.keys ?? ["ed25519"];
  for (const type of keys) generateKey(join(folder, `host_${type}`), type);
  const { child, port } = await listening(folder, keys, o.extra ?? "");
  return {
    port,
    pid: child.pid as number,
    folder,
    log: () => readFileSync(join(folder, "log"), "utf8"),
    hostKey: (type) =>
      readFileSync(join(folder, `host_${type}.pub`), "utf8")
        .split(" ")
        .slice(0, 2)
        .join(" "),
    async stop() {
      child.kill("SIGTERM");
      await until("sshd has ended", () => hasEnded(child));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const hasEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null;

/** Another program may take a port that was free a moment ago: then the next one. */
async function listening(folder: string, keys: readonly string[], extra: string) {
  const log = join(folder, "log");
  const config = join(folder, "config");
  for (let attempt = 1; attempt <= 5; attempt++) {
    const port = await freePort();
    writeFileSync(config, configuration(folder, port, keys, extra));
    const child = spawn("/usr/sbin/sshd", ["-D", "-f", config, "-E", log], { stdio: "ignore" });
    const listens = () =>
      existsSync(log) && readFileSync(log, "utf8").includes(`Server listening on 127.0.0.1 port ${port}.`);
    await until("sshd listens or ends", () => listens() || hasEnded(child));
    if (listens()) return { child, port };
  }
  throw new Error(`sshd listens on none of five ports: ${readFileSync(log, "utf8")}`);
}

const configuration = (folder: string, port: number, keys: readonly string[], extra: string): string =>
  [
    extra, // sshd takes the first value
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    ...keys.map((type) => `HostKey ${join(folder, `host_${type}`)}`),
    `PidFile ${join(folder, "pid")}`,
    `AuthorizedKeysFile ${join(folder, "authorized_%u")}`,
    "LogLevel VERBOSE",
    "UsePAM yes",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PermitRootLogin yes",
    "PerSourcePenaltyExemptList 127.0.0.0/8",
    "MaxStartups 100",
    "",
  ].join("\n");

export function generateKey(file: string, type: string, passphrase = ""): void {
  execFileSync("ssh-keygen", ["-q", "-t", type, "-N", passphrase, "-C", "", "-f", file], { stdio: "ignore" });
}

export interface TestLogin {
  readonly name: string;
  readonly password: string;
}

let logins = 0;

/** Adds a login with a random password and the given public keys; `sudo` is the text after its name in sudoers. */
export function addLogin(
  sshd: RealSshd,
  o: { readonly shell?: string; readonly sudo?: string; readonly publicKeys: readonly string[] },
): TestLogin {
  logins++;
  const name = `hardent${process.pid % 100000}x${logins}`;
  const password = `pw'${process.pid}"$x\\`;
  execFileSync("useradd", ["-m", "-s", o.shell ?? "/bin/sh", name]);
  execFileSync("chpasswd", { input: `${name}:${password}\n` });
  authorize(sshd, name, o.publicKeys);
  if (o.sudo !== undefined) writeFileSync(`/etc/sudoers.d/${name}`, `${name} ${o.sudo}\n`, { mode: 0o440 });
  return { name, password };
}

/** Sets the keys that may log in as `name`. */
export function authorize(sshd: RealSshd, name: string, publicKeys: readonly string[]): void {
  writeFileSync(join(sshd.folder, `authorized_${name}`), `${publicKeys.join("\n")}\n`, { mode: 0o644 });
}

export function removeLogin(name: string): void {
  rmSync(`/etc/sudoers.d/${name}`, { force: true });
  execFileSync("userdel", ["-r", "-f", name], { stdio: "ignore" });
}
