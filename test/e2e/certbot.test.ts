/** Renewals by a real certbot of a real ACME server: what is stopped comes back, keys stay open to the group alone. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sample } from "../setup/sample.ts";
import { acmeServer, domain, firstCertificate, mustOn, renewAll } from "./certbot.ts";
import { expectPristine } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { state } from "./state.ts";
import { waitUntil } from "./wait.ts";

const distros = sample("certbot", bothDistros, 1);

const root = "/etc/letsencrypt";
const hooks = `${root}/renewal-hooks`;
const stop = `${hooks}/pre/harden-stop-service.sh`;
const start = `${hooks}/post/harden-start-service.sh`;
const mark = "/etc/letsencrypt/harden-stopped-for-renewal";

interface Renewal {
  readonly status: number;
  readonly lineages: readonly { readonly name: string; readonly outcome: string }[];
  readonly failures: readonly { readonly id: string; readonly found: string }[];
}

const standalone = profileFile("certificates: {renewal: standalone, service: nginx.service}\n");
const webroot = profileFile("certificates: {renewal: webroot}\n");

describe.skipIf(!hasDocker()).each(distros)("certbot on %s", (distro) => {
  let host: TestHost;
  const must = mustOn(
    () => host,
    (code, said) => expect(code, said).toBe(0),
  );
  beforeAll(async () => {
    host = await startHost(distro, "full");
    await must(acmeServer);
    await must(firstCertificate);
    await applied(standalone);
  });
  afterAll(() => host?.remove());

  const run = (command: string, ...more: string[]) =>
    harden(host, [command, host.target("root"), ...more], { timeoutMs: 200_000 });
  /** `code` 2: it is in force, and an audit fails. */
  const applied = async (profile: string, code = 0) => {
    const result = await harden(host, ["apply", host.target("root"), "--profile", profile, "--yes"]);
    expect(result, result.stdout + result.stderr).toMatchObject({ code });
  };
  const renewal = async (code: number, ...more: string[]): Promise<Renewal> => {
    const result = await run("renew", "--format", "json", ...more);
    expect(result, result.stdout + result.stderr).toMatchObject({ code });
    return JSON.parse(result.stdout)[0].value;
  };
  const verdicts = async (profile: string) => {
    const { stdout } = await run("verify", "--profile", profile, "--format", "json");
    const checks = JSON.parse(stdout)[0].value.checks as { id: string; verdict: string; found: string }[];
    return new Map(
      checks.map(({ id, verdict, found }) => [id.replace("certificates.", ""), `${verdict}: ${found}`]),
    );
  };
  /** Differs after each start of the service. */
  const started = () => must("systemctl show -p InvocationID --value nginx");
  const isActive = async () => (await host.exec("systemctl is-active -q nginx")).code === 0;
  const serial = () => must(`openssl x509 -noout -serial -in ${root}/live/${domain}/cert.pem`);
  const rights = () =>
    must(`stat -L -c '%a %U:%G' ${root}/live ${root}/archive/${domain} ${root}/live/${domain}/privkey.pem`);
  const reads = async (groups: string) =>
    (await host.exec(`setpriv --reuid 1000 --regid 1000 ${groups} cat ${root}/live/${domain}/privkey.pem`))
      .code === 0;
  const open = "750 root:ssl-docker\n750 root:ssl-docker\n640 root:ssl-docker\n";

  test("a trial says that it interrupts, stops the service, proves the domain and starts the service again", async () => {
    const before = [await started(), await serial()];
    const unasked = await run("renew", "--dry-run");
    expect(unasked.code).toBe(64);
    expect(unasked.stderr).toMatch(/standalone \(example\.test\) interrupts/);
    expect(await started()).toBe(before[0]);
    const tried = await run("renew", "--dry-run", "--yes");
    expect(tried, tried.stdout + tried.stderr).toMatchObject({ code: 0 });
    expect(tried.stderr).toContain("certbot renews");
    expect(tried.stdout).toMatch(/the trial renewal went well[\s\S]*example\.test: would be renewed/);
    expect(await isActive()).toBe(true);
    expect(await started()).not.toBe(before[0]);
    expect(await serial()).toBe(before[1]);
  });

  test("a renewal leaves the key to the group alone, the service running, and nothing due", async () => {
    const before = [await started(), await serial()];
    await must(renewAll);
    expect([await isActive(), (await started()) !== before[0], (await serial()) !== before[1]]).toEqual([
      true,
      true,
      true,
    ]);
    expect(await rights()).toBe(open);
    expect([await reads("--groups 1002"), await reads("--clear-groups")]).toEqual([true, false]);
    expect(await renewal(0, "--yes")).toMatchObject({ lineages: [{ name: domain, outcome: "not due" }] });
    // What certbot would leave to others without the hook.
    await must(`chgrp -R root ${root}/live ${root}/archive; chmod 700 ${root}/archive/${domain}`);
    await must(`RENEWED_LINEAGE=${root}/live/${domain} ${hooks}/deploy/harden-open-key.sh`);
    expect(await rights()).toBe(open);
  });

  test("after a renewal that fails the service runs again", async () => {
    const before = await started();
    await must("iptables -I INPUT -p tcp --dport 80 -j REJECT --reject-with tcp-reset");
    const failed = await renewal(2, "--dry-run", "--yes");
    await must("iptables -D INPUT 1");
    expect(failed).toMatchObject({ lineages: [{ name: domain, outcome: "failed" }], failures: [] });
    expect([await isActive(), (await started()) !== before]).toEqual([true, true]);
  });

  test("a certbot that is killed in the middle leaves no service stopped", async () => {
    const killer = `${hooks}/pre/zz-killer`;
    await must(`printf '#!/bin/sh\\npkill -KILL -x certbot\\n' >${killer}; chmod +x ${killer}`);
    const before = await started();
    const killed = await renewal(2, "--dry-run", "--yes");
    await must(`rm ${killer}`);
    expect([killed.status, killed.failures, await isActive(), (await started()) !== before]).toEqual([
      ...[137, [], true, true],
    ]);
  });

  test("hooks run twice, and start only what they have stopped", async () => {
    await must(`${stop}; ${stop}`);
    expect(await isActive()).toBe(false);
    expect(await must(`cat ${mark}`)).toBe("unit nginx.service\n");
    await must(
      "systemctl start nginx; for n in 1 2 3 4; do systemctl restart nginx; done; systemctl stop nginx",
    );
    await must(`${start}; ${start}`);
    expect(await isActive()).toBe(true);
    await must(`systemctl stop nginx; ${stop}; ${start}`);
    expect(await isActive()).toBe(false);
    await must("systemctl start nginx");
  });

  test("a port that is taken is told by name, with who holds it", async () => {
    await must(`chmod -x ${stop}`);
    const { failures } = await renewal(2, "--dry-run", "--yes");
    expect(failures).toMatchObject([
      {
        id: "certbot.port-busy",
        found: expect.stringMatching(/held by nginx \(process \d+, nginx\.service\); no pre-hook/),
      },
    ]);
    await must(`chmod +x ${stop}`);
  });

  test("a service that is down afterwards is told by name, with hook and state", async () => {
    await must(`chmod -x ${start}`);
    const { failures } = await renewal(2, "--dry-run", "--yes");
    expect(failures).toMatchObject([
      {
        id: "certbot.service-down",
        found: expect.stringMatching(
          /nginx\.service was stopped .* nginx\.service is .*inactive.*; no post-hook/,
        ),
      },
    ]);
    expect((await verdicts(standalone)).get("service-back")).toMatch(/^fail: nginx\.service was stopped/);
    await must(`chmod +x ${start}; systemctl start nginx; [ -e ${mark} ]`);
    expect((await verdicts(standalone)).get("service-back")).toBe("pass: nothing");
    await must(`${start}; [ ! -e ${mark} ]`);
  });

  /** What waits for the port says the same on both releases: one shows it. */
  const onOne = distro === distros.at(-1) ? test : () => undefined;
  onOne("what somebody else's hook has stopped is told, too", async () => {
    await must(
      `chmod -x ${stop}; printf '#!/bin/sh\\nsystemctl stop nginx\\n' >${hooks}/pre/mine; chmod +x ${hooks}/pre/mine`,
    );
    expect((await renewal(2, "--dry-run", "--yes")).failures).toMatchObject([
      {
        id: "certbot.service-down",
        found: expect.stringMatching(/port 80 was held by nginx .* and by nobody/),
      },
    ]);
    await must(`rm ${hooks}/pre/mine; chmod +x ${stop}; systemctl start nginx`);
  });

  test("what starts certbot is named, and why it doesn't, where certbot never starts", async () => {
    const timer = async () => (await verdicts(standalone)).get("timer");
    const drop = (unit: string, text: string) => `mkdir -p /etc/systemd/system/${unit}.d
      printf '${text}' >/etc/systemd/system/${unit}.d/mine.conf; systemctl daemon-reload`;
    const take = (unit: string) => `rm -r /etc/systemd/system/${unit}.d; systemctl daemon-reload`;
    const again = "systemctl restart certbot.timer";
    expect(await timer()).toBe("pass: certbot.timer");
    for (const [state, mend, found] of [
      ["systemctl mask -q certbot.service", "systemctl unmask -q certbot.service", /^fail: .* is masked/],
      [
        `${drop("certbot.timer", "[Timer]\\nOnCalendar=\\nOnCalendar=yearly\\n")}; ${again}`,
        `${take("certbot.timer")}; ${again}`,
        /^fail: certbot\.timer starts it every 366 days/,
      ],
      [
        drop("certbot.service", "[Service]\\nExecStart=\\nExecStart=/bin/true\\n"),
        take("certbot.service"),
        /^error: not known: certbot\.timer starts/,
      ],
    ] as const) {
      await must(state);
      expect(await timer()).toMatch(found);
      await must(mend);
    }
    await must("systemctl disable -q --now certbot.timer");
    expect(await timer()).toMatch(/^fail: certbot\.timer is inactive, disabled/);
    const line = "0 3 * * * root certbot -q renew";
    await must(`echo '${line}' >/etc/cron.d/mine`);
    expect(await timer()).toMatch(/^fail: .*no cron is installed/);
    // The test hosts have no package of cron: that it would read the file is what counts.
    await must(`printf '[Service]\nExecStart=/bin/sleep infinity\n[Install]\nWantedBy=multi-user.target\n' \
      >/etc/systemd/system/cron.service; systemctl daemon-reload; systemctl enable -q --now cron.service`);
    expect(await timer()).toBe("pass: /etc/cron.d/mine");
    for (const [state, found] of [
      ["mv mine my.cron", "name"],
      ["chmod 664 mine", "0664"],
      ["chown 1 mine", "root"],
      ["echo '0 3 * * * certbot -q renew' >mine", "a line is not"],
      [`printf '${line}' >mine`, "no end"],
      ["echo '@yearly root certbot -q renew' >mine", "366 days"],
    ] as const) {
      await must(`cd /etc/cron.d; ${state}`);
      expect(await timer(), state).toMatch(new RegExp(`^fail: .*/etc/cron\\.d/m[^;]*${found}`));
      await must(`rm /etc/cron.d/m*; echo '${line}' >/etc/cron.d/mine`);
    }
    await must(`rm /etc/cron.d/mine; systemctl disable -q --now cron.service; rm /etc/systemd/system/cron.service
      systemctl daemon-reload; systemctl enable -q --now certbot.timer`);
  });

  test("what keeps certbot from renewing a certificate that is due fails, and certbot renews it without that", async () => {
    const conf = `${root}/renewal/${domain}.conf`;
    const ini = `${root}/cli.ini`;
    await must(
      `sed -i '1i renew_before_expiry = 10 years' ${conf}; cp ${conf} /run/conf; cp ${ini} /run/ini`,
    );
    const renewDue = "certbot renew -n --no-random-sleep-on-renew 2>&1";
    const before = await serial();
    for (const [hindrance, found] of [
      [`echo 'autorenew = False' >>${conf}`, /^fail: example\.test: autorenew is False/],
      [`echo 'dry-run = true' >>${ini}`, /^fail: .*cli\.ini has dry-run/],
      [`echo no-directory-hooks >>${ini}`, /^fail: .*cli\.ini has no-directory-hooks/],
      [`mv ${root}/accounts ${root}/away`, /^fail: example\.test: its account .* is not in/],
    ] as const) {
      await must(hindrance);
      await host.exec(renewDue);
      expect([await serial(), (await verdicts(standalone)).get("renewable")]).toEqual([
        before,
        expect.stringMatching(found),
      ]);
      await must(`cp /run/conf ${conf}; cp /run/ini ${ini}`);
    }
    expect(await run("verify", "--profile", standalone)).toMatchObject({ code: 2 });
    await must(`rm -rf ${root}/accounts; mv ${root}/away ${root}/accounts; ${renewDue}
      sed -i 1d ${conf}`);
    expect(await serial()).not.toBe(before);
    expect((await verdicts(standalone)).get("renewable")).toBe(`pass: ${domain}`);
  });

  test("what certbot can't prove the domain by any more is told, and certbot fails by it", async () => {
    const conf = `${root}/renewal/${domain}.conf`;
    const tryIt = "certbot renew --dry-run --no-random-sleep-on-renew 2>&1";
    await must(`cp ${conf} /run/conf`);
    for (const [state, found] of [
      [`sed -i 's/^authenticator.*/authenticator = dns-gone/' ${conf}`, /^fail: .*no plugin dns-gone/],
      [`echo 'pref_challs = dns-01,' >>${conf}`, /^fail: .*only dns-01/],
      [`echo 'http01_address = 192.0.2.7' >>${conf}`, /^fail: .*no address 192\.0\.2\.7/],
      [`mv ${stop} /run/stop`, /^fail: .*port 80 is held by nginx .*, and no pre-hook/],
      [
        "systemctl stop nginx; systemd-run -q --unit other python3 -m http.server 80; until ss -Htln | grep -q :80; do sleep 0.1; done",
        /^error: .*port 80 is held by python3 .*other\.service/,
      ],
    ] as const) {
      await must(state);
      expect(await verdicts(standalone).then((all) => all.get("renewable"))).toMatch(found);
      expect((await host.exec(tryIt, { timeoutMs: 120_000 })).code, state).not.toBe(0);
      await must(`cp /run/conf ${conf}; [ ! -e /run/stop ] || mv /run/stop ${stop}
        systemctl stop other 2>/dev/null; systemctl start nginx`);
    }
    expect((await verdicts(standalone)).get("renewable")).toBe(`pass: ${domain}`);
  });

  test("a service of compose that isn't there, nor its folder, nor an engine, is no failure", async () => {
    await applied(
      profileFile("certificates: {renewal: standalone, service: {project: /opt/none, name: frontend}}\n"),
      // Its hook leaves nginx on port 80, which an audit tells.
      2,
    );
    await must(`${stop}; ${start}; mkdir /opt/none; ${stop}; ${start}; rmdir /opt/none`);
    expect(await isActive()).toBe(true);
  });

  test("by webroot every request is answered while certbot renews, and nothing is stopped", async () => {
    await applied(webroot, 2);
    expect((await host.exec(`ls ${stop} ${start}`)).stdout).toBe("");
    const found = await verdicts(webroot);
    expect(found.get("webroot")).toMatch(/^fail: example\.test: \S+ answers 404/);
    expect(found.get("renewal")).toMatch(/^fail: example\.test: is renewed by standalone/);
    await must(`sed -i 's|^\\tserver_name _;|&\\n\\tinclude snippets/harden-acme.conf;|' /etc/nginx/sites-enabled/default
      nginx -t 2>&1; systemctl reload nginx
      certbot certonly -n --force-renewal --webroot -w /var/www/acme -d ${domain} 2>&1`);
    const mended = await verdicts(webroot);
    expect([mended.get("webroot"), mended.get("renewal")]).toEqual([`pass: ${domain}`, `pass: ${domain}`]);
    const reloads = async () => Number(await must("journalctl -u nginx -o cat | grep -c Reloaded"));
    const before = [await started(), await reloads()];
    await must(`cat >/opt/ask.py <<'END'
import os, time, urllib.request
asked = failed = 0
while not os.path.exists("/run/enough"):
    asked += 1
    time.sleep(0.02)
    try: urllib.request.urlopen("http://${domain}/", timeout=5).read()
    except Exception as error: failed += 1; print(error, flush=True)
print(asked, failed, flush=True)
END
      systemd-run -q --unit asking -p StandardOutput=file:/run/asked python3 /opt/ask.py`);
    const tried = await run("renew", "--dry-run");
    await must(renewAll);
    await must("touch /run/enough; while systemctl is-active -q asking; do sleep 0.1; done");
    expect(tried, tried.stdout + tried.stderr).toMatchObject({ code: 0 });
    const [asked = 0, failed] = (await must("cat /run/asked")).trim().split(" ").map(Number);
    expect([asked > 50, failed, await started()]).toEqual([true, 0, before[0]]);
    expect(await rights()).toBe(open);
    // The renewal, and not the trial, has told nginx of its certificate.
    await waitUntil("nginx was reloaded", async () => (await reloads()) === Number(before[1]) + 1);
  });

  test("what port 80 answers is asked for, and a server that keeps the CA's question from the folder fails", async () => {
    const site = "/etc/nginx/sites-enabled/default";
    const answered = async () => (await verdicts(webroot)).get("webroot");
    const https = `server { listen 443 ssl; listen [::]:443 ssl; ssl_certificate /opt/acme/cert.pem;
      ssl_certificate_key /opt/acme/key.pem; include snippets/harden-acme.conf; }`;
    // One whose port is closed is bound anew, which a reload does later; systemd stops counting how often.
    const served = (inServer: string, more = "") => `cp /run/site ${site}
      sed -i 's|^\tserver_name _;|&\\n${inServer}|' ${site} && echo '${more}' >/etc/nginx/sites-enabled/more &&
      nginx -t 2>&1 && systemctl reset-failed nginx && systemctl restart nginx`;
    await must(`cp ${site} /run/site`);
    const moved = "return 301 https://$host$request_uri;";
    for (const [inServer, more, found] of [
      ["auth_basic x; auth_basic_user_file /etc/hosts;", "", /^fail: .* answers 401/],
      ["deny all;", "", /^fail: .* answers 403/],
      ["if ($uri ~ acme) { return 410; }", "", /^fail: .* answers 410/],
      ["rewrite ^/.well-known/(.*)$ /gone/$1 last;", "", /^fail: .* answers 404/],
      [moved, "", /^fail: .* leads to https:\/\/example\.test, where nobody answers/],
      [moved, https, /^pass: /],
      [moved.replace("$host", "elsewhere.example"), "", /^error: .* leads to elsewhere\.example/],
      ["", "server { listen 80; server_name example.test; }", /^fail: .* answers 404/],
      ["", "", /^pass: /],
    ] as const) {
      await must(served(inServer, more));
      expect(await answered(), inServer + more).toMatch(found);
    }
    await must("systemctl stop nginx");
    expect(await answered()).toMatch(/^fail: .*nobody answers on port 80/);
    await must("rm /etc/nginx/sites-enabled/more; systemctl start nginx");
  });

  test("switched off, all of it goes", async () => {
    await applied(profileFile("certificates: {enabled: false}\n"));
    expect(
      (await host.exec(`find ${hooks} /var/www/acme /etc/nginx/snippets -name '*harden*' -o -name README`))
        .stdout,
    ).toBe("");
  });

  test("a rollback leaves the host as it was, without the folders that came", async () => {
    await must("rm -rf /var/www/acme /etc/nginx/snippets/harden-acme.conf");
    const pristine = await state(host.exec);
    const result = await run("apply", "--profile", webroot, "--yes");
    expect([0, 2], result.stdout + result.stderr).toContain(result.code);
    await must("test -d /var/www/acme");
    const undone = await run("rollback", "--yes");
    expect(undone, undone.stdout + undone.stderr).toMatchObject({ code: 0 });
    await expectPristine(host, pristine);
    expect((await host.exec("test -e /var/www/acme")).code).not.toBe(0);
  });
});
