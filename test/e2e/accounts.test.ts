/** A fresh server with only a root password, and the people who get in afterwards: by use. */
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectPristine } from "./faults.ts";
import { harden, profileFile } from "./harden.ts";
import { type Distro, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { keyLogin, passwordLogin, reload } from "./logins.ts";
import { runProgram } from "./process.ts";
import { difference, state } from "./state.ts";
import { must } from "./trouble.ts";

const rootPassword = "only-Root 7'$y";

/** As a provider hands a server over: root, its password, and nothing else. */
const fresh = `set -e
userdel -r admin 2>/dev/null; userdel -r op 2>/dev/null
rm -rf /etc/sudoers.d/admin /root/.ssh
cat >/etc/ssh/sshd_config.d/50-provider.conf <<'END'
PermitRootLogin yes
PasswordAuthentication yes
END
chpasswd <<'END'
root:${rootPassword}
END
${reload}`;

const distros: readonly Distro[] = ["debian12", "debian13"];

describe.skipIf(!hasDocker()).each(distros)("accounts on %s", { timeout: 300_000 }, (distro) => {
  let host: TestHost;
  let publicKey: string;
  let passwordFile: string;
  let pristine: readonly string[];

  const profileOf = (accounts: string, more = "ssh: {permitRootLogin: no}\n") =>
    profileFile(`access: {user: deploy}\n${more}accounts:\n${accounts}`);
  const byPassword = (command: string, profile: string, ...more: string[]) =>
    harden(
      host,
      [command, host.target("root"), "--password-file", passwordFile, "--profile", profile, ...more],
      {
        alone: true,
      },
    );
  const asDeploy = (command: string, profile: string, ...more: string[]) =>
    harden(host, [command, `deploy@${host.address}`, "--profile", profile, ...more], { alone: true });

  beforeAll(async () => {
    host = await startHost(distro, "bare");
    await must(host, fresh);
    publicKey = readFileSync(`${host.identity}.pub`, "utf8").trim();
    passwordFile = join(host.home, "password");
    writeFileSync(passwordFile, `${rootPassword}\n`);
    chmodSync(passwordFile, 0o600);
    pristine = await state(host.exec);
  });
  afterAll(() => host?.remove());

  it("one apply with root's password: the account, its key and sudo, proven; then the password opens nothing", async () => {
    const profile = profileOf(`  users: [{name: deploy, keys: ["${publicKey}"], sudo: nopasswd}]\n`);
    expect(await passwordLogin(host, "root", rootPassword)).toBe(true);
    const applied = await byPassword("apply", profile, "--yes");
    expect(applied, applied.stdout + applied.stderr).toMatchObject({ code: 0 });
    expect(applied.stdout + applied.stderr).not.toContain(rootPassword);
    expect(await keyLogin(host, "deploy")).toBe(true);
    expect(await passwordLogin(host, "root", rootPassword)).toBe(false);
    expect(await keyLogin(host, "root")).toBe(false);
    const again = await asDeploy("apply", profile, "--yes");
    expect(again.stdout + again.stderr).toContain("Nothing to change");
    const verified = await asDeploy("verify", profile);
    expect(verified, verified.stdout + verified.stderr).toMatchObject({ code: 0 });
    void [expectPristine, runProgram, difference, pristine];
  });
});
