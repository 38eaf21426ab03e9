/** A renewal beside a service of compose: it is stopped, started again, and reads the key by its group's number. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acmeServer, domain, mustOn, renewAll } from "./certbot.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";

const profile = profileFile(
  "certificates: {renewal: standalone, service: {project: /opt/myapp, name: frontend}}\n",
);

const hooks = "/etc/letsencrypt/renewal-hooks";

const project = (groupAdd: string) => `mkdir -p /opt/myapp && cd /opt/myapp && cat >docker-compose.yml <<'END'
services:
  frontend:
    image: busybox
    command: httpd -f -p 80
    ports: ["80:80"]
    stop_grace_period: 1s
  other:
    image: busybox
    command: sleep 100000
    user: "1000:1000"
    stop_grace_period: 1s
    ${groupAdd}
    volumes:
      - /etc/letsencrypt/live/${domain}:/etc/letsencrypt/live/${domain}:ro
      - /etc/letsencrypt/archive/${domain}:/etc/letsencrypt/archive/${domain}:ro
END
docker compose up -d --quiet-pull 2>&1`;

const signalsSince = (since: string) =>
  `docker events --since ${since} --until $(date +%s.%N) --filter event=kill --format '{{.Actor.Attributes.name}} {{.Actor.Attributes.signal}}'`;

/** What a trial renewal names. */
async function renewOn(host: TestHost, code: number) {
  const args = ["renew", host.target("root"), "--dry-run", "--yes", "--format", "json"];
  const result = await harden(host, args, { timeoutMs: 200_000 });
  expect(result, result.stdout + result.stderr).toMatchObject({ code });
  return JSON.parse(result.stdout)[0].value.failures as readonly { id: string; found: string }[];
}

/** The first certificate, and an image for the engine. */
const firstOne = `systemctl disable -q --now nginx
  certbot certonly -n --standalone --agree-tos --register-unsafely-without-email -d ${domain} 2>&1
  docker import /srv/busybox.tar busybox`;

