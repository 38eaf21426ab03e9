import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checks } from "../../../src/controls/ssh/checks.ts";
import { guard } from "../../../src/controls/ssh/guard.ts";
import { parseWords } from "../../../src/controls/ssh/words.ts";
import { present } from "../../../src/facts/probe.ts";
import { quotedWords, sshdStart } from "../../../src/facts/sshd-start.ts";
import { type Bend, effective, input, processOf, startUnit, startWith, unitFact } from "./input.ts";

const program = "/usr/sbin/sshd";
const said = (text: string) =>
  parseWords(`${program} ${text}`)?.directives.map(({ keyword, words }) => `${keyword} ${words.join(" ")}`);

describe("sshd's command line", () => {
  it("is read as getopt(3) does", () => {
    expect(said("-D")).toEqual([]);
    expect(said("-D -oPort=22")).toEqual(["port 22"]);
    expect(said("-De -p 2222 -4")).toEqual(["port 2222", "addressfamily inet"]);
    expect(said("-Dp2222")).toEqual(["port 2222"]);
    expect(said("-o PasswordAuthentication=yes -u0 -E /var/log/x")).toEqual(["passwordauthentication yes"]);
    expect(parseWords(`${program} -D -f /etc/other`)).toMatchObject({ config: "/etc/other", directives: [] });
    expect(parseWords(`${program} -p 1`)?.ports).toBe(true);
    expect(parseWords(`${program} -o Port=1`)?.ports).toBe(false);
  });
  it("has values with blanks, and is not known where that leaves a doubt", () => {
    expect(said("-o PasswordAuthentication yes")).toEqual(["passwordauthentication yes"]);
    expect(said("-o AllowUsers a b")).toEqual(["allowusers a b"]);
    for (const text of [
      "-o AllowUsers a -o Port=1",
      "-o  Port=1",
      "-x",
      "-- -D",
      "-D word",
      "-o",
      "-f other",
      "-o Match all",
      "-o Include /x",
    ])
      expect(said(text), text).toBeUndefined();
  });
  it("is read alike by the collector, whose words sshd is asked with", () => {
    const collector = readFileSync(
      new URL("../../../src/host/collect/sshd-start.sh", import.meta.url),
      "utf8",
    );
    const word = fc.constantFrom(
      ...[
        "-D",
        "-De",
        "-o",
        "-oPort=1",
        "-p",
        "-p22",
        "-4",
        "-f",
        "/etc/x",
        "a",
        "b=c",
        "-",
        "--",
        "",
        "-q6p",
        "-h",
        "-Z",
      ],
    );
    const lines = fc.sample(fc.array(word, { maxLength: 6 }), { seed: 3, numRuns: 200 });
    const texts = lines.map((words) => [program, ...words].join(" "));
    const script = `NL="\n"\n${collector}
command() { echo ${program}; }
while IFS= read -r line; do sshd_main=/x; if sshd_words "$line"; then echo "yes$sshd_args" | tr '\\n' '|'; else printf no; fi; echo; done`;
    const { stdout } = spawnSync("sh", ["-c", script], { input: `${texts.join("\n")}\n`, encoding: "utf8" });
    const answers = stdout.split("\n");
    const seen = new Set<boolean>();
    for (const [index, text] of texts.entries()) {
      const mine = parseWords(text);
      const theirs = answers[index]!;
      seen.add(mine !== undefined);
      // The collector doesn't look into the values of -o.
      if (theirs === "no") expect(mine, text).toBeUndefined();
      else if (!/-o\|(a|\/etc\/x|-)/.test(theirs)) expect(mine, text).toBeDefined();
      const given = theirs.split("|").slice(1, -1);
      let options = 0;
      for (let at = 0; at < given.length; at += /^-[46]$/.test(given[at]!) ? 1 : 2)
        if (given[at] !== "-f") options++;
      if (mine !== undefined) expect(mine.directives.length, text).toBe(options);
    }
    expect(seen.size).toBe(2);
  });
  it("is quoted as systemd quotes", () => {
    expect(quotedWords(`"A=b c" D=e 'F=g "h"' "I=\\"j\\""`)).toEqual(["A=b c", "D=e", 'F=g "h"', 'I="j"']);
  });
});

const hardened = {
  passwordauthentication: "no",
  maxauthtries: "3",
  clientaliveinterval: "300",
  clientalivecountmax: "2",
};
const global = (changes: Record<string, string> = {}) => effective({ ...hardened, ...changes });
const ours = "PasswordAuthentication no\nMaxAuthTries 3\nClientAliveInterval 300\nClientAliveCountMax 2\n";
const host = (bend: Bend = {}): Bend => ({
  dropins: { "00-harden.conf": ours },
  ...bend,
  effective: { global: global(), ...bend.effective },
});
const next = (service: ReturnType<typeof startUnit>): Bend =>
  host({ facts: { start: present({ service }) } });
