// The first runs of the built tool: V8's cache then holds every function that a plan over ssh needs, and none else.
import { execFile, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ssh2 from "ssh2";

/** A host that is this machine: it runs what it is told with no more rights than the build has. */
async function startServer(key, binFolder) {
  const server = new ssh2.Server({ hostKeys: [key.private] }, (client) => {
    client.on("error", () => {});
    client.on("authentication", (attempt) =>
      attempt.method === "publickey" ? attempt.accept() : attempt.reject(),
    );
    client.on("session", (accept) => {
      accept().on("exec", (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        const env = { PATH: binFolder, SSH_CONNECTION: "127.0.0.1 1 127.0.0.1 22" };
        const child = spawn("/bin/sh", ["-c", command], { env });
        channel.pipe(child.stdin).on("error", () => {});
        child.stdout.pipe(channel, { end: false });
        child.stderr.pipe(channel.stderr, { end: false });
        child.on("close", (code) => {
          channel.exit(code ?? 1);
          channel.end();
        });
      });
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

/** A key that ssh2 can read again: about one in 750 that it makes it calls malformed. */
function makeKey() {
  const key = ssh2.utils.generateKeyPairSync("ed25519");
  return ssh2.utils.parseKey(key.private) instanceof Error ? makeKey() : key;
}

/** A host with all that a profile knows, which this machine may lack. */
const recorded = fileURLToPath(new URL("../test/fixtures/hosts/debian13.json", import.meta.url));

/**
 * Makes the cache by a plan of this machine, which reads and changes nothing, and one of a recorded host; how they end does
 * not matter. `node`: the one whose cache it is to be.
 */
export async function warm(cli, node = process.execPath) {
  const folder = mkdtempSync(join(dirname(cli), "warm-"));
  const key = makeKey();
  // The login's own `id` says root, so that nothing asks sudo, which would tell its administrator.
  writeFileSync(join(folder, "id"), "#!/bin/sh\necho 0\n");
  chmodSync(join(folder, "id"), 0o755);
  writeFileSync(join(folder, "key"), key.private, { mode: 0o600 });
  const server = await startServer(key, folder);
  try {
    const { port } = server.address();
    writeFileSync(join(folder, "known_hosts"), `[127.0.0.1]:${port} ${key.public}\n`);
    const config = `IdentityAgent none\nIdentityFile "${folder}/key"\nUserKnownHostsFile "${folder}/known_hosts"\n`;
    writeFileSync(join(folder, "config"), config);
    const args = ["plan", `warm@127.0.0.1:${port}`, "--ssh-config", join(folder, "config")];
    const env = { ...process.env, HARDEN_WRITE_CACHE: JSON.stringify([["plan", "--recorded", recorded]]) };
    await run(node, [cli, ...args], env);
  } finally {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  if (!(await run(node, [cli, "--help"], process.env))) throw new Error("the built tool does not start");
}

function run(node, args, env) {
  return new Promise((resolve) => {
    execFile(node, args, { env, timeout: 60_000 }, (error, _out, err) => {
      if (error !== null && process.env.HARDEN_DEBUG) process.stderr.write(err);
      resolve(error === null);
    });
  });
}