describe.skipIf(!hasDocker())("certbot beside compose", () => {
  let host: TestHost;
  const must = mustOn(
    () => host,
    (code, said) => expect(code, said).toBe(0),
  );
  beforeAll(async () => {
    host = await startHost("debian13", "docker");
    await must(acmeServer);
    await must(firstOne);
  });
  afterAll(() => host?.remove());

  const renew = (code: number) => renewOn(host, code);
  const runs = async (name: string) =>
    must(`docker inspect -f '{{.State.Running}} {{.State.StartedAt}}' myapp-${name}-1`);

  test("the service is stopped and comes back, the others stay, and a key that can't be read is told", async () => {
    const applied = await harden(host, ["apply", host.target("root"), "--profile", profile, "--yes"]);
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    await must(project(""));
    const before = [await runs("frontend"), await runs("other")];
    expect(await renew(2)).toMatchObject([
      {
        id: "certbot.permission-denied",
        found: expect.stringMatching(
          /group 1002.*myapp-other-1 runs as uid 1000, groups 1000.*group_add none/,
        ),
      },
    ]);
    expect(await runs("frontend")).toMatch(/^true /);
    expect(await runs("frontend")).not.toBe(before[0]);
    expect(await runs("other")).toBe(before[1]);
    expect(
      (await host.exec(`docker exec myapp-other-1 cat /etc/letsencrypt/live/${domain}/privkey.pem`)).code,
    ).not.toBe(0);
    await must(project('group_add: ["1002"]'));
    expect(await renew(0)).toEqual([]);
    await must(`docker exec myapp-other-1 cat /etc/letsencrypt/live/${domain}/privkey.pem`);
  });

  test("without a pre-hook the container that holds the port is named", async () => {
    await must("chmod -x /etc/letsencrypt/renewal-hooks/pre/harden-stop-service.sh");
    const [busy] = await renew(2);
    expect(busy).toMatchObject({
      id: "certbot.port-busy",
      found: expect.stringMatching(/the container myapp-frontend-1 of busybox/),
    });
    await must("chmod +x /etc/letsencrypt/renewal-hooks/pre/harden-stop-service.sh");
  });

  test("a service that isn't in the project, and one that is stopped, is no failure and stays so", async () => {
    await must("cd /opt/myapp && docker compose stop frontend 2>&1");
    expect(await renew(0)).toEqual([]);
    expect(await runs("frontend")).toMatch(/^false /);
  });

  test("by webroot the container that serves goes on, is told of the new certificate, and can't write the answers", async () => {
    const file = profileFile(
      "certificates: {renewal: webroot, service: {project: /opt/myapp, name: frontend}}\n",
    );
    // It is in force; that certbot still renews by standalone is told.
    const applied = await harden(host, ["apply", host.target("root"), "--profile", file, "--yes"]);
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 2 });
    expect(applied.stdout + applied.stderr).toContain("/var/www/acme:/var/www/acme:ro");
    await must(`cd /opt/myapp
      sed -i 's|httpd -f -p 80|httpd -f -p 80 -h /var/www/acme|; s|ports: .*|&\\n    volumes: ["/var/www/acme:/var/www/acme:ro"]|' docker-compose.yml
      docker compose up -d 2>&1
      certbot certonly -n --force-renewal --webroot -w /var/www/acme -d ${domain} 2>&1`);
    const before = await runs("frontend");
    expect(await renew(0)).toEqual([]);
    const since = (await must("date +%s")).trim();
    await must(renewAll);
    expect(await runs("frontend")).toBe(before);
    expect(await must(signalsSince(since))).toBe("myapp-frontend-1 1\n");
    expect((await host.exec("docker exec myapp-frontend-1 touch /var/www/acme/x")).code).not.toBe(0);
    const verified = await harden(host, ["verify", host.target("root"), "--profile", file]);
    expect(verified, verified.stdout + verified.stderr).toMatchObject({ code: 0 });
  });

  test("a service that a reset between certbot's hooks leaves stopped fails until it runs, by whomever", async () => {
    // 2: its certificate may be renewed by webroot, which an audit tells.
    const applied = await harden(host, ["apply", host.target("root"), "--profile", profile, "--yes"]);
    expect([0, 2], applied.stdout + applied.stderr).toContain(applied.code);
    const back = async () => {
      const args = ["verify", host.target("root"), "--profile", profile, "--format", "json"];
      const { stdout } = await harden(host, args);
      const { checks } = JSON.parse(stdout)[0].value as {
        checks: readonly { id: string; verdict: string; found: string }[];
      };
      const check = checks.find(({ id }) => id === "certificates.service-back");
      return `${check?.verdict}: ${check?.found}`;
    };
    const left = "fail: frontend of /opt/myapp was stopped for a renewal and not started again";
    await must(`${hooks}/pre/harden-stop-service.sh 2>&1`);
    await host.restart({ hard: true });
    expect(await back()).toBe(left);
    await must("docker start myapp-frontend-1");
    expect(await back()).toBe("pass: nothing");
    await must("docker stop -t 1 myapp-frontend-1");
    expect(await back()).toBe(left);
    await must(`${hooks}/post/harden-start-service.sh 2>&1`);
    expect([await runs("frontend"), await back()]).toEqual([
      expect.stringMatching(/^true /),
      "pass: nothing",
    ]);
  });
});

