/** What others' files do at the next boot to what is ours: verify is not green where they may, and green where they don't. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sample, sampleRows } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { harmless, type Planted, planted, unplant } from "./planted.ts";

const profile = profileFile("{ssh: {}, firewall: {}, fail2ban: {}, sysctl: {}, updates: {}}");

interface Check {
  readonly id: string;
  readonly verdict: string;
  readonly role: string;
  readonly found: string;
}

const controlOf = (id: string) => id.split(".")[0]!;

describe.skipIf(!hasDocker()).each(sample("next-boot-others", bothDistros, 1))(
  "others' files at the next boot of %s",
  (distro) => {
    let host: TestHost;
    const run = (command: string, ...more: string[]) =>
      harden(host, [command, host.target("root"), "--profile", profile, ...more]);
    const verify = async () => {
      const { code, stdout, stderr } = await run("verify", "--format", "json");
      expect(stderr).toBe("");
      const { value } = JSON.parse(stdout)[0] as { value: { checks: readonly Check[] } };
      const bad = ({ role, verdict }: Check) => role !== "advice" && !/^(pass|not applicable)$/.test(verdict);
      return { code, bad: value.checks.filter(bad) };
    };
    const exec = async (script: string) => {
      const { code, stdout, stderr } = await host.exec(script);
      expect(code, `${script}: ${stdout}${stderr}`).toBe(0);
    };
    const during = async ({ change }: Planted, work: () => Promise<void>) => {
      await exec(change);
      try {
        await work();
      } finally {
        await host.exec(unplant);
      }
    };

    beforeAll(async () => {
      host = await startHost(distro, "full");
      const { code, stdout, stderr } = await run("apply", "--yes");
      expect(code, stdout + stderr).toBe(0);
    });
    afterAll(() => host.remove());

    const [conflict] = planted;
    it("keep sshd from coming back where a unit conflicts with it: neither verify nor apply was green", () =>
      during(conflict!, async () => {
        expect(await verify()).toMatchObject({
          code: 2,
          bad: [{ id: "ssh.at-boot", verdict: "until the next boot" }],
        });
        await exec("systemctl is-active --quiet ssh");
        expect((await run("apply", "--yes")).code).toBe(2);
        await host.restart({ shut: true });
        expect((await host.exec("systemctl is-active --quiet ssh")).code).not.toBe(0);
        await host.exec(`${unplant}; systemctl start ssh`);
        await host.restart();
      }));

    // Each on one release: the systemd of both reads them alike.
    const ofThis = (rows: readonly Planted[]) => rows.filter((_, index) => bothDistros[index % 2] === distro);
    for (const row of sampleRows("harmless at the next boot", ofThis(harmless), 6, ({ what }) => what))
      it(`change no verdict where they are this: ${row.what}`, () =>
        during(row, async () => expect(await verify()).toEqual({ code: 0, bad: [] })));

    for (const row of sampleRows("others at the next boot", ofThis(planted), 8, ({ what }) => what))
      it(`are named where it is this: ${row.what}`, () =>
        during(row, async () => {
          const { code, bad } = await verify();
          expect(code).toBe(2);
          for (const [id, text] of Object.entries(row.told ?? {})) {
            const check = bad.find((each) => each.id === id);
            expect(check, id).toMatchObject({ verdict: "until the next boot" });
            expect(check?.found).toContain(text);
          }
          if (row.all) return;
          const concerned = new Set(Object.keys(row.told ?? {}).map(controlOf));
          expect(new Set(bad.map(({ id }) => controlOf(id)))).toEqual(concerned);
        }));
  },
);
