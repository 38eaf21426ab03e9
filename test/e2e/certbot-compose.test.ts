/** A renewal beside a service of compose: it is stopped, started again, and reads the key by its group's number. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acmeServer, domain, mustOn, renewAll } from "./certbot.ts";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";

const profile = profileFile(
  "certificates: {renewal: standalone, service: {project: /opt/myapp, name: frontend}}\n",
);

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
});

/** Debian 12's docker-compose 1.29.2, in Python, and no plugin of `docker`. */
describe.skipIf(!hasDocker())("certbot beside docker-compose of version 1", () => {
  const hooks = "/etc/letsencrypt/renewal-hooks";
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
    await must(`${start} && ${start} && [ ! -e /run/harden-stopped-for-renewal ]`);
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
    await must(`${stop} && ${start} && [ ! -e /run/harden-stopped-for-renewal ]`);
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
});
