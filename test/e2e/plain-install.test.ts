/** What our installation leaves behind, beside what a plain `apt-get install` of the same packages leaves. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { harden, profileFile } from "./harden.ts";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { apply, must } from "./trouble.ts";

const profile = profileFile("updates: {}\nfail2ban: {}\nfirewall: {}\n");
const packages = "ufw fail2ban python3-systemd unattended-upgrades";
/** What the plan has a say in. */
const ours = ["fail2ban.service", "ufw.service"];

/** `UNIT ENABLED ACTIVE` of each unit that the packages brought. */
const units = `for unit in $(dpkg -L ${packages} | sed -n 's#.*/lib/systemd/system/\\([^/]*\\.[a-z]*\\)$#\\1#p' | sort -u); do
  echo "$unit $(systemctl is-enabled "$unit" 2>&1) $(systemctl is-active "$unit")"
done`;
const installed = "dpkg-query -W -f '${Package}\\n'";
const lines = (text: string) => text.split("\n").filter((each) => each !== "");

describe.skipIf(!hasDocker())("packages beside a plain installation", { timeout: 600_000 }, () => {
  let plain: TestHost;
  let host: TestHost;
  beforeAll(async () => {
    const start = (name: string) => startHost("debian12", "bare", { name });
    [plain, host] = await Promise.all([start("plain"), start("ours")]);
    await must(
      plain,
      `DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install ${packages}`,
    );
  });
  afterAll(() => Promise.all([plain?.remove(), host?.remove()]));

  it("the plan names every package, and the units are as a plain installation leaves them", async () => {
    const before = lines(await must(host, installed));
    const planned = await harden(host, [
      "plan",
      host.target("root"),
      "--profile",
      profile,
      "--format",
      "json",
    ]);
    const { changes, findings } = JSON.parse(planned.stdout)[0].value as {
      changes: { address: string; action: string }[];
      findings: { id: string }[];
    };
    expect(findings.map(({ id }) => id)).not.toContain("plan.packages-unknown");
    const named = changes.flatMap(({ address, action }) =>
      action === "install" ? [address.replace(/.*\/package:/, "")] : [],
    );
    const { code, stdout, stderr } = await apply(host, profile);
    expect(code, stdout + stderr).toBe(0);
    const now = lines(await must(host, installed)).filter((each) => !before.includes(each));
    expect(now.length).toBeGreaterThan(10);
    expect(named.toSorted()).toEqual(now.toSorted());

    const wanted = lines(await must(plain, units));
    expect(wanted).toContain("unattended-upgrades.service enabled active");
    const apart = (states: readonly string[]) => states.filter((each) => !ours.includes(each.split(" ")[0]!));
    expect(apart(lines(await must(host, units)))).toEqual(apart(wanted));
    expect(await must(host, "find /run/systemd/system -name '*harden-held*'")).toBe("");
  });

  it("a rollback leaves no link to a unit that is gone, where a power cut kept only the link", async () => {
    const notes = "/var/lib/systemd/deb-systemd-helper-enabled";
    await must(host, `find ${notes} -name '*.dsh-also' -exec truncate -s 0 {} +`);
    expect(await must(host, "ls /etc/systemd/system/multi-user.target.wants")).toMatch(/^fail2ban.service$/m);
    const { code, stdout, stderr } = await harden(host, ["rollback", host.target("root"), "--yes"]);
    expect(code, stdout + stderr).toBe(0);
    expect(await must(host, "dpkg-query -W fail2ban 2>&1; find /etc/systemd/system -xtype l")).toBe(
      "dpkg-query: no packages found matching fail2ban\n",
    );
  });

  it("an installation that has not ended is told by the plan, and stops the apply", async () => {
    await must(
      host,
      "apt-get -q -y purge unattended-upgrades; cd /root && apt-get -q download ufw && dpkg --unpack ufw_*.deb",
    );
    const args = [host.target("root"), "--profile", profile, "--skip", "fail2ban,firewall"];
    const plan = await harden(host, ["plan", ...args]);
    expect(plan.stdout).toMatch(
      /is not known: an earlier installation of ufw has not ended\. .*dpkg --configure -a/s,
    );
    const applied = await harden(host, ["apply", ...args, "--yes"]);
    expect(applied, applied.stderr).toMatchObject({ code: 3 });
    expect(applied.stderr).toContain("dpkg --configure -a");
    await must(host, "dpkg --configure -a");
  });

  it("without package lists the plan says that it doesn't know what comes along", async () => {
    await must(host, "rm -rf /var/lib/apt/lists/*");
    const plan = ["plan", host.target("root"), "--profile", profile, "--skip", "fail2ban,firewall"];
    const { code, stdout } = await harden(host, plan);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /What comes along with unattended-upgrades is not known: .*\[plan\.packages-unknown\]/,
    );
    expect(await must(host, "ls /var/lib/apt/lists")).toBe("");
  });
});
