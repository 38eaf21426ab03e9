/** A deployment's two gates on a real host: each planted fault turns its own line red, and no other; then the score. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checklist } from "../../src/assess/checklist.ts";
import { changed, hardened } from "../compose/hardened.ts";
import { sample } from "../setup/sample.ts";
import { harden } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";

const distros = sample("gate", bothDistros, 1);

const well =
  "--user 1000:1000 --read-only --cap-drop ALL --security-opt no-new-privileges --tmpfs /tmp:size=64m --memory 64m --memory-reservation 16m --cpus 0.2 --pids-limit 64 --restart unless-stopped --log-opt max-size=1m --log-opt max-file=3 --health-cmd true --health-interval 1h --network inside";

/** A container that is well made but for one thing, and gone again. */
const container = (without: string, instead = "", image = "app:1.0") => ({
  plant: `docker run --detach --name planted ${well.replace(without, instead)} ${image} sleep 9999 >/dev/null`,
  mend: "docker rm --force planted >/dev/null",
});

const sshd = (line: string) => ({
  plant: `echo '${line}' >/etc/ssh/sshd_config.d/00-a.conf; systemctl reload ssh`,
  mend: "rm /etc/ssh/sshd_config.d/00-a.conf; systemctl reload ssh",
});

interface Fault {
  /** On the host. */
  readonly plant: string;
  readonly mend: string;
}

const faults: Readonly<Record<string, Fault>> = {
  "server.ssh-keys": sshd("PasswordAuthentication yes"),
  "server.root-login": sshd("PermitRootLogin yes"),
  "server.firewall": { plant: "ufw disable >/dev/null", mend: "ufw --force enable >/dev/null" },
  "server.fail2ban": {
    plant: "systemctl stop fail2ban",
    mend: "systemctl start fail2ban; until fail2ban-client status sshd >/dev/null 2>&1; do sleep 0.1; done",
  },
  "server.updates": {
    plant: "systemctl mask --now apt-daily-upgrade.timer 2>/dev/null",
    mend: "systemctl unmask apt-daily-upgrade.timer 2>/dev/null; systemctl start apt-daily-upgrade.timer",
  },
  "container.capabilities": container("--cap-drop ALL"),
  "container.host": container("--network inside", "--network inside --pid host"),
  "container.no-new-privileges": container(
    "--security-opt no-new-privileges",
    "--security-opt no-new-privileges=false",
  ),
  "container.user": container("--user 1000:1000"),
  "container.read-only": container("--read-only"),
  "container.limits": container("--pids-limit 64"),
  // Made before daemon.json had bounds, it keeps what it was made with.
  "container.logging": { plant: "docker start old >/dev/null", mend: "docker stop --time 0 old >/dev/null" },
  "network.database": container("--network inside", "--network front --publish 6379:6379", "redis:7.4.1"),
  "network.ports": {
    plant: `setsid perl -MIO::Socket::INET -e '
      my $s = IO::Socket::INET->new(LocalPort => 8099, Listen => 1) or die; sleep 999' </dev/null >/dev/null 2>&1 &
echo $! >/run/planted
until ss -Hltn | grep -q :8099; do sleep 0.1; done`,
    mend: "pkill -F /run/planted; while ss -Hltn | grep -q :8099; do sleep 0.1; done",
  },
};

interface Lines {
  readonly lines: readonly { readonly id: string; readonly verdict: string; readonly remedy?: string }[];
}

interface Audit {
  readonly score: number;
  readonly layers: readonly { readonly layer: string; readonly grade?: string; readonly score?: number }[];
  readonly assets: readonly {
    readonly asset: string;
    readonly guards: readonly { readonly layer: string; readonly open: readonly string[] }[];
  }[];
  readonly checks: readonly {
    readonly id: string;
    readonly verdict: string;
    readonly object: string;
    readonly found: string;
  }[];
}

