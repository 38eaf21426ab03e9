/**
 * Against a real sshd of this machine, with throw-away logins: needs root, openssh-server, sudo, fish and tcsh.
 * Everything stays on loopback.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createConnect } from "../../src/transports/connect.ts";
import type { Connect, RunResult, SshRoute, Transport } from "../../src/transports/transport.ts";
import { type Agent, startAgent } from "./agent.ts";
import {
  addLogin,
  authorize,
  generateKey,
  type RealSshd,
  removeLogin,
  startSshd,
  type TestLogin,
} from "./real-sshd.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 }); // for a busy machine; nothing waits for it

const limits = { timeoutMs: 20_000, maxBytes: 4 * 1024 ** 2 };
const isRoot = process.getuid?.() === 0;

let sshd: RealSshd;
const logins: TestLogin[] = [];
const file = (name: string) => join(sshd.folder, name);
const publicKey = (name: string) => readFileSync(file(`${name}.pub`), "utf8").trim();

/** A login that the key `id` opens. */
function login(o: { shell?: string; sudo?: string; keys?: readonly string[] } = {}): TestLogin {
  const { keys = ["id"], ...rest } = o;
  const added = addLogin(sshd, { ...rest, publicKeys: keys.map(publicKey) });
  logins.push(added);
  return added;
}

let configs = 0;
/** A Connect with an own ssh configuration; `id` is the one key unless `lines` say otherwise. */
function connector(
  o: {
    lines?: readonly string[];
    keys?: readonly string[];
    answer?: string;
    /** What is typed where sudo's password is asked for, and the questions. */
    sudo?: string;
    asked?: string[];
  } = {},
): Connect {
  configs++;
  const path = file(`config${configs}`);
  const lines = [
    ...(o.lines ?? []),
    `UserKnownHostsFile ${file("known_hosts")}`,
    "GlobalKnownHostsFile none",
    "IdentityAgent none",
    ...(o.keys ?? ["id"]).map((key) => `IdentityFile ${file(key)}`),
  ];
  writeFileSync(path, `${lines.join("\n")}\n`);
  const askSecret = async (question: string) => {
    o.asked?.push(question);
    return question.startsWith("sudo ") ? o.sudo : o.answer;
  };
  return createConnect({ askSecret, sshConfig: { file: path, env: {} } });
}
const route = (name: string, more: Partial<SshRoute> = {}): SshRoute => ({
  kind: "ssh",
  host: "127.0.0.1",
  port: sshd.port,
  user: name,
  ...more,
});

/** Connects, runs one script, and closes. */
async function once(
  to: SshRoute,
  script: string,
  connect = connector(),
): Promise<RunResult & { readonly identity: Transport["identity"]; readonly text: string }> {
  const transport = await connect(to);
  try {
    const ran = await transport.run(script, limits);
    return { ...ran, identity: transport.identity, text: ran.stdout.toString() };
  } finally {
    await transport.close();
  }
}
const failure = async (to: SshRoute, connect = connector()) => {
  const outcome = await connect(to).then(
    async (transport) => void (await transport.close()),
    (error: unknown) => error as { code: string; message: string; details: { hint?: string } },
  );
  if (outcome === undefined) throw new Error("it connected");
  return outcome;
};

