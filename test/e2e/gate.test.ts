/** A deployment's two lists on a real host: each planted fault opens its own lines, and no others; then the score. */
import { chmodSync, mkdirSync, mkdtempSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lists } from "../../src/audit/checklist.ts";
import { sample, sampleRows } from "../setup/sample.ts";
import {
  type Fault,
  faults,
  type Project,
  type ProjectFault,
  planted,
  projectFaults,
  site,
  untilAnswered,
  well,
  wellProject,
} from "./gate-faults.ts";
import { harden } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { ownEntries } from "./own-entries.ts";
import { must } from "./trouble.ts";

const { checklist } = lists;

const distros = sample("gate", bothDistros, 1);

interface Line {
  readonly id: string;
  readonly verdict: string;
  readonly evidence: readonly { readonly check: string; readonly verdict: string }[];
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

const isOpen = ({ verdict }: { readonly verdict: string }) =>
  ["fail", "error", "not measured"].includes(verdict);

/** A site behind TLS, with certificates of an authority of its own; each is good for one thing. */
const nginx = `apt-get -qq install nginx-light >/dev/null 2>&1
cd /etc/nginx
key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
openssl req -x509 $key -keyout ca.key -out ca.pem -subj /CN=Test -days 60
openssl req -x509 $key -keyout key.pem -out self.pem -subj /CN=x -addext subjectAltName=DNS:shop.example -days 60
openssl req -new -key key.pem -out csr -subj /CN=x
sign() {
  echo "subjectAltName=DNS:$2" >ext
  openssl x509 -req -in csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile ext -out $1.pem -days $3
}
sign good shop.example 60; sign soon shop.example 5; sign other other.example 60
tee well >${site} <<'END'
server { listen 80 default_server; return 301 https://$host$request_uri; }
server {
  listen 443 ssl;
  ssl_certificate good.pem; ssl_certificate_key key.pem; ssl_protocols TLSv1.2 TLSv1.3;
  return 200;
}
END
systemctl restart nginx`;

/** A service, a cache that asks for a password, and one that is older than the engine's settings. */
const containers = `groupadd --gid 1002 ssl-docker
docker import /srv/busybox.tar app:1.0; docker import /srv/redis.tar redis:7.4.1
for name in memcached:1.6.1 nginx:1.28; do docker tag app:1.0 $name; done
docker network create --internal inside; docker network create front
printf 'requirepass %s\\nsave ""\\n' "$(openssl rand -hex 16)" >/srv/redis.conf
chown 1000:1000 /srv/redis.conf; chmod 400 /srv/redis.conf
lasting='${well.replace("300ms", "3s")}'
docker run --detach --name app $lasting app:1.0 sleep 9999
docker run --detach --name cache $lasting --volume /srv/redis.conf:/run/secrets/redis.conf:ro --volume data:/data \\
  redis:7.4.1 redis-server /run/secrets/redis.conf
docker create --name old ${well.replace(/--log-opt \S+ --log-opt \S+ /, "")} app:1.0 sleep 9999`;

describe.skipIf(!hasDocker()).each(distros)("the gate on %s", (distro) => {
  let host: TestHost;
  let folder: string;
  let bare: Audit;
  let bareCode: number | null;
  const exec = (script: string) => must(host, script);
  const name = () => host.target("root");
  const at = (...names: readonly string[]) => join(folder, ...names);
  /** Two places: after a deployment a service of a file that doesn't run would be one more fault. */
  const run = (place: "before" | "after", ...words: readonly string[]) =>
    harden(host, [...words, "--name", "shop.example", "--ca", at("ca.pem")], { cwd: at(place) });
  const write = ({ compose, tiers, attestations, secret, access }: Project) => {
    const here = `profile: ../profiles/shop.yaml\nhosts:\n  "${name()}": {}\n`;
    const own = `${here}compose:\n  shop: {files: compose.yaml}\n${tiers}${attestations}`;
    const from = access === "controller" ? `access: {from: [${host.controller}]}\n` : "";
    writeFileSync(at("profiles/shop.yaml"), `extends: production\n${from}logging: null\n${ownEntries}`);
    writeFileSync(at("after/harden.yaml"), here);
    writeFileSync(at("before/harden.yaml"), own);
    writeFileSync(at("before/compose.yaml"), compose);
    const changed = Date.now() / 1000 - secret.days * 86_400;
    for (const file of ["db", "redis.conf"].map((each) => at("before/secrets", each))) {
      writeFileSync(file, `${file.endsWith(".conf") ? "requirepass " : ""}kT3xw9QzLr\n`);
      chmodSync(file, secret.mode);
      utimesSync(file, changed, changed);
    }
  };
  const list = async (place: "before" | "after", ...words: readonly string[]) => {
    const done = await run(place, ...words, "--format", "json");
    const [answer] = JSON.parse(done.stdout || "[]") as readonly { value: { lines: readonly Line[] } }[];
    if (answer?.value === undefined) throw new Error(done.stdout + done.stderr);
    const { lines } = answer.value;
    const open = lines.filter(isOpen).map(({ id }) => id);
    const by = lines.flatMap(({ evidence }) => evidence.filter(isOpen).map(({ check }) => check));
    return { code: done.code, open, by, lines, text: done.stdout };
  };
  const before = () => list("before", "checklist");
  const after = (place: "before" | "after" = "after") => list(place, "verify", "--after-deploy");
  const audit = async () => {
    const { stdout, stderr } = await run("after", "audit", "--format", "json");
    const [answer] = JSON.parse(stdout || "[]") as readonly { readonly value: Audit }[];
    if (answer?.value === undefined) throw new Error(stdout + stderr);
    return answer.value;
  };

  beforeAll(async () => {
    host = await startHost(distro, "docker");
    folder = mkdtempSync(join(tmpdir(), "harden-gate-"));
    for (const place of ["profiles", "before/secrets", "after"]) mkdirSync(at(place), { recursive: true });
    write(wellProject);
    await exec("apt-get -qq --only-upgrade install harden-probe >/dev/null 2>&1");
    await exec(`set -e\n${nginx}`);
    await exec(`set -e\n${containers}`);
    writeFileSync(at("ca.pem"), await exec("cat /etc/nginx/ca.pem"));
    bare = await audit();
    bareCode = (await before()).code;
    const applied = await harden(host, ["apply", name(), "--yes"], { cwd: at("before") });
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    await exec(["app", "cache"].map(untilAnswered).join("\n"));
  });
  afterAll(() => host?.remove());

  test("a bare host scores less than a hardened one with a weak container, and that less than a hardened one; the same each time", async () => {
    expect(bareCode).toBe(2);
    const good = await audit();
    expect(good.checks.filter(isOpen)).toEqual([]);
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
    const [found, deployed] = [await before(), await after()];
    expect(found.open).toEqual([]);
    expect(found.code).toBe(0);
    const said = (verdict: string, { lines }: typeof found) =>
      lines.filter((line) => line.verdict === verdict).map(({ id }) => id);
    // In a container there is no audit of the kernel's.
    const audited = checklist.filter(({ checks }) => checks.some((id) => id.startsWith("auditd.")));
    expect(said("not applicable", found)).toEqual(audited.map(({ id }) => id));
    expect(said("attested", found)).toEqual(["monitoring.access", "monitoring.logs"]);
    expect(deployed.open).toEqual([]);
    expect(deployed.code).toBe(0);
    expect(said("pass", deployed)).toHaveLength(deployed.lines.length);
    // What its file says is not there yet.
    expect((await after("before")).open).toEqual(["deployed.health"]);
  });

  const named = <T extends Fault | ProjectFault>(all: readonly T[], count: number) =>
    sampleRows("faults of the gate", all, count, ({ what }) => what).map(
      (fault) => [fault.what, fault.opens.join(" and "), fault] as const,
    );

  test.each(named(faults, 9))(
    "%s: %s, and nothing else",
    async (_what, _lines, { plant, mend, opens, by }) => {
      await exec(plant);
      const [found, deployed] = await Promise.all([before(), after()]);
      await exec(mend);
      const own = opens.filter((id) => id.startsWith("deployed."));
      expect(found.open).toEqual(opens.filter((id) => !own.includes(id)));
      expect(deployed.open).toEqual(own);
      expect([found.code, deployed.code]).toEqual(
        [found, deployed].map(({ open }) => (open.length > 0 ? 2 : 0)),
      );
      if (by !== undefined) expect([...new Set([...found.by, ...deployed.by])]).toEqual([by]);
    },
  );

  test.each(named(projectFaults, 3))("%s: %s, and nothing else", async (_what, _lines, fault) => {
    write({ ...wellProject, ...fault.planted });
    const found = await before();
    write(wellProject);
    expect(found.open).toEqual(fault.opens);
    expect(found.code).toBe(2);
    expect(found.text).not.toContain(planted);
  });

  test("with ufw off the database stays unreachable, and the network's grade alone falls, to F", async () => {
    await exec(`docker run --detach --name db ${well} memcached:1.6.1 sleep 9999`);
    const on = await audit();
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
    expect(gradesOf(on)).toMatchObject({ host: "A", network: "A", runtime: "A" });
    expect(gradesOf(off)).toEqual({ ...gradesOf(on), network: "F" });
    expect(off.layers.find(({ layer }) => layer === "network")?.score).toBeLessThanOrEqual(20);
    expect(off.score).toBeLessThanOrEqual(50);
    expect(guards(on)).toContain("network");
    expect(guards(off)).toContain("network");
  });
});