/** Debian 12's docker-compose 1.29.2, in Python, and no plugin of `docker`. */
describe.skipIf(!hasDocker())("certbot beside docker-compose of version 1", () => {
  const stop = `${hooks}/pre/harden-stop-service.sh`;
  const start = `${hooks}/post/harden-start-service.sh`;
  let host: TestHost;
  const must = mustOn(
    () => host,
    (code, said) => expect(code, said).toBe(0),
  );
  const apply = (file: string) => harden(host, ["apply", host.target("root"), "--profile", file, "--yes"]);
  const renew = (code: number) => renewOn(host, code);
  const runs = (name: string) =>
    must(`docker inspect -f '{{.State.Running}} {{.State.StartedAt}}' myapp_${name}_1`);

  beforeAll(async () => {
    host = await startHost("debian12", "docker");
    await must(acmeServer);
    await must(firstOne);
    const applied = await apply(profile);
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    await must(project('group_add: ["1002"]').replace("docker compose", "docker-compose"));
  });
  afterAll(() => host?.remove());

  test("hooks that run twice stop and start the service by it, and no other", async () => {
    expect((await host.exec("docker compose version")).code).not.toBe(0);
    expect(await must("docker-compose version --short")).toMatch(/^1\./);
    const before = [await runs("frontend"), await runs("other")];
    await must(`${stop} && ${stop}`);
    expect([await runs("frontend"), await runs("other")]).toEqual([
      expect.stringMatching(/^false /),
      before[1],
    ]);
    await must(`${start} && ${start} && [ ! -e /etc/letsencrypt/harden-stopped-for-renewal ]`);
    expect([await runs("frontend"), await runs("other")]).toEqual([
      expect.stringMatching(/^true /),
      before[1],
    ]);
  });

  test("a real renewal finds port 80 free, and the service runs afterwards", async () => {
    const before = await runs("frontend");
    expect(await renew(0)).toEqual([]);
    expect(await runs("frontend")).toMatch(/^true /);
    expect(await runs("frontend")).not.toBe(before);
  });

  test("without any compose, or its project, hooks do nothing and don't fail; what holds the port is named", async () => {
    const before = await runs("frontend");
    await must("mv /usr/bin/docker-compose /usr/bin/docker-compose.away");
    await must(`${stop} && ${start} && [ ! -e /etc/letsencrypt/harden-stopped-for-renewal ]`);
    const [busy] = await renew(2);
    expect(busy).toMatchObject({
      id: "certbot.port-busy",
      found: expect.stringMatching(/the container myapp_frontend_1 of busybox/),
    });
    await must("mv /usr/bin/docker-compose.away /usr/bin/docker-compose; mv /opt/myapp /opt/away");
    await must(`${stop} && ${start}; mv /opt/away /opt/myapp`);
    expect(await runs("frontend")).toBe(before);
  });

  test("by webroot the container is told of a new certificate by it", async () => {
    const file = profileFile(
      "certificates: {renewal: webroot, service: {project: /opt/myapp, name: frontend}}\n",
    );
    expect(await apply(file)).toMatchObject({ code: 2 });
    const before = await runs("frontend");
    const since = (await must("date +%s")).trim();
    await must(`RENEWED_LINEAGE=/etc/letsencrypt/live/${domain} ${hooks}/deploy/harden-open-key.sh`);
    expect(await runs("frontend")).toBe(before);
    expect(await must(signalsSince(since))).toBe("myapp_frontend_1 1\n");
  });

  /** Whether the profile's verdicts, and its plan, are content and name who else can fetch certificates. */
  const named = async (text: string) => {
    const options = [host.target("root"), "--profile", profileFile(text)];
    const planned = await harden(host, ["plan", ...options]);
    const verified = await harden(host, ["verify", ...options, "--format", "json"]);
    const { checks } = JSON.parse(verified.stdout)[0].value as {
      checks: readonly { id: string; verdict: string; found: string }[];
    };
    const timer = checks.find(({ id }) => id === "certificates.timer");
    return [planned.code, /caddy runs here/.test(planned.stdout), verified.code, timer?.found];
  };
  const says = (why: string) => [0, true, 0, `${why}; caddy runs here, which can fetch and renew its own`];
  const wanted = "certificates: {renewal: standalone, service: caddy.service}\n";

  test("Caddy that has fetched a certificate is named and nothing fails, as a unit and in a container", async () => {
    await must(`docker rm -f $(docker ps -aq) >/dev/null
      certbot delete -n --cert-name ${domain} 2>&1
      printf '{\n acme_ca https://localhost:14000/dir\n}\n${domain} {\n respond "hello"\n}\n' >/etc/caddy/Caddyfile
      systemctl restart caddy
      until openssl s_client -connect localhost:443 -servername ${domain} </dev/null 2>/dev/null |
        openssl x509 -noout -issuer 2>/dev/null | grep -q Pebble; do sleep 0.1; done`);
    // certbot's package is there and has no certificate; then it isn't there at all.
    expect(await apply(profileFile(wanted))).toMatchObject({ code: 0 });
    expect(await named(wanted)).toEqual(says("certbot has no certificate here"));
    await must("apt-get purge -y -qq certbot >/dev/null 2>&1; rm -rf /etc/letsencrypt");
    expect(await named(wanted)).toEqual(says("certbot is not installed here"));
    // What the profile names as certbot's is missing all the same.
    const domains = profileFile(`certificates: {domains: [${domain}]}\n`);
    const verified = await harden(host, ["verify", host.target("root"), "--profile", domains]);
    expect(verified).toMatchObject({ code: 2, stdout: expect.stringContaining("1 failed") });
    expect(verified.stdout).toMatch(/caddy runs here, .*take the domain from certificates\.domains/s);

    await must(`systemctl stop caddy
      docker run -d --name web -p 80:80 -v /usr:/usr:ro -v /lib:/lib:ro -v /lib64:/lib64:ro \\
        busybox /usr/bin/caddy file-server --listen :80
      until docker logs web 2>&1 | grep -q 'server running'; do sleep 0.1; done`);
    expect(await named(wanted)).toEqual(says("certbot is not installed here"));
    await must("docker rm -f web");
    expect((await named(wanted))[3]).toBe("certbot is not installed here");
  });
});
