import { type AskSecret, createKeyring, inTurn } from "./keyring.ts";
import { prepareHosts, type SshConfigSource, type SshHost } from "./ssh-config.ts";
import type { Destination } from "./ssh-g.ts";
import { createSudoPasswords } from "./sudo.ts";
import { loginOf } from "./target.ts";
import type { Connect } from "./transport.ts";

export interface ConnectPorts {
  /** Asks for a key's passphrase, or sudo's password; undefined when there is nobody to ask. */
  readonly askSecret: AskSecret;
  readonly sshConfig: SshConfigSource;
  /** Whether each login has a password of sudo of its own. */
  readonly eachSudo?: boolean;
  /** Is told once of a login, `user@host`, that sshd has let in and that starts no command yet. */
  readonly onSlow?: (login: string, text: string) => void;
}

export interface Connector {
  readonly connect: Connect;
  /** Begins what a connection needs of this machine alone, while something else is waited for. Contacts no host. */
  readonly prepare: (all: readonly Destination[]) => void;
}

/** Remembers unlocked keys, sudo's password, and what the ssh configuration says, for as long as it lives. */
export function createConnector(ports: ConnectPorts): Connector {
  const askSecret = inTurn(ports.askSecret);
  const keyring = createKeyring(askSecret);
  const sudo = createSudoPasswords(askSecret, { each: ports.eachSudo === true });
  const config = { ...ports.sshConfig, remembered: new Map<string, Promise<SshHost>>() };
  const connect: Connect = async (route, o = {}) => {
    switch (route.kind) {
      case "local": {
        const { connectLocal } = await import("./local.ts");
        return connectLocal(route, { sudo: sudo("this machine"), ...o });
      }
      case "ssh": {
        const { connectSsh } = await import("./ssh.ts");
        const login = loginOf(route);
        const onSlow = (text: string) => ports.onSlow?.(login, text);
        return connectSsh(route, { config, keyring, sudo: sudo(login), onSlow, ...o });
      }
    }
  };
  return {
    connect,
    prepare(all) {
      if (all.length === 0) return;
      prepareHosts(all, config);
      void import("./ssh.ts");
    },
  };
}

export const createConnect = (ports: ConnectPorts): Connect => createConnector(ports).connect;
