/** Which ports listen for others, by program, and which of them are ssh servers: real sockets. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import { sshServers } from "../../src/facts/ssh-servers.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

let ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends) await end();
  ends = [];
});

function collected([shell = "sh", ...args]: readonly string[] = []) {
  const input = `${library}\ncollect_ssh_servers\n`;
  const { stdout, stderr } = spawnSync(shell, args, { input, encoding: "utf8" });
  expect(stderr).toBe("");
  return sshServers.parse(Buffer.from(stdout));
}

const asUser = "$) = $( = 12345; $< = $> = 12345;";

/** A perl of its own that says a number, and lives until the test ends; `listens PORT` gives a socket, or nothing. */
async function listening(perl: string, program = "perl", before: readonly string[] = []): Promise<number> {
  const socket = `IO::Socket::INET->new(LocalAddr => "0.0.0.0", LocalPort => $_[0], Listen => 5)`;
  const script = `use IO::Socket::INET; $| = 1; sub listens { ${socket} } ${perl}; sleep 600`;
  const child = spawn(program, [...before, "-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  ends.push(async () => {
    child.kill("SIGKILL");
    await once(child, "close");
  });
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  return Number(line);
}

/** The first free port from there on, where everybody is told this. */
const server = (from: number, said: string, ...by: readonly [program?: string, before?: readonly string[]]) =>
  listening(
    `
    $SIG{PIPE} = "IGNORE";
    for (${from} .. ${from + 99}) { last if $on = listens($port = $_) }
    print "$port\n";
    while (my $to = $on->accept) { syswrite $to, pack "H*", "${Buffer.from(said).toString("hex")}"; push @kept, $to }`,
    ...by,
  );

/** In a container the first process may have more rights than its root, who reads no namespace of it then. */
const reasonsIn = ({ unread }: { readonly unread: readonly string[] }) =>
  unread.filter((why) => !/^the network namespaces of 1 processes/.test(why));

const portsIn = (entries: readonly (readonly string[])[]) => entries.map(([name = ""]) => name);

describe.skipIf(process.getuid?.() !== 0)("ssh servers", () => {
  it.each(shells.map((shell) => ({ shell })))(
    "are told from others by what they say: $shell",
    async ({ shell }) => {
      const plain = await server(20_000, "SSH-2.0-mine\r\n");
      const late = await server(20_100, "Welcome\r\nto this host\r\nSSH-1.99-x\r\n");
      const others = [
        await server(20_200, ""),
        await server(20_300, "220 SSH-2.0-x\r\n"),
        await server(20_400, "x".repeat(9000)),
      ];
      const fact = collected(shell);
      const nameOf = (port: number) => `tcp ${port} perl`;
      const own = new Set([plain, late, ...others].map(nameOf));
      expect(new Set(portsIn(fact.listener.entries).filter((name) => own.has(name)))).toEqual(own);
      expect(fact.ssh.entries.filter(([name = ""]) => own.has(name)).sort()).toEqual([
        [nameOf(plain), "unknown", "its program is not known"],
        [nameOf(late), "unknown", "its program is not known"],
      ]);
    },
  );

  it("does not take a program for what it calls itself", async () => {
    const folder = mkdtempSync(join(tmpdir(), "harden-servers-"));
    ends.push(() => rmSync(folder, { recursive: true }));
    const program = join(folder, "x\ny\u001b[2J");
    copyFileSync("/usr/bin/perl", program);
    const calls = `$0 = "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"; $on = listens(21999); print $on ? 1 : 0, "\\n"`;
    expect(await listening(calls, program)).toBe(1);
    const found = collected();
    const name = "tcp 21999 x\\x0ay\\x1b[2J";
    expect(portsIn(found.listener.entries)).toContain(name);
    // As root's, that is what it says of itself.
    expect(portsIn(found.ssh.entries)).toContain(name);
    expect(await listening(`${asUser} ${calls.replaceAll("21999", "21998")}`)).toBe(1);
    expect(portsIn(collected().ssh.entries)).not.toContain("tcp 21998 perl");
  });

  it("are asked where a loader of programs has started them", async () => {
    const loads = `for loader in /lib*/ld-linux*; do exec "$loader" /usr/bin/perl "$@"; done`;
    const port = await server(20_600, "SSH-2.0-mine\r\n", "sh", ["-c", loads, "sh"]);
    expect(portsIn(collected().ssh.entries)).toEqual([expect.stringMatching(`^tcp ${port} ld-linux`)]);
  });

  const place = "[listener] 0 of 10-100 startups";
  it.each([
    ["at an option", `"sshd: /usr/sbin/sshd -p 443 -u 0"`],
    ["behind a value like the end of one", `"sshd: /usr/sbin/sshd -o Banner=/x ${place} -f"`],
    ["at the end of such a value", `cut("sshd: /usr/sbin/sshd -u ", " -o Banner=/x ${place}")`],
  ])("have no known command line where their title is cut %s", async (_, title) => {
    const cut = `sub cut {
      my ($from, $to) = @_;
      $0 = "x" x 100000;
      open my $in, "<", "/proc/self/cmdline";
      my $place = length <$in>;
      return $from . "0" x ($place - length "$from$to") . $to }`;
    const port = await server(20_700, "SSH-2.0-OpenSSH_9.2p1\r\n", "perl", ["-e", `${cut} $0 = ${title};`]);
    expect(collected().ssh.entries).toEqual([
      [`tcp ${port} perl`, "unknown", "its title does not show its whole command line"],
    ]);
  });

  describe("in a network namespace of its own", () => {
    const inside = (network: string, ...program: readonly string[]) =>
      ["unshare", ["-n", "sh", "-c", `${network} exec "$@"`, "sh", ...program]] as const;
    const pair = "ip link add outside type veth peer name inside;";

    it("are listed where it has more than a loopback, and are not asked", async () => {
      const port = await server(20_800, "SSH-2.0-mine\r\n", ...inside(pair, "perl"));
      const name = `tcp ${port} perl in a network namespace`;
      const { listener, ssh } = collected();
      expect(listener.entries).toContainEqual([
        name,
        "tcp",
        String(port),
        expect.anything(),
        "root",
        "namespace",
      ]);
      expect(ssh.entries).toEqual([[name, "unknown", expect.stringContaining("not asked")]]);
      expect(reasonsIn(listener)).toEqual([]);
    });

    it("are not listed where they reach nothing outside", async () => {
      const port = await server(20_800, "SSH-2.0-mine\r\n", ...inside("", "perl"));
      expect(portsIn(collected().listener.entries).join("\n")).not.toContain(` ${port} `);
    });
  });

  it("and the system's ports are all listed while a user has more than fit", async () => {
    const port = await server(20_500, "SSH-2.0-mine\r\n");
    const some = (from: number) =>
      listening(
        `${asUser} @on = grep { $_ } map { listens(${from} + $_) } 0 .. 399; print scalar(@on), "\\n"`,
      );
    for (const from of [10_000, 10_400, 10_800]) expect(await some(from)).toBeGreaterThan(390);
    const started = Date.now();
    const fact = collected();
    expect(Date.now() - started).toBeLessThan(15_000);
    expect(portsIn(fact.listener.entries)).toContain(`tcp ${port} perl`);
    expect(portsIn(fact.ssh.entries)).toContain(`tcp ${port} perl`);
    expect(reasonsIn(fact.listener)).toEqual([expect.stringMatching(/^\d+ more were left out$/)]);
    expect(fact.ssh.unread).toEqual([]);
    expect(reasonsIn(fact.asked)).toEqual([
      expect.stringMatching(/^\d+ listening ports of unknown programs were not asked/),
    ]);
  });
});
