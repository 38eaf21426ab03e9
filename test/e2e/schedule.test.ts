/** A night on the operator's machine: systemd's timer, one planted drift, one report, and whoever is to hear of it. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemdUnits } from "../../src/features/schedule/nightly.ts";
import { hasDocker, startHost, type TestContainer } from "./hosts.ts";

const root = join(import.meta.dirname, "../..");
const secret = "T0KEN-of-the-webhook";

/** Writes each call with what every process shows of itself meanwhile. */
const receiver = `
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
createServer(async (request, response) => {
  let body = "";
  for await (const part of request) body += part;
  const processes = readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name)).map((id) => {
    try { return readFileSync("/proc/" + id + "/cmdline", "utf8"); } catch { return ""; }
  });
  appendFileSync("/run/calls", JSON.stringify({ method: request.method, url: request.url, body, processes }) + "\\n");
  response.end();
}).listen(0, "127.0.0.1", function () { writeFileSync("/run/port", String(this.address().port)); });
`;

interface Call {
  readonly method: string;
  readonly url: string;
  readonly body: string;
  readonly processes: readonly string[];
}

// Each test begins with what the one before has left.
describe.skipIf(!hasDocker())("an audit every night", { retry: 0 }, () => {
  let host: TestContainer;
  const exec = async (script: string, code = 0) => {
    const done = await host.exec(script);
    expect(done.code, `${script}\n${done.stdout}${done.stderr}`).toBe(code);
    return done.stdout;
  };
  const calls = async (): Promise<readonly Call[]> =>
    (await exec("cat /run/calls 2>/dev/null || :"))
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Call);
  /** What the night ended with. */
  const night = async () => {
    await host.exec("systemctl start harden-audit.service");
    const shown = await exec("systemctl show --property ExecMainStatus,Result harden-audit.service");
    return shown.trim().split("\n").sort().join(" ");
  };
  const lastGood = () => exec("sha256sum </srv/ops/harden-last-good.json");

  beforeAll(async () => {
    host = await startHost("debian13", "full");
    const folder = mkdtempSync(join(tmpdir(), "harden-schedule-"));
    writeFileSync(join(folder, "receiver.mjs"), receiver);
    writeFileSync(join(folder, "night.yaml"), "sysctl: {}\n");
    await exec("mkdir -p /opt/harden /srv/ops");
    await host.put(process.execPath, "/usr/local/bin");
    await host.put(join(root, "dist"), "/opt/harden");
    await host.put(join(root, "profiles"), "/opt/harden");
    await host.put(join(folder, "receiver.mjs"), "/opt");
    await host.put(join(folder, "night.yaml"), "/srv/ops");
    await exec(`printf '#!/bin/sh\\nexec /usr/local/bin/node /opt/harden/dist/cli.js "$@"\\n' >/usr/local/bin/harden
chmod 755 /usr/local/bin/harden
sysctl -qw net.ipv4.tcp_syncookies=1
systemd-run --quiet --unit receiver /usr/local/bin/node /opt/receiver.mjs
until [ -s /run/port ]; do sleep 0.05; done
umask 077; echo "http://127.0.0.1:$(cat /run/port)/${secret}" >/srv/ops/hook`);
  });
  afterAll(() => host?.remove());

  const scheduled =
    "harden schedule 'this machine' --profile night.yaml --at 02:15 --webhook-file hook --log night.log";

  test("is written as units that systemd takes without a word", async () => {
    const said = await exec(`cd /srv/ops && ${scheduled} --out /etc/systemd/system
systemd-analyze verify /etc/systemd/system/harden-audit.service /etc/systemd/system/harden-audit.timer 2>&1
systemctl daemon-reload && systemctl enable --quiet --now harden-audit.timer
systemd-analyze calendar "$(sed -n s/OnCalendar=//p /etc/systemd/system/harden-audit.timer)" >/run/calendar
systemctl list-timers --no-legend harden-audit.timer | grep -c 02:15:00`);
    expect(said).toBe(
      "/etc/systemd/system/harden-audit.service\n/etc/systemd/system/harden-audit.timer\n1\n",
    );
    expect(await exec("cat /run/calendar")).toContain("02:15:00");
  });

  test("is refused without an audit to be held against, and nothing is renewed", async () => {
    expect(await night()).toBe("ExecMainStatus=64 Result=exit-code");
    await exec("test ! -e /srv/ops/harden-last-good.json");
    expect(await calls()).toEqual([]);
  });

  test("ends with 0 where nothing is new, tells nobody, and renews what is good", async () => {
    // What was always so is open: a person has looked at it.
    await exec(
      "cd /srv/ops && harden audit 'this machine' --profile night.yaml --out harden-last-good.json",
      2,
    );
    const before = await exec("stat --format %i /srv/ops/harden-last-good.json");
    expect(await night()).toBe("ExecMainStatus=0 Result=success");
    expect(await exec("stat --format %i /srv/ops/harden-last-good.json")).not.toBe(before);
    expect(await calls()).toEqual([]);
  });

  test("with one drift ends with 2, and is told once: targets, ids and counts", async () => {
    const good = await lastGood();
    await exec("sysctl -qw net.ipv4.tcp_syncookies=0");
    expect(await night()).toBe("ExecMainStatus=2 Result=exit-code");
    expect(await lastGood()).toBe(good);
    const [call, ...more] = await calls();
    expect(more).toEqual([]);
    expect(call).toMatchObject({ method: "POST", url: `/${secret}` });
    const told = JSON.parse(call!.body);
    expect(told).toMatchObject({
      command: "audit",
      status: 2,
      text: "harden audit: 1 result, not green: this machine",
      targets: [
        {
          target: "this machine",
          verdict: "fail",
          status: 2,
          new: 1,
          mended: 0,
          unlooked: [],
          checks: ["sysctl.tcp-syncookies"],
        },
      ],
    });
    const keys = [
      "checks",
      "known",
      "mended",
      "new",
      "open",
      "score",
      "status",
      "target",
      "unlooked",
      "verdict",
    ];
    expect(Object.keys(told.targets[0]).sort()).toEqual(keys);
    const report = JSON.parse(await exec("cat /srv/ops/harden-last-good.json.tonight"));
    const fresh = report[0].value.checks.filter(({ since }: { since?: string }) => since === "new");
    expect(fresh).toMatchObject([{ id: "sysctl.tcp-syncookies", verdict: "fail" }]);
    // The URL is in nothing but its own file.
    expect(call!.processes.join("\n")).not.toContain(secret);
    const kept = "/etc/systemd/system /srv/ops/*.json* /srv/ops/night.log";
    await exec(`! grep -rq ${secret} ${kept} && ! journalctl --no-pager | grep -q ${secret}`);
    expect(
      await exec("journalctl --no-pager -u harden-audit.service | grep -c 'new  *1  sysctl.tcp-syncookies'"),
    ).toBe("1\n");
  });

  test("is good again once it is mended, and a webhook that fails changes no verdict", async () => {
    await exec("systemctl stop receiver; cd /srv/ops; sysctl -qw net.ipv4.tcp_syncookies=0");
    const { code, stderr } = await host.exec(
      "cd /srv/ops && harden audit 'this machine' --profile night.yaml --baseline harden-last-good.json --webhook-file hook",
    );
    expect(code).toBe(2);
    expect(stderr).toContain(
      "The webhook of hook has not taken the report: no connection came about (ECONNREFUSED)",
    );
    expect(stderr).not.toContain(secret);
    await exec("sysctl -qw net.ipv4.tcp_syncookies=1");
    expect(await night()).toBe("ExecMainStatus=0 Result=success");
  });

  test("gives each word to the audit as it was, and what is good away only for what ended with 0", async () => {
    const part = fc.constantFrom(
      ..."$%\"'`\\;&|<>(){}*?~# ü-:@!",
      "$HOME",
      "${HOME}",
      "%h",
      "%%",
      "$(id)",
      "\\n",
      "a b",
    );
    const hostile = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(""));
    const words = fc.sample(hostile, { seed: 20261128, numRuns: 150 });
    const folder = "/srv/o%p $HOME";
    const lastGood = `${folder}/last $x "good".json`;
    const [service] = systemdUnits({
      self: ["/opt/show words"],
      words,
      folder,
      lastGood,
      at: { hour: 3, minute: 0 },
    });
    const made = mkdtempSync(join(tmpdir(), "harden-words-"));
    writeFileSync(join(made, "words.service"), service!.text);
    await host.put(join(made, "words.service"), "/etc/systemd/system");
    await exec(`mkdir -p '${folder}'; cat >'/opt/show words' <<'END'
#!/bin/sh
printf '%s\\0' "$PWD" "$@" >/run/words; touch "$(printf '%s' 'last $x "good".json.tonight')"
END
chmod 755 '/opt/show words'
systemd-analyze verify /etc/systemd/system/words.service
systemctl daemon-reload; systemctl start words.service`);
    const seen = (await exec("base64 -w0 /run/words")).trim();
    const all = [folder, ...words, "--baseline", lastGood, "--out", `${lastGood}.tonight`];
    expect(Buffer.from(seen, "base64").toString("utf8").split("\0").slice(0, -1)).toEqual(all);
    await exec(`test -e '${lastGood}' && test ! -e '${lastGood}.tonight'
rm '${lastGood}'; echo exit 2 >>'/opt/show words'; ! systemctl start words.service`);
    await exec(`test ! -e '${lastGood}' && test -e '${lastGood}.tonight'`);
  });
});
