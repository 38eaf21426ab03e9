/** Ports of a way in that others have taken: only a socket that keeps it from one that it had ends, and never for long. */
import { type ChildProcess, spawn } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import { Root, shells } from "./root.ts";

let root: Root;
const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill("SIGKILL");
  root.remove();
});

/** Listens at ADDRESS ONLY6 COUNT times on one free port, and prints that. */
const program = `use Socket qw(:all);
my ($address, $only6, $count) = @ARGV; my ($port, @kept) = 0;
for (1 .. $count) {
  my $six = $address =~ /:/;
  socket(my $socket, $six ? AF_INET6 : AF_INET, SOCK_STREAM, 0) or die $!;
  setsockopt($socket, SOL_SOCKET, 15, 1);
  !$six or setsockopt($socket, IPPROTO_IPV6, IPV6_V6ONLY, $only6 + 0) or die $!;
  bind($socket, $six ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)) : pack_sockaddr_in($port, inet_aton($address))) or die $!;
  listen($socket, 5) or die $!;
  ($port) = $six ? unpack_sockaddr_in6(getsockname $socket) : unpack_sockaddr_in(getsockname $socket);
  push @kept, $socket;
}
$| = 1; printf "%04X\\n", $port; sleep 600`;

interface Listener {
  readonly port: string;
  readonly child: ChildProcess;
}

function listen(address: string, { only6 = 0, uid = 65_534, count = 1 } = {}): Promise<Listener> {
  const args = ["-e", program, address, `${only6}`, `${count}`];
  const child = spawn("perl", args, { uid, stdio: ["ignore", "pipe", "inherit"] });
  started.push(child);
  return new Promise((resolve, reject) => {
    child.stdout.on("data", (data) => resolve({ port: `${data}`.trim(), child }));
    child.on("exit", () => reject(new Error(`nothing listens at ${address}`)));
  });
}

/** Clears the ports of a way in that had these places and is MAIN now; gives the objects of its notes. */
async function clear(places: readonly string[], main = "false"): Promise<readonly string[]> {
  root.write("var/lib/harden/runs/r1/undo/listened", places.map((place) => `${place}\n`).join(""));
  const verb = `main_test() { ${main}; }; use_run r1; TALK=1; unit=test.service; clear_ports test`;
  const script = root.options().runtime.replace(/main "\$@"\s*$/, () => verb);
  const sent = await root.send(`harden_root='${root.path}'\n${script}`);
  expect(sent.stderr).toBe("");
  return sent.events.flatMap((event) => (event.event === "note" ? [`${event.code} ${event.object}`] : []));
}

const ended = ({ child }: Listener) =>
  new Promise<boolean>((resolve) => {
    if (child.signalCode) resolve(true);
    child.on("exit", () => resolve(true));
    setTimeout(() => resolve(false), 300);
  });

const all6 = "0".repeat(32);
const one6 = `${"0".repeat(24)}01000000`;
const cases: readonly [had: string, at: string, only6: number, ends: boolean][] = [
  ["0100007F", "127.0.0.1", 0, true],
  ["0100007F", "127.0.0.2", 0, false],
  ["0100007F", "0.0.0.0", 0, true],
  ["0100007F", "::1", 0, false],
  ["0100007F", "::", 1, false],
  ["0100007F", "::", 0, true],
  ["0100007F", "::ffff:127.0.0.1", 0, true],
  ["0100007F", "::ffff:127.0.0.2", 0, false],
  ["00000000", "127.0.0.2", 0, true],
  ["00000000", "::1", 0, false],
  ["00000000", "::", 1, false],
  [all6, "::1", 0, true],
  [all6, "::", 1, true],
  [all6, "127.0.0.1", 0, false],
  [one6, "::", 1, true],
];

describe.each(shells.map((shell) => [shell.join(" "), shell] as const))("%s", (_, shell) => {
  it("only a socket that keeps it from a place that it had ends", async () => {
    root = new Root(shell);
    const listeners = await Promise.all(cases.map(([, at, only6]) => listen(at, { only6 })));
    const notes = await clear(cases.map(([had], index) => `${had}:${listeners[index]!.port}`));
    const found = await Promise.all(listeners.map(ended));
    expect(found).toEqual(cases.map(([, , , ends]) => ends));
    expect(notes).toEqual(["port-taken test.service"]);
  });

  it("nothing of root's, of another port, or of its own ends", async () => {
    root = new Root(shell);
    const [owner, other, own] = await Promise.all([
      listen("127.0.0.1", { uid: 0 }),
      listen("127.0.0.1"),
      listen("127.0.0.1"),
    ]);
    const notes = await clear([`0100007F:${owner.port}`, `0100007F:${own.port}`], `echo ${own.child.pid}`);
    expect(await Promise.all([owner, other, own].map(ended))).toEqual([false, false, false]);
    expect(notes).toEqual([]);
  });

  it("a thousand sockets on a port end at once", async () => {
    root = new Root(shell);
    const many = await listen("127.0.0.1", { count: 1000 });
    const began = Date.now();
    expect(await clear([`0100007F:${many.port}`])).toEqual(["port-taken test.service"]);
    expect(Date.now() - began).toBeLessThan(8000);
    expect(await ended(many)).toBe(true);
  });
});
