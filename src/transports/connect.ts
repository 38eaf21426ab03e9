import { type AskSecret, createKeyring } from "./keyring.ts";
import type { SshConfigSource } from "./ssh-config.ts";
import type { Connect } from "./transport.ts";

export interface ConnectPorts {
  /** Asks for a key's passphrase; undefined when there is nobody to ask. Questions may come at the same time. */
  readonly askSecret: AskSecret;
  readonly sshConfig: SshConfigSource;
}

/** A Connect that remembers unlocked keys for as long as it lives. */
export function createConnect(ports: ConnectPorts): Connect {
  const keyring = createKeyring(ports.askSecret);
  return async (route, o = {}) => {
    switch (route.kind) {
      case "local": {
        const { connectLocal } = await import("./local.ts");
        return connectLocal(route, o);
      }
      case "ssh": {
        const { connectSsh } = await import("./ssh.ts");
        return connectSsh(route, { config: ports.sshConfig, keyring, ...o });
      }
    }
  };
}
