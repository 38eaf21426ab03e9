/** A run on the host itself has no new login to prove it: sshd must not move behind the host's own firewall. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasDocker, startHost, type TestContainer } from "./hosts.ts";
import { keyLogin } from "./logins.ts";
import { must } from "./trouble.ts";

const root = join(import.meta.dirname, "../..");

const profile = (ssh: string, firewall = "{}") =>
  `access: {user: admin}\nssh: ${ssh}\nfirewall: ${firewall}\nfail2ban: {}\n`;

// Each test begins with what the one before has left.
describe.skipIf(!hasDocker())(
  "sshd's port, by runs on the host itself",
  { timeout: 300_000, retry: 0 },
  () => {
    let host: TestContainer;
    const tool = (words: string) =>
      host.exec(`cd /root && node /opt/harden/dist/cli.js ${words} --yes`, { timeoutMs: 200_000 });
    const ran = async (words: string, code: number) => {
      const done = await tool(words);
      expect(done.code, done.stdout + done.stderr).toBe(code);
      return done.stdout + done.stderr;
    };
    const apply = async (text: string, words = "", code = 0) => {
      await host.exec("cat >/root/p.yaml", { stdin: text });
      return ran(`apply --profile p.yaml ${words}`, code);
    };
    const ports = () =>
      must(host, `ss -Hltnp | awk '/"sshd"/ { sub(/.*:/, "", $4); print $4 }' | sort -u | xargs`);
    const newest = () => must(host, "ls /var/lib/harden/runs | tail -n 1");

    beforeAll(async () => {
      host = await startHost("debian13", "full");
      await must(host, "mkdir -p /opt/harden");
      await host.put(process.execPath, "/usr/local/bin");
      await host.put(join(root, "dist"), "/opt/harden");
      await host.put(join(root, "profiles"), "/opt/harden");
      await apply(profile("{port: 2022}"));
      expect(await ports()).toBe("2022\n");
    });
    afterAll(() => host?.remove());

    test.each([
      ["without it", profile("{}"), "--only ssh"],
      ["without it, of a firewall that is only measured", profile("{}", "{apply: false}"), ""],
      ["with ssh off", profile("{enabled: false}"), "--only ssh"],
    ])(
      "a port that a profile %s would take back stays where the firewall keeps the other one shut",
      async (_what, text, words) => {
        expect(await apply(text, words, 3)).toMatch(
          /port 22, which this plan doesn't open.*ssh\.port-filtered/,
        );
        expect(await ports()).toBe("2022\n");
      },
    );

    test("a profile that no longer has it moves the firewall and the bans along", async () => {
      await apply(profile("{}"));
      expect(await ports()).toBe("22\n");
      expect(
        await must(
          host,
          "cat /etc/fail2ban/jail.d/*harden* /etc/fail2ban/jail.local 2>/dev/null; ufw status",
        ),
      ).toMatch(/port = 22\n.*22\/tcp +ALLOW/s);
      expect(await keyLogin(host, "admin")).toBe(true);
    });

    test("an undo doesn't go back to a port that a later run has closed, and both together do", async () => {
      await must(host, "ufw allow 2222/tcp");
      await apply(profile("{port: 2222}"), "--only ssh");
      const moved = (await newest()).trim();
      await apply(profile("{port: 2222}"));
      expect(await ran(`rollback ${moved}`, 3)).toMatch(/port 22, .*ssh\.port-filtered/);
      expect(await ports()).toBe("2222\n");
      await ran(`rollback --to ${moved}`, 0);
      expect(await ports()).toBe("22\n");
      expect(await keyLogin(host, "admin")).toBe(true);
    });
  },
);