describe.skipIf(!hasDocker()).each(distros)("the gate on %s", (distro) => {
  let host: TestHost;
  let folder: string;
  const exec = (script: string) => must(host, script);
  const name = () => host.target("root");
  const run = (...words: readonly string[]) => harden(host, words, { cwd: folder });
  const attested = checklist
    .filter(({ attestable }) => attestable)
    .map(({ id }) => `  - {line: ${id}, who: Ops, when: 2026-01-01, until: 2999-01-01, evidence: TICKET-1}`);
  const write = (attestations = attested, compose = "compose:\n  shop: {files: compose.yaml}\n") => {
    writeFileSync(
      join(folder, "harden.yaml"),
      `profile: profiles/shop.yaml\nhosts:\n  "${name()}": {}\n${compose}attestations:\n${attestations.join("\n")}\n`,
    );
  };
  const list = async (...words: readonly string[]) => {
    const done = await run(...(words.length === 0 ? ["checklist"] : words), "--format", "json");
    const [answer] = JSON.parse(done.stdout || "[]") as readonly { readonly value: Lines }[];
    if (answer?.value === undefined) throw new Error(done.stdout + done.stderr);
    const open = answer.value.lines.filter(({ verdict }) => verdict === "fail" || verdict === "not measured");
    return { code: done.code, open: open.map(({ id }) => id), lines: answer.value.lines, text: done.stdout };
  };
  const audit = async () => {
    const { stdout, stderr } = await run("audit", "--format", "json");
    const [answer] = JSON.parse(stdout || "[]") as readonly { readonly value: Audit }[];
    if (answer?.value === undefined) throw new Error(stdout + stderr);
    return answer.value;
  };

  beforeAll(async () => {
    host = await startHost(distro, "docker");
    folder = mkdtempSync(join(tmpdir(), "harden-gate-"));
    mkdirSync(join(folder, "profiles"));
    writeFileSync(
      join(folder, "profiles/shop.yaml"),
      `extends: production\naccess: {from: [${host.controller}]}\nlogging: null\n`,
    );
    writeFileSync(join(folder, "compose.yaml"), hardened);
    write();
    await exec(`apt-get -qq --only-upgrade install harden-probe >/dev/null 2>&1
groupadd --gid 1002 ssl-docker
docker import /srv/busybox.tar app:1.0
docker tag app:1.0 memcached:1.6.1; docker tag app:1.0 redis:7.4.1
docker network create --internal inside; docker network create front
docker run --detach --name app ${well} app:1.0 sleep 9999
docker create --name old ${well.replace(/--log-opt \S+ --log-opt \S+ /, "")} app:1.0 sleep 9999`);
  });
  afterAll(() => host?.remove());

  test("a bare host scores less than a hardened one with a weak container, and that less than a hardened one; the same each time", async () => {
    const bare = await audit();
    expect((await list()).code).toBe(2);
    const applied = await run("apply", name(), "--yes");
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    const good = await audit();
    expect(good.checks.filter(({ verdict }) => verdict === "fail" || verdict === "error")).toEqual([]);
    expect(good.score).toBe(100);
    expect(bare.score).toBeLessThan(30);
    expect((await audit()).score).toBe(good.score);
    await exec("docker run --detach --name weak app:1.0 sleep 9999");
    const weak = await audit();
    await exec("docker rm --force weak");
    expect(weak.score).toBeLessThan(60);
    expect(weak.score).toBeGreaterThan(bare.score);
    expect(weak.layers.find(({ layer }) => layer === "host")?.grade).toBe("A");
  });

  test("every line holds of what was made well, by checks and by who attests it: deploy", async () => {
    const found = await list();
    expect(found.open).toEqual([]);
    expect(found.code).toBe(0);
    // What its file says is not there yet.
    expect((await list("verify", "--after-deploy")).open).toEqual(["deployed.health"]);
    write(attested, "");
    const after = await list("verify", "--after-deploy");
    write();
    expect(after.open).toEqual([]);
    expect(after.code).toBe(0);
  });

  test.each(Object.keys(faults))("%s turns red by its own fault, and nothing else does", async (id) => {
    const { plant, mend } = faults[id]!;
    await exec(plant);
    const found = await list();
    await exec(mend);
    expect(found.open).toEqual([id]);
    expect(found.code).toBe(2);
  });

  test("a secret in a compose file, and an attestation that is over, are no word to deploy", async () => {
    writeFileSync(
      join(folder, "compose.yaml"),
      changed("NODE_ENV: production", "DB_PASSWORD: hunter2secret"),
    );
    write(
      attested.map((line) =>
        line.replace(
          "monitoring.access, who: Ops, when: 2026-01-01, until: 2999-01-01",
          "monitoring.access, who: Ops, when: 2026-01-01, until: 2026-02-01",
        ),
      ),
    );
    const found = await list();
    writeFileSync(join(folder, "compose.yaml"), hardened);
    write();
    expect(found.open).toEqual(["secret.none", "monitoring.access"]);
    expect(found.text).not.toContain("hunter2secret");
  });

  test("with ufw off the database stays unreachable, and the host's grade alone falls", async () => {
    await exec(`docker run --detach --name db ${well} memcached:1.6.1 sleep 9999`);
    const before = await audit();
    await exec("ufw disable >/dev/null");
    const off = await audit();
    await exec("ufw --force enable >/dev/null; docker rm --force db");
    const gradesOf = ({ layers }: Audit) =>
      Object.fromEntries(layers.map(({ layer, grade }) => [layer, grade]));
    const guards = ({ assets }: Audit) =>
      assets
        .find(({ asset }) => asset === "database")!
        .guards.filter(({ open }) => open.length === 0)
        .map(({ layer }) => layer);
    expect(gradesOf(before)).toMatchObject({ host: "A", network: "A", runtime: "A" });
    expect(gradesOf(off)).toEqual({ ...gradesOf(before), host: expect.stringMatching(/[B-F]/) });
    expect(guards(before)).toContain("host");
    expect(guards(off)).not.toContain("host");
    expect(guards(off)).toContain("network");
  });
});