describe.skipIf(!isRoot)("a real sshd", () => {
  beforeAll(async () => {
    sshd = await startSshd({ extra: "MaxSessions 1\nPrintMotd yes" });
    for (const [name, type] of [
      ["id", "ed25519"],
      ["rsa", "rsa"],
      ["ecdsa", "ecdsa"],
    ] as const) {
      generateKey(file(name), type);
    }
    for (const name of ["k1", "k2", "k3"]) generateKey(file(name), "ed25519");
    generateKey(file("locked"), "ed25519", "open sesame");
    writeFileSync(file("known_hosts"), `[127.0.0.1]:${sshd.port} ${sshd.hostKey("ed25519")}\n`);
  });
  afterAll(async () => {
    for (const { name } of logins) removeLogin(name);
    await sshd.stop();
  });

  describe("login shells", () => {
    const noise = {
      "/bin/bash": [".bashrc", 'echo "hello from bashrc"; echo oops >&2; printf "no newline"\n'],
      "/usr/bin/fish": [".config/fish/config.fish", 'echo "hello from fish"; echo oops >&2\n'],
      "/bin/tcsh": [".tcshrc", 'echo "hello from tcsh"\n'],
      "/bin/sh": [".profile", "echo hello\n"],
    } as const;
    test.each(Object.entries(noise))("%s, with a noisy start-up file", async (shell, [rc, text]) => {
      const { name } = login({ shell, sudo: "ALL=(ALL) NOPASSWD: ALL" });
      mkdirSync(join("/home", name, rc, ".."), { recursive: true });
      writeFileSync(join("/home", name, rc), text);
      const ran = await once(
        route(name),
        `id -u; printf '%s\\n' '!! $HOME "q" \\\\ %'; echo err >&2; exit 3`,
      );
      expect(ran.exit).toEqual({ code: 3 });
      expect(ran.text).toBe('0\n!! $HOME "q" \\\\ %\n');
      expect(ran.stderr.toString()).toBe("err\n");
      expect(ran.identity).toMatchObject({
        login: name,
        privilege: { level: "sudo" },
        callerAddress: "127.0.0.1",
        ssh: {
          address: "127.0.0.1",
          port: sshd.port,
          direct: true,
          keysOffered: 1,
          hostKeyType: "ssh-ed25519",
        },
      });
    });

    test("a login without a shell is one sentence with what it said", async () => {
      const error = await failure(route(login({ shell: "/usr/sbin/nologin" }).name));
      expect(error).toMatchObject({ code: "host", message: expect.stringMatching(/not available/) });
    });

    test("a forced command is one sentence with what it said", async () => {
      const { name } = login();
      authorize(sshd, name, [`command="echo only backups here" ${publicKey("id")}`]);
      const error = await failure(route(name));
      expect(error).toMatchObject({ code: "host", message: expect.stringMatching(/only backups here/) });
    });
  });

  describe("sudo", () => {
    const lecture = (name: string) => `ALL=(ALL) ALL\nDefaults:${name} lecture=always`;

    test("with a password, a lecture, and quotes in the password", async () => {
      const user = login();
      writeFileSync(`/etc/sudoers.d/${user.name}`, `${user.name} ${lecture(user.name)}\n`);
      const ran = await once(route(user.name, { sudoPassword: user.password }), "id -u; cat");
      expect(ran).toMatchObject({
        exit: { code: 0 },
        text: "0\n",
        identity: { privilege: { level: "sudo" } },
      });
    });

    test("a wrong password is tried once and said at once", async () => {
      const user = login({ shell: "/bin/tcsh" });
      const log = file(`sudo-${user.name}`);
      writeFileSync(
        `/etc/sudoers.d/${user.name}`,
        `${user.name} ALL=(ALL) ALL\nDefaults:${user.name} logfile=${log}, passwd_tries=3\n`,
      );
      const from = performance.now();
      const error = await failure(route(user.name, { sudoPassword: "wrong" }));
      expect(error).toMatchObject({ code: "host", message: "sudo refused the password." });
      expect(performance.now() - from).toBeLessThan(8000);
      expect(readFileSync(log, "utf8")).not.toMatch(/[23] incorrect/);
    });

    test("without a password that it wants: the login's own rights, and why", async () => {
      const user = login({ sudo: "ALL=(ALL) ALL" });
      const ran = await once(route(user.name), "id -un");
      expect(ran.text.trim()).toBe(user.name);
      const privilege = { level: "none", why: "sudo asks for a password", wantsPassword: true };
      expect(ran.identity.privilege).toEqual(privilege);
      const nothingTyped = await once(route(user.name), "id -un", connector({ sudo: "" }));
      expect(nothingTyped.identity.privilege).toEqual(privilege);
    });

    test("a password that it wants is asked for once, for all hosts, and for each login that comes later", async () => {
      const user = login();
      const defaults = `Defaults:${user.name} timestamp_timeout=0`;
      writeFileSync(`/etc/sudoers.d/${user.name}`, `${user.name} ALL=(ALL) ALL\n${defaults}\n`);
      const asked: string[] = [];
      const connect = connector({ sudo: user.password, asked });
      const both = await Promise.all([1, 2].map(() => once(route(user.name), "id -u", connect)));
      const later = await once(route(user.name), "id -u", connect);
      for (const ran of [...both, later])
        expect(ran).toMatchObject({ text: "0\n", identity: { privilege: { level: "sudo" } } });
      expect(asked).toEqual(["sudo password on the hosts: "]);
      const wrong = await failure(route(user.name), connector({ sudo: "wrong" }));
      expect(wrong).toMatchObject({ code: "host", message: "sudo refused the password." });
    });

    test("a password that sudo does not want is not sent anywhere", async () => {
      const user = login({ sudo: "ALL=(ALL) NOPASSWD: ALL" });
      const ran = await once(
        route(user.name, { sudoPassword: user.password }),
        "cat; cat /proc/[0-9]*/cmdline",
      );
      expect(ran.exit.code).not.toBeNull();
      expect(ran.text).toContain("harden");
      expect(ran.text).not.toContain(user.password);
    });

    test("a cached ticket needs no password", async () => {
      const user = login();
      const defaults = `Defaults:${user.name} timestamp_type=global`;
      writeFileSync(`/etc/sudoers.d/${user.name}`, `${user.name} ALL=(ALL) ALL\n${defaults}\n`);
      await once(route(user.name, { sudoPassword: user.password }), "true");
      const ran = await once(route(user.name), "id -u");
      expect(ran).toMatchObject({ text: "0\n", identity: { privilege: { level: "sudo" } } });
    });

    test("a login that may not use it at all is refused with sudo's own words", async () => {
      const user = login();
      const error = await failure(route(user.name, { sudoPassword: user.password }));
      expect(error).toMatchObject({
        code: "host",
        message: expect.stringMatching(/not in the sudoers|may not run|not allowed/),
      });
    });

    test.each(["use_pty", "!use_pty"])(
      "1 MB of script and of output go through it unharmed with %s",
      async (option) => {
        const user = login();
        const rules = `${user.name} ALL=(ALL) NOPASSWD: ALL\nDefaults:${user.name} ${option}\n`;
        writeFileSync(`/etc/sudoers.d/${user.name}`, rules);
        const text = `${"x".repeat(98)}\t\n`.repeat(10_000);
        const ran = await once(route(user.name), `cat <<'EOT'\n${text}EOT\nprintf '\\000\\377\\r\\n'`);
        expect(ran.stdout.equals(Buffer.concat([Buffer.from(text), Buffer.from([0, 255, 13, 10])]))).toBe(
          true,
        );
      },
    );
  });

  test("root needs no sudo, and one connection serves many runs with MaxSessions 1", async () => {
    authorize(sshd, "root", [publicKey("id")]);
    const before = sshd.log().split("Connection from").length;
    const transport = await connector()(route("root"));
    expect(transport.identity.privilege).toEqual({ level: "root" });
    const codes = [];
    for (let i = 1; i <= 4; i++) codes.push((await transport.run(`exit ${i}`, limits)).exit.code);
    const together = await Promise.all([1, 2].map((i) => transport.run(`exit ${i}`, limits)));
    await transport.close();
    expect([...codes, ...together.map((ran) => ran.exit.code)]).toEqual([1, 2, 3, 4, 1, 2]);
    expect(sshd.log().split("Connection from").length - before).toBe(1);
  });

  test("a run that is killed lets the next one run, and a background child holds nothing up", async () => {
    const transport = await connector()(route("root"));
    try {
      expect(await transport.run("sleep 300", { ...limits, timeoutMs: 300 })).toMatchObject({
        timedOut: true,
      });
      const pid = (await transport.run("sleep 300 & echo $!", limits)).stdout.toString().trim();
      expect((await transport.run(`kill ${pid}; exit 6`, limits)).exit).toEqual({ code: 6 });
      expect(await transport.run("yes", { ...limits, maxBytes: 100_000 })).toMatchObject({ truncated: true });
      expect((await transport.run("exit 7", limits)).exit).toEqual({ code: 7 });
    } finally {
      await transport.close();
    }
  });

  describe("keys", () => {
    let agent: Agent;
    beforeAll(async () => {
      agent = await startAgent(sshd.folder);
      agent.add(file("k1"), file("k2"), file("k3"), file("id"));
    });
    afterAll(() => agent.stop());

    test.each(["rsa", "ecdsa", "id"])("a key file: %s", async (key) => {
      const ran = await once(route(login({ keys: [key] }).name), "true", connector({ keys: [key] }));
      expect(ran.identity.ssh).toMatchObject({ keysOffered: 1 });
    });

    test("a key file with a passphrase", async () => {
      const { name } = login({ keys: ["locked"] });
      const ran = await once(route(name), "true", connector({ keys: ["locked"], answer: "open sesame" }));
      expect(ran.exit.code).toBe(0);
      const error = await failure(route(name), connector({ keys: ["locked"] }));
      expect(error).toMatchObject({ code: "connect", message: expect.stringMatching(/nobody to ask/) });
    });

    test.each([
      ["k1", 1],
      ["k3", 3],
      ["id", 4],
    ] as const)("%s of the agent is counted as number %i, which is what sshd saw", async (key, count) => {
      const { name } = login({ keys: [key] });
      const connect = connector({ keys: [], lines: [`IdentityAgent ${agent.socket}`] });
      const ran = await once(route(name), "true", connect);
      expect(ran.identity.ssh?.keysOffered).toBe(count);
      const failed = sshd.log().match(new RegExp(`Failed publickey for ${name}`, "g")) ?? [];
      expect(failed.length + 1).toBe(count);
    });

    test("a key that is in the agent and in a file is offered once", async () => {
      const { name } = login({ keys: ["k2"] });
      const lines = [`IdentityAgent ${agent.socket}`, "IdentitiesOnly yes"];
      const ran = await once(route(name), "true", connector({ keys: ["k1", "k2"], lines }));
      expect(ran.identity.ssh?.keysOffered).toBe(2);
      const error = await failure(
        route(login({ keys: ["rsa"] }).name),
        connector({ keys: ["k1", "k2"], lines }),
      );
      expect(error.message.match(/SHA256:/g)).toHaveLength(2);
    });

    test("the named identity comes first", async () => {
      const { name } = login({ keys: ["rsa"] });
      const connect = connector({ keys: [], lines: [`IdentityAgent ${agent.socket}`] });
      const ran = await once(route(name, { identityFiles: [file("rsa")] }), "true", connect);
      expect(ran.identity.ssh?.keysOffered).toBe(1);
    });
  });

  describe("other servers", () => {
    const others: RealSshd[] = [];
    const other = async (extra: string, keys?: readonly string[]) => {
      const server = await startSshd({ extra, ...(keys === undefined ? {} : { keys }) });
      others.push(server);
      return server;
    };
    afterAll(() => Promise.all(others.map((server) => server.stop())));
    const known = (server: RealSshd, type: "ed25519" | "rsa" = "ed25519") => {
      const line = `[127.0.0.1]:${server.port} ${server.hostKey(type)}\n`;
      writeFileSync(file("known_hosts"), line, { flag: "a" });
    };

    test("MaxAuthTries cuts us off: the hint says how to offer the right key first", async () => {
      const strict = await other("MaxAuthTries 3");
      known(strict);
      const { name } = login();
      authorize(strict, name, [publicKey("id")]);
      const connect = connector({ keys: ["k1", "k2", "k3", "id"] });
      const error = await failure(route(name, { port: strict.port }), connect);
      expect(error).toMatchObject({
        code: "connect",
        message: expect.stringMatching(/gave up after 3 keys/),
        details: { hint: expect.stringMatching(/--identity/) },
      });
    });

    test("a login that is refused with a key of its own is offered no other key, and the hint names the ban", async () => {
      const shut = await other("PermitRootLogin no\nLogLevel VERBOSE");
      known(shut);
      authorize(shut, "root", [publicKey("id")]);
      const connect = connector({ keys: ["k1", "id", "k2", "k3"] });
      expect(await failure(route("root", { port: shut.port }), connect)).toMatchObject({
        code: "connect",
        message: expect.stringMatching(/is refused, though its key SHA256:.* is known/),
        details: { refused: true, hint: expect.stringMatching(/fail2ban.*ban this address/) },
      });
      // Of the key that nobody knows, and of the one that is refused.
      expect(shut.log().match(/Failed publickey for root/g)).toHaveLength(2);
    });

    test("a server that wants two keys gets both, whatever key is between them", async () => {
      const two = await other("AuthenticationMethods publickey,publickey");
      known(two);
      const { name } = login();
      authorize(two, name, [publicKey("id"), publicKey("k1")]);
      const ran = await once(
        route(name, { port: two.port }),
        "exit 5",
        connector({ keys: ["id", "k2", "k1"] }),
      );
      expect(ran.exit).toEqual({ code: 5 });
    });

    test("a host that is known by its RSA key alone is no changed key", async () => {
      const both = await other("", ["ed25519", "rsa"]);
      known(both, "rsa");
      const { name } = login();
      authorize(both, name, [publicKey("id")]);
      const ran = await once(route(name, { port: both.port }), "true");
      expect(ran.identity.ssh).toMatchObject({
        hostKeyType: "ssh-rsa",
        algorithms: { hostKey: "rsa-sha2-512" },
      });
    });

    test("an unknown host is refused, then accepted and written down, then known; a changed one is refused", async () => {
      const unknown = await other("");
      const { name } = login();
      authorize(unknown, name, [publicKey("id")]);
      const to = route(name, { port: unknown.port });
      const error = await failure(to);
      expect(error).toMatchObject({ code: "connect", message: expect.stringMatching(/not known: SHA256:/) });
      const first = await once({ ...to, acceptNewHostKey: true }, "true");
      const again = await once(to, "true");
      expect(again.identity.ssh?.hostKeyFingerprint).toBe(first.identity.ssh?.hostKeyFingerprint);
      expect(error.message).toContain(first.identity.ssh?.hostKeyFingerprint);
      const text = readFileSync(file("known_hosts"), "utf8");
      writeFileSync(file("known_hosts"), text.replace(unknown.hostKey("ed25519"), sshd.hostKey("ed25519")));
      expect(await failure({ ...to, acceptNewHostKey: true })).toMatchObject({
        message: expect.stringMatching(/has changed/),
      });
    });

    test("a pin holds address and host key, whatever the name resolves to now", async () => {
      const { name } = login();
      const { ssh } = (await once(route(name), "true")).identity;
      const pin = {
        address: ssh?.address as string,
        hostKeyFingerprint: ssh?.hostKeyFingerprint as string,
        hostKeyType: ssh?.hostKeyType as string,
      };
      const ran = await once(route(name, { host: "no-such-host.invalid", pin }), "true");
      expect(ran.identity.ssh).toEqual({ ...ssh });
      const another = await other("");
      authorize(another, name, [publicKey("id")]);
      known(another);
      expect(await failure(route(name, { port: another.port, pin }))).toMatchObject({
        code: "connect",
        message: expect.stringMatching(/the first connection saw/),
      });
    });

    test("jump hosts, each verified", async () => {
      const jump = await other("");
      const { name } = login();
      authorize(jump, name, [publicKey("id")]);
      const hop = (alias: string, port: number) => [
        `Match originalhost ${alias}`,
        "HostName 127.0.0.1",
        `Port ${port}`,
        `User ${name}`,
      ];
      const lines = [
        "Match originalhost target",
        "HostName 127.0.0.1",
        "ProxyJump one,two",
        ...hop("one", jump.port),
        ...hop("two", sshd.port),
        "Match all",
      ];
      const connect = connector({ lines });
      const to = route(name, { host: "target" });
      expect(await failure(to, connect)).toMatchObject({
        code: "connect",
        message: expect.stringMatching(new RegExp(`${jump.port} is not known`)),
      });
      known(jump);
      const ran = await once(to, "exit 5", connect);
      expect(ran.exit).toEqual({ code: 5 });
      expect(ran.identity.ssh).toMatchObject({ direct: false });
      expect(jump.log()).toContain(`Accepted publickey for ${name}`);
    });

    test("a jump host that may not forward is one sentence", async () => {
      const jump = await other("AllowTcpForwarding no");
      known(jump);
      const { name } = login();
      authorize(jump, name, [publicKey("id")]);
      const lines = [
        "Match originalhost target",
        `ProxyJump ${name}@127.0.0.1:${jump.port}`,
        "HostName 127.0.0.1",
        "Match all",
      ];
      const error = await failure(route(name, { host: "target" }), connector({ lines }));
      expect(error).toMatchObject({
        code: "connect",
        message: expect.stringMatching(/jump host cannot connect/),
        details: { hint: expect.stringMatching(/AllowTcpForwarding/) },
      });
    });

    test("no key exchange in common is one sentence", async () => {
      const modern = await other("KexAlgorithms mlkem768x25519-sha256");
      known(modern);
      const error = await failure(route("root", { port: modern.port }));
      expect(error).toMatchObject({
        code: "connect",
        message: expect.stringMatching(/no key exchange algorithm in common/),
        details: { hint: expect.stringMatching(/curve25519-sha256/) },
      });
    });

    test("a second factor is one sentence", async () => {
      const twice = await other("AuthenticationMethods publickey,password\nPasswordAuthentication yes");
      known(twice);
      const { name } = login();
      authorize(twice, name, [publicKey("id")]);
      const error = await failure(route(name, { port: twice.port }));
      expect(error).toMatchObject({
        code: "connect",
        message: expect.stringMatching(/wants more than a key: password/),
      });
    });

    test("a server that takes no keys is one sentence", async () => {
      const passwords = await other("PubkeyAuthentication no\nPasswordAuthentication yes");
      known(passwords);
      const error = await failure(route(login().name, { port: passwords.port }));
      expect(error).toMatchObject({
        code: "connect",
        message: expect.stringMatching(/accepts no public keys, only/),
      });
    });
  });
});
