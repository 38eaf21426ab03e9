/**
 * How the script's shell came to its rights on the host:
 * - `root`: the login is uid 0
 * - `sudo`: the shell runs as root through sudo
 * - `none`: neither works, the shell runs as the login; `why` says what sudo said
 */
export type Privilege =
  | { readonly level: "root" }
  | { readonly level: "sudo" }
  | {
      readonly level: "none";
      readonly why: string;
      /** sudo is there, and wants a password that nobody gave. */
      readonly wantsPassword?: true;
    };

/** The ssh connection as it was negotiated; `address` and the host key are what a later connection pins. */
export interface SshLink {
  /** The IP address that was connected to; behind a jump host the name that the jump host resolved. */
  readonly address: string;
  readonly port: number;
  /** No jump host and no command is between: whatever connects to the address comes to the same host. */
  readonly direct: boolean;
  /** `SHA256:` and base64 without padding, as ssh-keygen -l prints it. */
  readonly hostKeyFingerprint: string;
  /** For example `ssh-ed25519`. */
  readonly hostKeyType: string;
  readonly auth: "publickey" | "password";
  /** The accepted key's `SHA256:…` fingerprint; absent after a password. */
  readonly keyFingerprint?: string;
  /** Keys tried up to and including the accepted one: what MaxAuthTries is compared with. */
  readonly keysOffered: number;
  /** `SHA256:…` of every key that this client could offer, in its order, whether or not it had to. */
  readonly keysHeld: readonly string[];
  readonly algorithms: {
    readonly kex: string;
    readonly hostKey: string;
    readonly cipher: string;
    /** Empty where the cipher brings its own (AEAD). */
    readonly mac: string;
  };
}

/** Who we are on which host, known once connected. */
export interface HostIdentity {
  readonly login: string;
  readonly privilege: Privilege;
  /** The client's address as sshd sees it (first word of SSH_CONNECTION); absent on a console. */
  readonly callerAddress?: string;
  /** Absent for this machine. */
  readonly ssh?: SshLink;
}

/** How a script ended. `code` is null when nobody knows: the link was lost, or the run was cut short. */
export interface Exit {
  readonly code: number | null;
  /** The signal that ended the remote shell, for example `SIGKILL`, where the host told. */
  readonly signal?: string;
}

export interface ScriptOptions {
  /** Called for each line as it arrives, stripped of control characters and cut at 4096 characters. */
  readonly onLine?: (line: string, stream: "stdout" | "stderr") => void;
  /** Cuts the run short; the remote script may go on. */
  readonly signal?: AbortSignal;
  /** Runs before the script, in the same shell: functions that it calls, alike for many hosts. */
  readonly library?: string;
  /** From the call to the end of the script, in milliseconds. */
  readonly timeoutMs: number;
  /** Of stdout and stderr together; reading stops beyond it. */
  readonly maxBytes: number;
}

export interface RunResult {
  readonly exit: Exit;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** More than `maxBytes` arrived: the rest was not read, `exit.code` is null. */
  readonly truncated: boolean;
  /** `timeoutMs` passed: `exit.code` is null. */
  readonly timedOut: boolean;
  /** `signal` was aborted: `exit.code` is null. */
  readonly aborted: boolean;
}

/** A connected host. One script at a time: a second `run` waits for the first (MaxSessions). */
export interface Transport {
  readonly identity: HostIdentity;
  /**
   * Runs POSIX sh text in /bin/sh as root, or as the login where `identity.privilege.level` is
   * `none`, whatever the login shell is. stdin is /dev/null, the directory is /, PATH has the sbin
   * folders, LC_ALL is C. A script that did not arrive whole does not start. The script is never in
   * a process list. A link lost after the script was sent resolves with `exit.code` null.
   * @throws HardenError `connect` or `host` when the script surely did not start.
   */
  run(script: string, o: ScriptOptions): Promise<RunResult>;
  /** Ends the connection; never rejects, can be called twice. */
  close(): Promise<void>;
}

/** What a later connection must find again, taken from the first one's `identity.ssh`. */
export interface Pin {
  readonly address: string;
  readonly hostKeyFingerprint: string;
  readonly hostKeyType: string;
}

export interface LocalRoute {
  readonly kind: "local";
  readonly sudoPassword?: string;
}

export interface SshRoute {
  readonly kind: "ssh";
  /** A host name, an IP address, or a Host alias of ~/.ssh/config. */
  readonly host: string;
  /** Overrides the ssh configuration. */
  readonly user?: string;
  readonly port?: number;
  /** Private key files to offer first, before what the agent and the ssh configuration have. */
  readonly identityFiles?: readonly string[];
  /** One line without its newline; sent only to sudo's own prompt, never logged, never in a process list. */
  readonly sudoPassword?: string;
  /** The login's own, for a host that takes no key yet; sent to that host's sshd alone, never to a jump host's. */
  readonly password?: string;
  /** Write an unknown host key to the user's known_hosts and go on, like ssh's accept-new. */
  readonly acceptNewHostKey?: boolean;
  /** Connect to exactly this address and host key. */
  readonly pin?: Pin;
}

export type Route = LocalRoute | SshRoute;

/**
 * Opens one new connection, whole: authenticated, with a root shell waiting where that is possible.
 * @throws HardenError `connect`: unreachable, wrong or unknown host key, no key or password accepted;
 * `host`: no shell, or sudo refused the password; `usage`: a route that cannot be.
 */
export type Connect = (route: Route, o?: ConnectOptions) => Promise<Transport>;

export interface ConnectOptions {
  readonly signal?: AbortSignal;
  /** How long a login that sshd has let in may take to start a command, in milliseconds, where that is less than usual. */
  readonly startsWithinMs?: number;
}
