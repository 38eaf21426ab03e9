/** A service's account owns a folder that leads to a file of ours, and puts a link to a folder of root's in its place. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sample } from "../setup/sample.ts";
import { outcome, untilSettled } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";

const profile = profileFile("certificates: {renewal: webroot}\n");
/** What the account wants apt to read, and what only root may read. */
const theirs = "APT::Update::Pre-Invoke { touch /run/root-was-here; };";
const secret = "only-root-reads-this";
const below = ".well-known/acme-challenge";
const readme = `/var/www/acme/${below}/README`;
const keptFile = `/root/kept/${below}/README`;
/** Root's folder has all that the account's link needs. */
const aptFolder = `/etc/apt/apt.conf.d/${below}`;
const aptFile = `${aptFolder}/README`;

const webroot = `rm -rf /var/www /srv/www /root/kept ${aptFile}
  mkdir -p /var/www/acme/${below} /root/kept/${below} ${aptFolder}
  echo '${theirs}' >${readme}; echo '${secret}' >${keptFile}; chmod 600 ${keptFile}`;
/** As the account: the folder is moved away, and a link takes its place. */
const swap = (to: string) =>
  `runuser -u www-data -- sh -c 'mv /var/www/acme /var/www/away && ln -s ${to} /var/www/acme'`;
const own = "chown www-data: /var/www";

