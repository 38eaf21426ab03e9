/** Secrets of others on a host: in nothing that leaves it, and on the host as they were; by use. */
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { formatNames } from "../../src/reports/names.ts";
import { sample } from "../setup/sample.ts";
import { harden, profileFile } from "./harden.ts";
import { bothDistros, type Distro, hasDocker, startHost, type TestHost } from "./hosts.ts";
import { must } from "./trouble.ts";

const distros = sample("redaction", bothDistros, 1);

const daemonFile = "/etc/docker/daemon.json";
const dropIn = "/etc/systemd/journald.conf.d/zz-harden.conf";
const sshd = "/etc/ssh/sshd_config";

/** Each in a form or under a name of its own; `label` has neither, in a file that is edited by key. */
const planted = {
  proxy: "Zq7-proxyWord",
  token: "Zq7registryToken",
  label: "Zq7innocentLabel",
  banned: "Zq7mailWord",
  github: "ghp_Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7",
  block: "Zq7PemBodyPemBodyPemBodyPemBodyPemBody",
  apt: "Zq7aptWord",
};

const daemonJson = (
  distro: Distro,
) => `{ "labels": ["registry token=${planted.token}", "team=${planted.label}"],
  "registry-mirrors": [], "debug": false,
${distro === "debian12" ? "" : `  "proxies": {"http-proxy": "http://u:${planted.proxy}@proxy.example:3128"},\n`}  "log-opts": {"labels": "${planted.label}"}}
`;

/** What was harden's own place, before anybody heard of harden. */
const journald = `# http://u:${planted.proxy}@collector.example/ with ${planted.github}
# password = ${planted.banned}
[Journal]
Storage=volatile
# -----BEGIN PRIVATE KEY-----
# ${planted.block}
# -----END PRIVATE KEY-----
`;

const sshdLine = `# token: ${planted.github}\n`;

/** In the clear, in base64 at each place of a group of three bytes, in hexadecimal, and percent-encoded. */
function spellings(text: string): readonly string[] {
  const base64 = [0, 1, 2].map((shift) => {
    const whole = Buffer.from("\0".repeat(shift) + text).toString("base64");
    return whole.slice(shift === 0 ? 0 : 4, -4);
  });
  return [text, ...base64, Buffer.from(text).toString("hex"), encodeURIComponent(text)];
}

const work = mkdtempSync(join(tmpdir(), "harden-redaction-"));

describe.skipIf(!hasDocker()).each(distros)("a host with secrets of others, %s", (distro) => {
  let host: TestHost;
  let forbidden: readonly string[] = [];
  const profile = profileFile("daemon: {}\nlogging: {}\nssh: {}\nfail2ban: {}\nfirewall: {}\nsysctl: {}\n");
  const log = join(work, `${distro}.log`);
  const saved = join(work, `${distro}.json`);
  const exec = (script: string) => must(host, script);
  const bytesOf = (path: string) => exec(`base64 -w0 ${path}`);
  const all: { readonly what: string; readonly text: string }[] = [];

  /** Runs it, keeps all that it said. */
  async function said(...words: string[]) {
    const [command = "", ...more] = words;
    const given = command === "runs" || command === "rollback" ? more : ["--profile", profile, ...more];
    const done = await harden(host, [command, host.target("root"), ...given, "--log", log], { alone: true });
    all.push({ what: words.join(" "), text: done.stdout + done.stderr });
    return done;
  }
  const leaks = () =>
    [...all, ...[log, saved].map((file) => ({ what: file, text: readFileSync(file, "utf8") }))].flatMap(
      ({ what, text }) => forbidden.filter((each) => text.includes(each)).map((each) => `${what}: ${each}`),
    );

  beforeAll(async () => {
    host = await startHost(distro, "docker");
    await exec(`mkdir -p ${dropIn.replace(/\/[^/]*$/, "")}
printf '%s' '${daemonJson(distro)}' >${daemonFile}; chmod 600 ${daemonFile}; systemctl restart docker
printf '%s' '${journald}' >${dropIn}; chmod 600 ${dropIn}
printf '%s' '${sshdLine}' >>${sshd}; chmod 600 ${sshd}
printf 'Acquire::https::Proxy "http://u:${planted.apt}@proxy.example:1/";\\n' >/etc/apt/apt.conf.d/10proxy
systemctl reload ssh`);
    const sums = await Promise.all(
      [daemonFile, dropIn, sshd].map(async (path) => {
        const sum = createHash("sha256").update(Buffer.from(await bytesOf(path), "base64"));
        return sum.digest("hex");
      }),
    );
    // A guess of a password is tested by a dozen digits as well.
    forbidden = [...Object.values(planted).flatMap(spellings), ...sums.map((sum) => sum.slice(0, 12))];
  }, 400_000);
  afterAll(() => host?.remove());

  it("shows them in no format, and in no saved plan", { timeout: 600_000 }, async () => {
    for (const format of formatNames) {
      const more = format === "junit" || format === "sarif" ? [] : ["--diff"];
      const done = await said("plan", "--format", format, ...more);
      expect(done, done.stderr).toMatchObject({ code: 0 });
      expect(done.stdout).toContain("daemon.json");
      await said("verify", "--format", format);
    }
    await said("plan", "--out", saved);
    await said("audit");
    await said("diff");
    expect(readFileSync(saved, "utf8")).toContain(`edit:${daemonFile}`);
    expect(leaks()).toEqual([]);
  });

  it("keeps them on the host to the byte, there and back", { timeout: 600_000 }, async () => {
    const before = await Promise.all([daemonFile, dropIn, sshd].map(bytesOf));
    const done = await harden(host, ["apply", saved, "--yes", "--format", "json", "--log", log], {
      alone: true,
    });
    all.push({ what: "apply", text: done.stdout + done.stderr });
    expect([0, 2], done.stdout + done.stderr).toContain(done.code);
    const {
      "log-driver": _driver,
      "live-restore": _live,
      "no-new-privileges": _new,
      ...rest
    } = JSON.parse(await exec(`cat ${daemonFile}`));
    expect({ ...rest, "log-opts": { labels: rest["log-opts"].labels } }).toEqual(
      JSON.parse(daemonJson(distro)),
    );
    await said("runs");
    await said("runs", "--format", "json");
    const back = await said("rollback", "--diff", "--yes", "--format", "json");
    expect(back, back.stdout + back.stderr).toMatchObject({ code: 0 });
    expect(await Promise.all([daemonFile, dropIn, sshd].map(bytesOf))).toEqual(before);
    expect(leaks()).toEqual([]);
  });
});