const result = (id: string, bend: Bend) =>
  checks.find((check) => check.id === `ssh.${id}`)!.test(input(bend));
const password = (bend: Bend) => result("password-authentication", bend);
const findings = (bend: Bend) => guard(input(bend)).map(({ level, id }) => `${level} ${id}`);
const words = "-o PasswordAuthentication=yes";

describe("words of the sshd that runs", () => {
  const bent = host({
    effective: {
      process: processOf(`${program} -D ${words}`, ["-o", "PasswordAuthentication=yes"]),
      global: global({ passwordauthentication: "yes" }),
    },
  });
  it("fail the check as an audit, for no change of the plan could alter them, and are a warning", () => {
    expect(password(bent)).toMatchObject({
      verdict: "fail",
      role: "audit",
      found: "yes, by sshd's command line",
    });
    expect(result("max-auth-tries", bent).verdict).toBe("pass");
    expect(findings(bent)).toEqual(["warn ssh.options"]);
  });
  it("that are as strict as the profile are none of anybody's business", () => {
    const strict = host({
      effective: {
        process: processOf(`${program} -D -o MaxAuthTries=2`, ["-o", "MaxAuthTries=2"]),
        global: global({ maxauthtries: "2" }),
      },
    });
    expect(result("max-auth-tries", strict).verdict).toBe("pass");
    expect(findings(strict)).toEqual([]);
    expect(result("max-auth-tries", { ...strict, dropins: {} })).toMatchObject({
      verdict: "until the next boot",
      found: "2; sshd's own default from the next start on: it lacks what sshd's command line says now",
    });
  });
  it("that can't be told apart never pass", () => {
    const { words: _words, ...unclear } = processOf(`${program} -D -o A b -o C=d`);
    for (const process of [unclear, processOf(`${program} -o A b -o C=d`)])
      expect(result("start", host({ effective: { process } }))).toMatchObject({ verdict: "error" });
    const other = { ...processOf(), pid: 77 };
    expect(result("start", host({ effective: { process: other } })).verdict).toBe("error");
    expect(result("start", host({ effective: { process: undefined as never } })).verdict).toBe("error");
  });
  it("that name another configuration, or hold a port of another number, are a block", () => {
    const other = host({
      effective: { process: processOf(`${program} -D -f /etc/other`, ["-f", "/etc/other"]) },
    });
    expect(findings(other)).toEqual(["block ssh.other-config"]);
    expect(result("start", other)).toMatchObject({
      verdict: "fail",
      found: expect.stringContaining("/etc/other"),
    });
    const port = host({
      params: { port: 2222 },
      effective: { process: processOf(`${program} -D -p 22`, ["-p", "22"]) },
    });
    expect(findings(port)).toContain("block ssh.port");
  });
});

