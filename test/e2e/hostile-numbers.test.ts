/** What a user has very many of costs a run five seconds at most, and changes no verdict. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { waitUntil } from "./wait.ts";

/** perl: COUNT processes that share what was opened before, each of which says that it is there. */
const processes = (count: number) => `
  for (2 .. ${count}) { my $pid = fork // die "fork: $!"; last unless $pid }
  open my $ready, ">>", "/home/hostile/ready";
  syswrite $ready, ".";
  sleep 900;`;

interface Attack {
  readonly name: string;
  /** perl, run as the user. */
  readonly run: string;
  /** How many bytes its file has when all of it is there. */
  readonly ready: number;
}

const attacks: readonly Attack[] = [
  {
    name: "listening sockets, shared by many processes",
    run: `use Socket;
      my @sockets = map {
        socket my $socket, PF_INET, SOCK_STREAM, 0 or die "socket: $!";
        bind $socket, sockaddr_in(20000 + $_, INADDR_LOOPBACK) or die "bind: $!";
        listen $socket, 1 or die "listen: $!";
        $socket;
      } 1 .. 3000;
      ${processes(800)}`,
    ready: 800,
  },
];

describe.skipIf(!hasDocker()).each(bothDistros)("users of %s with very many", (distro) => {
  const file = profileFile("access: {user: root}\nssh: {}\nfirewall: {}\n");
  let host: TestHost;
  let quiet: Readonly<Record<"plan" | "verify", Measured>>;
  beforeAll(async () => {
    host = await startHost(distro);
    await exec("useradd -m -s /bin/sh hostile");
    await measured("plan");
    quiet = { plan: await measured("plan"), verify: await measured("verify") };
  }, 120_000);
  afterAll(() => host?.remove());

  interface Measured {
    readonly ms: number;
    readonly told: unknown;
  }

  async function exec(script: string, stdin?: string) {
    const { code, stdout, stderr } = await host.exec(script, {
      timeoutMs: 120_000,
      ...(stdin === undefined ? {} : { stdin }),
    });
    if (code !== 0) throw new Error(`${script}: ${stdout}${stderr}`);
    return stdout;
  }

  async function measured(command: "plan" | "verify"): Promise<Measured> {
    const from = performance.now();
    const words = [command, host.target("root"), "--profile", file, "--format", "json"];
    const { code, stdout, stderr } = await harden(host, words);
    const ms = performance.now() - from;
    expect([0, 2], stderr).toContain(code);
    return { ms, told: JSON.parse(stdout)[0].value };
  }

  async function during(attack: Attack, work: () => Promise<void>) {
    await exec("rm -f /home/hostile/ready; cat >/home/hostile/attack.pl", attack.run);
    await exec(
      `setsid runuser -u hostile -- sh -c "ulimit -n $(ulimit -Hn); exec perl /home/hostile/attack.pl" >/run/hostile 2>&1 </dev/null &`,
    );
    try {
      await waitUntil(`${attack.name}: ${attack.ready}`, async () => {
        const size = await host.exec("stat -c %s /home/hostile/ready");
        expect(await exec("cat /run/hostile")).toBe("");
        return Number(size.stdout) >= attack.ready;
      });
      await work();
    } finally {
      await exec("pkill -KILL -u hostile; until ! pgrep -u hostile; do sleep 0.1; done >/dev/null");
    }
  }

  test.each(attacks)(
    "$name: plan and verify say the same, in their time",
    { timeout: 300_000 },
    async (attack) => {
      await during(attack, async () => {
        for (const command of ["plan", "verify"] as const) {
          const { ms, told } = await measured(command);
          expect(told).toEqual(quiet[command].told);
          expect(ms, command).toBeLessThan(2 * quiet[command].ms + 5000);
        }
      });
    },
  );
});