describe.skipIf(!hasDocker()).each(sample("folders", bothDistros, 1))(
  "folders of a service's account on %s",
  (distro) => {
    let host: TestHost;
    beforeAll(async () => {
      host = await startHost(distro, "bare");
      await must(
        host,
        `DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends certbot >/dev/null 2>&1
      systemctl disable -q --now certbot.timer; useradd -m -G staff member`,
      );
    }, 300_000);
    afterAll(() => host?.remove());
    beforeEach(() => must(host, webroot));

    const run = (command: string, ...more: string[]) =>
      harden(host, [command, host.target("root"), "--profile", profile, ...more]);
    const planned = async () => {
      const plan = await run("plan", "--diff", "--detailed-exitcode");
      return { ...plan, said: plan.stdout + plan.stderr };
    };
    const untouched = async () => {
      expect(await must(host, `cat ${keptFile}; stat -c %a ${keptFile}`)).toBe(`${secret}\n600\n`);
      expect(await must(host, `ls ${aptFile} 2>/dev/null || :`)).toBe("");
    };

    it.each([
      {
        what: "it owns the folder",
        make: `${own}; ${swap("/root/kept")}`,
        says: "/var/www belongs to www-data",
      },
      {
        what: "it owns the folder above",
        make: `mkdir -p /srv/www; chown www-data: /srv/www; mv /var/www /srv/www/deep; ln -s /srv/www/deep /var/www`,
        says: "/srv/www belongs to www-data",
      },
      {
        what: "it is in a group that may write to it",
        make: "chgrp staff /var/www; chmod 775 /var/www",
        says: "member can write to /var/www by the group staff",
      },
      {
        what: "a unit may give it a group that may write to it",
        make: "chgrp adm /var/www; chmod 775 /var/www",
        says: "the group adm can write to /var/www",
      },
      {
        what: "an access list lets it write",
        make: "chgrp root /var/www; chmod 775 /var/www; setfacl -m u:www-data:rwx /var/www",
        says: "/var/www has an access list by which others can write to it",
        needs: "command -v setfacl || apt-get install -y -qq acl",
      },
      {
        what: "everybody may write to it",
        make: "chmod 777 /var/www",
        says: "everybody can write to /var/www",
      },
    ])("block the plan and show nothing where $what", async ({ make, says, needs = ":" }) => {
      await must(host, `${needs}; ${make}`);
      const { code, said } = await planned();
      expect(code, said).toBe(3);
      expect(said).toContain(says);
      expect(said).not.toContain(secret);
      expect(said).not.toContain(theirs);
      expect((await run("apply", "--yes")).code).toBe(3);
      await untouched();
    });

    it("block nothing where a group of the system's has no members, nor behind a link of root's", async () => {
      await must(
        host,
        `gpasswd -d member staff >/dev/null; mkdir -p /srv/www; rm -r /var/www; ln -s /srv/www /var/www
      chgrp staff /srv/www; chmod 2775 /srv/www`,
      );
      const { code, said } = await planned();
      await must(host, "gpasswd -a member staff >/dev/null");
      expect(code, said).toBe(2);
    });

    it("stop a saved plan whose folder has another owner by now", async () => {
      const file = join(host.home, "folders.plan");
      expect((await run("plan", "--out", file)).code).toBe(0);
      expect(readFileSync(file, "utf8")).toContain(readme);
      await must(host, `${own}; ${swap("/root/kept")}`);
      const applied = await harden(host, ["apply", file, "--yes"]);
      expect(applied.code, applied.stdout + applied.stderr).toBe(3);
      await untouched();
    });

    it("stop a saved plan whose folder root has replaced by now", async () => {
      const file = join(host.home, "folders.plan");
      expect((await run("plan", "--out", file)).code).toBe(0);
      await must(
        host,
        "mv /var/www/acme /var/www/away && mkdir /var/www/acme && cp -a /var/www/away/. /var/www/acme/",
      );
      const applied = await harden(host, ["apply", file, "--yes"]);
      expect(applied.code, applied.stdout + applied.stderr).toBe(3);
      expect(applied.stdout + applied.stderr).toContain(readme);
      expect(await must(host, `cat ${readme}`)).toBe(`${theirs}\n`);
    });

    const applied = async (seconds: number) => {
      const { code, stdout, stderr } = await run(
        ...(["apply", "--yes", "--no-confirm", "--confirm-timeout", String(seconds)] as const),
      );
      expect(code, stdout + stderr).toBe(0);
      return /applied as run ([\w-]+)/.exec(stdout)?.[1] ?? "";
    };

    it.each([
      { by: "the dead-man timer", seconds: 15, back: async () => {}, why: "timeout" },
      {
        by: "the console",
        seconds: 600,
        back: (run: string) => must(host, `sh /var/lib/harden/runs/${run}/runtime.sh rollback ${run}`),
        why: "asked",
      },
      {
        by: "a boot",
        seconds: 600,
        back: () => host.restart({ hard: true }),
        why: "boot",
      },
    ])("get nothing from a rollback by $by", async ({ seconds, back, why }) => {
      const id = await applied(seconds);
      await must(host, `${own}; ${swap("/etc/apt/apt.conf.d")}`);
      await back(id);
      await untilSettled(host);
      await untouched();
      expect(await outcome(host)).toBe(`rolled-back notes ${why}`);
      const said = (await harden(host, ["runs", host.target("root"), id])).stdout;
      expect(said).toMatch(
        /note: \/var\/www\/acme\/\S+\/README: \/var\/www belongs to www-data.*\[not-restored\]/,
      );
      // The rest is undone, and the original is kept for whoever looks.
      expect(await must(host, "ls /etc/letsencrypt/renewal-hooks/deploy 2>/dev/null || :")).toBe("");
      expect(await must(host, `cat /var/lib/harden/runs/${id}/backup/*`)).toContain(theirs);
    });

    it("are told of in a rollback where root has put another one in its place", async () => {
      const id = await applied(15);
      await must(
        host,
        `mv /var/www/acme /var/www/away; mkdir -p /var/www/acme/${below}; echo kept >${readme}`,
      );
      await untilSettled(host);
      expect(await must(host, `cat ${readme}`)).toBe("kept\n");
      const said = (await harden(host, ["runs", host.target("root"), id])).stdout;
      expect(said).toMatch(/note: \/var\/www\/acme\/\S+\/README: .*another folder.*\[not-restored\]/);
    });
  },
);