describe("words of the next start", () => {
  const cases: readonly (readonly [string, ReturnType<typeof startUnit>, RegExp])[] = [
    [
      "/etc/default/ssh",
      startWith(`SSHD_OPTS="${words}"`),
      /yes from the next start on, by SSHD_OPTS in \/etc\/default\/ssh/,
    ],
    [
      "a second EnvironmentFile",
      startUnit({
        files: [
          { pattern: "/etc/default/ssh", found: [{ path: "/etc/default/ssh", text: "SSHD_OPTS=" }] },
          { pattern: "/etc/x*", found: [{ path: "/etc/xy", text: `# a\nSSHD_OPTS='${words}'` }] },
        ],
      }),
      /SSHD_OPTS in \/etc\/xy/,
    ],
    [
      "Environment=, where no file says otherwise",
      startUnit({
        environment: [`SSHD_OPTS=${words}`],
        files: [],
        dropins: [{ path: "/d.conf", text: "Environment=SSHD_OPTS=…" }],
      }),
      /SSHD_OPTS in Environment= of \/d\.conf/,
    ],
    [
      "ExecStart=",
      startUnit({
        command: `${program} -D ${words}`,
        dropins: [{ path: "/d.conf", text: `[Service]\nExecStart=\nExecStart=${program} -D ${words}` }],
      }),
      /ExecStart= of \/d\.conf/,
    ],
    ["${NAME}", { ...startWith("X=PasswordAuthentication=yes"), command: `${program} -D -o \${X}` }, /X in/],
  ];
  it.each(cases)("in %s: until the next boot, with its place", (_name, service, where) => {
    const bend = next(service);
    expect(password(bend)).toMatchObject({
      verdict: "until the next boot",
      found: expect.stringMatching(where),
    });
    expect(result("max-auth-tries", bend).verdict).toBe("pass");
    expect(findings(bend)).toEqual(["warn ssh.options"]);
  });
  it("count at once where systemd starts an sshd for each caller", () => {
    const idle = unitFact({ active: false, state: "inactive" });
    const start = {
      service: startUnit({ enabled: "disabled" }),
      socket: startUnit({
        path: "/usr/lib/systemd/system/ssh.socket",
        command: "",
        program: "",
        accept: true,
      }),
      perConnection: {
        ...startWith(`SSHD_OPTS=${words}`),
        command: `${program} -i $SSHD_OPTS`,
        enabled: "static",
      },
    };
    const bend = host({
      effective: { process: undefined as never },
      facts: {
        service: present(idle),
        socket: present(unitFact({ listen: ["[::]:22"] })),
        start: present(start),
      },
    });
    expect(password(bend)).toMatchObject({ verdict: "fail", role: "audit" });
    expect(result("start", bend).verdict).toBe("pass");
  });
  it("an empty file wins over Environment=, as systemd has it", () => {
    expect(password(next({ ...startWith("SSHD_OPTS="), environment: [`SSHD_OPTS=${words}`] })).verdict).toBe(
      "pass",
    );
  });
  it("that move the port are a block", () => {
    expect(findings(next(startWith("SSHD_OPTS=-p2200")))).toEqual(["block ssh.next-port"]);
  });
  const doubts: readonly (readonly [string, ReturnType<typeof startUnit>, RegExp])[] = [
    ["a daemon-reload that is due", startUnit({ stale: true }), /has not read/],
    ["another program", startUnit({ program: "/usr/local/bin/start" }), /starts \/usr\/local\/bin\/start/],
    ["words that can't be told apart", startWith('SSHD_OPTS="-o A b -o C"'), /told apart/],
    ["another configuration", startWith("SSHD_OPTS=-f/etc/other"), /\/etc\/other is read/],
    ["PassEnvironment=", startUnit({ passed: ["SSHD_OPTS"] }), /PassEnvironment/],
  ];
  it.each(doubts)("%s: until the next boot, not known", (_name, service, why) => {
    const found = result("start", next(service));
    expect(found).toMatchObject({ verdict: "until the next boot", found: expect.stringMatching(why) });
    expect(found.found).toContain("not known");
  });
});

it("what systemd and its files say is read from the collector's frames", () => {
  const text = `
@ab units -
ExecStart={ path=/usr/sbin/sshd ; argv[]=/usr/sbin/sshd -D $SSHD_OPTS ; ignore_errors=no ; start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }
Environment="SSHD_OPTS=-o X=y z" A=b
EnvironmentFiles=/etc/default/ssh (ignore_errors=yes)
EnvironmentFiles=/etc/s-*.env (ignore_errors=no)
PassEnvironment=
UnsetEnvironment=
Id=ssh.service
LoadState=loaded
FragmentPath=/lib/systemd/system/ssh.service
DropInPaths=/etc/systemd/system/ssh.service.d/x.conf
UnitFileState=enabled
NeedDaemonReload=no

Accept=yes
Id=ssh.socket
LoadState=loaded
FragmentPath=/lib/systemd/system/ssh.socket
UnitFileState=disabled

Id=ssh@harden.service
LoadState=not-found

@ab dropin /etc/systemd/system/ssh.service.d/x.conf
[Service]
Environment=A=b

@ab env /etc/default/ssh

@ab env /etc/s-*.env

@ab file /etc/s-1.env
SSHD_OPTS=-p1
`;
  expect(sshdStart.parse(Buffer.from(text))).toEqual({
    service: {
      enabled: "enabled",
      path: "/lib/systemd/system/ssh.service",
      dropins: [{ path: "/etc/systemd/system/ssh.service.d/x.conf", text: "[Service]\nEnvironment=A=b" }],
      stale: false,
      accept: false,
      program,
      command: `${program} -D $SSHD_OPTS`,
      environment: ["SSHD_OPTS=-o X=y z", "A=b"],
      files: [
        { pattern: "/etc/default/ssh", found: [] },
        { pattern: "/etc/s-*.env", found: [{ path: "/etc/s-1.env", text: "SSHD_OPTS=-p1" }] },
      ],
      passed: [],
      unset: [],
    },
    socket: expect.objectContaining({ accept: true, enabled: "disabled" }),
  });
});
