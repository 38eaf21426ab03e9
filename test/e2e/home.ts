import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testKey } from "../../docker/key.mjs";

interface Reachable {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** The public host keys, one a line. */
  readonly hostKeys: string;
  /** Seconds for each step of a connection; left out: the programs' own. */
  readonly connectTimeout?: number;
}

/** Makes a HOME for the controller, from which a host is found by its name or its address. */
export function makeHome({ name, address, port, hostKeys, connectTimeout }: Reachable) {
  const home = mkdtempSync(join(tmpdir(), "harden-home-"));
  const ssh = join(home, ".ssh");
  mkdirSync(ssh, { mode: 0o700 });
  const identity = join(ssh, "id_ed25519");
  copyFileSync(testKey, identity);
  copyFileSync(`${testKey}.pub`, `${identity}.pub`);
  chmodSync(identity, 0o600);

  const knownHosts = join(ssh, "known_hosts");
  const place = port === 22 ? address : `[${address}]:${port}`;
  const lines = hostKeys
    .trim()
    .split("\n")
    .map((key) => `${place} ${key.split(" ").slice(0, 2).join(" ")}\n`);
  writeFileSync(knownHosts, lines.join(""), { mode: 0o600 });

  const config = [
    `Host ${name}`,
    `  HostName ${address}`,
    `  Port ${port}`,
    "Host *",
    `  IdentityFile ${identity}`,
    `  UserKnownHostsFile ${knownHosts}`,
    ...(connectTimeout === undefined ? [] : [`  ConnectTimeout ${connectTimeout}`]),
    "",
  ];
  writeFileSync(join(ssh, "config"), config.join("\n"), { mode: 0o600 });
  return { home, identity, knownHosts };
}
