/** Certificates as certbot keeps them: who can read a key, before and after, and what is told of a bad one. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sample } from "../setup/sample.ts";
import { expectPristine } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { lineages as openssl, root } from "./lineage.ts";
import { state } from "./state.ts";

const distros = sample("certificates", bothDistros, 1);
const profile = profileFile("certificates: {}\n");

/** A certificate for linked.test by an authority between it and the root that has expired, and is no CA. */
const expiredBetween = `cd /run/ca; mv ca.pem root.pem; mv ca.key root.key
  openssl req -newkey rsa:2048 -nodes -keyout ca.key -out csr -subj /CN=Between 2>/dev/null
  signed() { openssl x509 -req -in csr -CA root.pem -CAkey root.key -CAcreateserial "$@" -out ca.pem 2>/dev/null; }
  signed -days -1 || signed -not_before 20200101000000Z -not_after 20210101000000Z
  lineage linked.test linked.test 90; cd /run/ca; mv root.pem ca.pem; mv root.key ca.key`;

describe.skipIf(!hasDocker()).each(distros)("certificates on %s", (distro) => {
  let host: TestHost;
  let pristine: readonly string[];
  beforeAll(async () => {
    host = await startHost(distro, "bare");
    await must(
      `${openssl}command -v openssl >/dev/null || apt-get install -y -qq openssl >/dev/null; authority; lineage example.com example.com 90`,
    );
    pristine = await state(host.exec);
  });
  afterAll(() => host?.remove());

  const must = async (script: string) => {
    const { code, stdout, stderr } = await host.exec(script);
    expect(code, stdout + stderr).toBe(0);
    return stdout;
  };
  const run = (command: string, ...more: string[]) =>
    harden(host, [command, host.target("root"), "--profile", profile, ...more]);
  const verdicts = async () => {
    const { stdout } = await run("verify", "--format", "json");
    const checks = JSON.parse(stdout)[0].value.checks as readonly {
      id: string;
      verdict: string;
      found: string;
    }[];
    return Object.fromEntries(checks.map(({ id, verdict }) => [id.replace("certificates.", ""), verdict]));
  };
  /** Whether uid 1000, as a container has it, reads the key with these groups; by number, as the container does. */
  const reads = async (groups: string) => {
    const as = `setpriv --reuid 1000 --regid 1000 ${groups}`;
    return (await host.exec(`${as} cat ${root}/live/example.com/privkey.pem >/dev/null`)).code === 0;
  };
  const withGroup = "--groups 1002";
  const without = "--clear-groups";

  test("keys that certbot has besides its lineages are closed to others, and given back as they were", async () => {
    const others = [
      `${root}/keys/0000_key-certbot.pem`,
      `${root}/accounts/ca.test/directory/1f/private_key.json`,
    ];
    const modes = () => must(`stat -c '%a %U:%G' ${others.join(" ")}`);
    await must(
      `${others.map((path) => `mkdir -p $(dirname ${path}); install -m 644 /dev/null ${path}`).join("; ")}; chmod 444 ${others[1]}`,
    );
    expect(await verdicts()).toMatchObject({ modes: "fail" });
    const applied = await run("apply", "--yes");
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    expect(await modes()).toBe("640 root:root\n440 root:root\n");
    await must(`chmod 604 ${others[0]}`);
    const { stdout } = await run("verify");
    expect(stdout).toContain(`${others[0]} is 0604 root:root`);
    await must(`chmod 640 ${others[0]}`);
    const undone = await harden(host, ["rollback", host.target("root"), "--yes"]);
    expect(undone, undone.stderr).toMatchObject({ code: 0 });
    expect(await modes()).toBe("644 root:root\n444 root:root\n");
    await must(`rm -r ${root}/keys ${root}/accounts`);
  });

  test("uid 1000 reads the key with the group's number, and not without it", async () => {
    expect(await reads(withGroup)).toBe(false);
    const applied = await run("apply", "--yes");
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    expect([await reads(withGroup), await reads(without)]).toEqual([true, false]);
    expect(await must("getent group ssl-docker")).toMatch(/^ssl-docker:x:1002:/);
    expect(await verdicts()).toMatchObject({
      group: "pass",
      modes: "pass",
      there: "not applicable",
      expiry: "pass",
      chain: "pass",
      key: "pass",
      names: "pass",
      // Of renewals nothing is said where certbot isn't installed.
      hooks: "not applicable",
      timer: "not applicable",
      renewal: "not applicable",
      webroot: "not applicable",
      "service-back": "not applicable",
    });
    expect(await run("plan", "--detailed-exitcode")).toMatchObject({ code: 0 });
  });

  test("what is wrong with a certificate is told, each by itself", async () => {
    await must(`${openssl}cd /run/ca; lineage short.test short.test 3; lineage other.test wrong.test 90
      lineage broken.test broken.test 90; cd ${root}/archive/broken.test; cp cert1.pem fullchain1.pem
      openssl genrsa -out privkey1.pem 2048 2>/dev/null
      ${expiredBetween}`);
    const { code, stdout } = await run("verify");
    expect(code, stdout).toBe(2);
    for (const said of [
      /certificates\.expiry[\s\S]*short\.test: expires on/,
      /certificates\.expiry[\s\S]*linked\.test: its chain's CN=Between expired on/,
      /certificates\.chain[\s\S]*broken\.test: fullchain\.pem lacks a certificate of CN=Test/,
      /certificates\.chain[\s\S]*linked\.test: its chain's CN=Between may sign no certificate/,
      /certificates\.key[\s\S]*broken\.test: privkey\.pem is not the key/,
      /certificates\.names[\s\S]*other\.test: it is for wrong\.test/,
      /certificates\.modes[\s\S]*archive\/short\.test\/privkey1\.pem is 0600 root:root/,
    ])
      expect(stdout).toMatch(said);
    await must(`rm -r ${root}/*/short.test ${root}/*/other.test ${root}/*/broken.test ${root}/*/linked.test`);
  });

  test("a number that is somebody's is never taken, and the rollback gives all back", async () => {
    const undone = await harden(host, ["rollback", host.target("root"), "--yes"]);
    expect(undone, undone.stderr).toMatchObject({ code: 0 });
    await expectPristine(host, pristine);
    await must("groupadd -g 1002 theirs");
    const plan = await run("plan", "--detailed-exitcode");
    expect(plan).toMatchObject({ code: 3 });
    expect(plan.stdout + plan.stderr).toMatch(/the number 1002 .* belongs to the group theirs/);
  });
});
