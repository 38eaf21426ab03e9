/** What a user has very many of costs a run five seconds at most, and changes no verdict. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sample, sampleRows } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { waitUntil } from "./wait.ts";

/** perl: says that one more is there, and stays. */
const stay = 'open my $ready, ">>", "/home/hostile/ready"; syswrite $ready, "."; sleep 900;';

/** perl: COUNT processes that share what was opened before. */
const processes = (count: number) =>
  `for (2 .. ${count}) { my $pid = fork // die "fork: $!"; last unless $pid } ${stay}`;

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
  {
    name: "connections",
    run: `use Socket;
      socket my $listener, PF_INET, SOCK_STREAM, 0 or die "socket: $!";
      bind $listener, sockaddr_in(20000, INADDR_ANY) or die "bind: $!";
      listen $listener, 100 or die "listen: $!";
      my @ends = map {
        socket my $here, PF_INET, SOCK_STREAM, 0 or die "socket: $!";
        connect $here, sockaddr_in(20000, INADDR_LOOPBACK) or die "connect: $!";
        accept my $there, $listener or die "accept: $!";
        ($here, $there);
      } 1 .. 4000;
      # Nothing listens any more: what is compared is what a plan says of listeners.
      close $listener;
      ${stay}`,
    ready: 1,
  },
  {
    name: "processes that call themselves by another name",
    run: `$0 = "caddy"; ${processes(2000)}`,
    ready: 2000,
  },
  {
    name: "files in the home folder and in /tmp",
    run: `for my $folder ("/home/hostile/many", "/tmp/many") {
        mkdir $folder;
        for (1 .. 100_000) { open my $file, ">", "$folder/$_" or die "$_: $!" }
      }
      ${stay}`,
    ready: 1,
  },
  {
    name: "lines in the journal",
    run: `use Socket;
      socket my $log, PF_UNIX, SOCK_DGRAM, 0 or die "socket: $!";
      connect $log, sockaddr_un("/dev/log") or die "connect: $!";
      for (1 .. 30_000) { send $log, "<85>sshd[1]: Failed password for root from 192.0.2.1 port $_ ssh2", 0 or die "send: $!" }
      ${stay}`,
    ready: 1,
  },
];

describe.skipIf(!hasDocker()).each(sample("hostile-numbers", bothDistros, 1))(
  "users of %s with very many",
  (distro) => {
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

    test.each(sampleRows("very many of one kind", attacks, 3, ({ name }) => name))(
      "$name: plan and verify say the same, in their time",
      { timeout: 400_000 },
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

    test("an apply beside them ends as without them", { timeout: 400_000 }, async () => {
      const apply = async () => {
        const from = performance.now();
        const words = ["apply", host.target("root"), "--profile", file, "--yes"];
        const { code, stderr } = await harden(host, words, { alone: true, timeoutMs: 180_000 });
        expect(code, stderr).toBe(0);
        return performance.now() - from;
      };
      const usual = await apply();
      const back = await harden(host, ["rollback", host.target("root"), "--yes"]);
      expect(back.code, back.stderr).toBe(0);
      // It reads the host three times: for the plan, as the run, and for the proof.
      await during(attacks[0]!, async () => expect(await apply()).toBeLessThan(2 * usual + 3 * 5000));
    });
  },
);
