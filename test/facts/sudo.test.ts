import { describe, expect, it } from "vitest";
import { sudo, sudoBeside, sudoEnds } from "../../src/facts/sudo.ts";
import { sudoUnasked } from "../../src/facts/sudo-unasked.ts";

describe("sudo", () => {
  const listing = (rules: string, defaults: string) =>
    Buffer.from(
      `\n@ab sudo a\nMatching Defaults entries for a on h:\n    ${defaults}\n\nUser a may run the following commands on h:\n${rules}`,
    );
  const of = (rules: string, probe: typeof sudo | typeof sudoEnds = sudo) =>
    probe(["a"]).parse(listing(rules, "env_reset")).get("a");
  const unasked = (rules: string, defaults = "env_reset") =>
    sudoUnasked(["a"]).parse(listing(rules, defaults)).ways.get("a") === "/bin/sh";
  it.each([
    ["(ALL : ALL) ALL\n    (ALL : ALL) ALL", true],
    ["(ALL : ALL) NOPASSWD: ALL\n    (ALL : ALL) ALL", true],
    ["(ALL : ALL) ALL\n    (ALL : ALL) NOPASSWD: ALL", false],
    ["(ALL : ALL) ALL", false],
    ["(ALL : ALL) ALL\n    (ALL) /usr/bin/id", false],
    ["(ALL) /usr/bin/id\n    (ALL : ALL) ALL", false],
    ["NOTAFTER=20990101000000Z (ALL) ALL\n    (ALL : ALL) ALL", false],
  ])("%j makes root as easily without its last rule: %s", (rules, so) => {
    expect(
      sudoBeside(["a"])
        .parse(listing(`    ${rules}`, "env_reset"))
        .has("a"),
    ).toBe(so);
  });
  it.each([
    ["    (ALL : ALL) ALL\n    (ALL) NOPASSWD: /bin/bash", "env_reset", "/bin/bash"],
    ["    (ALL : ALL) ALL\n    (root) NOPASSWD: /usr/bin/", "env_reset", "/bin/sh"],
    ["    (ALL : ALL) ALL\n    (root) NOPASSWD: /usr/bin/b*sh", "env_reset", "/bin/bash"],
    ["    (ALL : ALL) ALL", "env_reset\n    Defaults!/bin/bash !authenticate", "/bin/bash"],
    ["    (ALL : ALL) ALL\n    (ALL) NOPASSWD: /usr/bin/systemctl restart app", "env_reset", undefined],
    ["    (ALL : ALL) ALL\n    (app) NOPASSWD: /bin/bash", "env_reset", undefined],
    ["    (ALL : ALL) ALL\n    (root) NOPASSWD: /usr/sbin/", "env_reset", "/sbin/chroot"],
    [
      "    (ALL : ALL) ALL\n    (ALL) NOPASSWD: /bin/bash\n    (ALL) PASSWD: /bin/bash",
      "env_reset",
      undefined,
    ],
  ])("%j with %j asks for no password before %s", (rules, defaults, wanted) => {
    expect(sudoUnasked(["a"]).parse(listing(rules, defaults)).ways.get("a")).toBe(wanted);
  });
  it.each([
    ["as a user who may", "(deploy) NOPASSWD: ALL", "/bin/sh as deploy, nor deploy before /bin/sh"],
    ["as its number", "(#1001) NOPASSWD: /bin/bash", "/bin/bash as deploy, nor deploy before /bin/sh"],
    ["as its group", "(%adm) NOPASSWD: ALL", "/bin/sh as deploy, nor deploy before /bin/sh"],
    ["as any but root", "(ALL, !root) NOPASSWD: ALL", "/bin/sh as deploy, nor deploy before /bin/sh"],
    ["as any but root and that one", "(ALL, !root, !deploy, !dora, !app) NOPASSWD: ALL", undefined],
    [
      "as a user who may as another one",
      "(app) NOPASSWD: ALL",
      "/bin/sh as app, nor app before /bin/sh as deploy, nor deploy before /bin/sh",
    ],
    [
      "as one who is in a group of root's",
      "(dora) NOPASSWD: ALL",
      "/bin/sh as dora, whose group docker is as good as root",
    ],
    [
      "by a program of its own",
      "(root) NOPASSWD: /home/a/x -v",
      "/home/a/x -v, which a can change by /home/a",
    ],
    [
      "by a program of its own as a user who may",
      "(deploy) NOPASSWD: /home/a/x",
      "/home/a/x, which a can change by /home/a as deploy, nor deploy before /bin/sh",
    ],
    ["by a program of root's", "(root) NOPASSWD: /usr/bin/systemctl restart app", undefined],
    [
      "by a program of its own that asks",
      "(root) NOPASSWD: /home/a/x\n    (root) PASSWD: /home/a/x",
      undefined,
    ],
    ["with a group", "(a : shadow) NOPASSWD: ALL", "/bin/sh, with a group that is as good as root"],
    ["with its number", "(a : #42) NOPASSWD: ALL", "/bin/sh, with a group that is as good as root"],
    ["with another group", "(a : adm) NOPASSWD: ALL", undefined],
    ["with a password", "(deploy : shadow) ALL", undefined],
    ["as one who goes back to it", "(back) NOPASSWD: ALL", undefined],
  ])("makes a user root without a password %s", (_, rule, wanted) => {
    const frame = (head: string, text: string) => `\n@ab ${head}\n${text}\n`;
    const may = (kind: string, name: string, rules: string) =>
      frame(`${kind} ${name}`, `User ${name} may run the following commands on h:\n    ${rules}`);
    const data = [
      may("sudo", "a", rule),
      frame("can a", "/home/a/x\t/home/a"),
      frame("group #42", "shadow"),
      may("through", "deploy", "(ALL : ALL) NOPASSWD: ALL"),
      may("through", "app", "(deploy) NOPASSWD: /bin/sh"),
      may("through", "back", "(a) NOPASSWD: ALL"),
      frame("through dora", "User dora is not allowed to run sudo on h."),
      frame("who a", "#1000\n%a\n%#1000"),
      frame("who deploy", "#1001\n%#1001\n%#4\n%adm"),
      frame("who app", "#999\n%#999\n%app"),
      frame("who back", "#998"),
      frame("who dora", "#1002\n%docker"),
      frame("left 3", ""),
    ];
    const { ways, left } = sudoUnasked(["a"]).parse(Buffer.from(data.join("")));
    expect([ways.get("a"), ways.size, left]).toEqual([wanted, wanted === undefined ? 0 : 1, 3]);
  });
  it("lets everything", () => {
    for (const rule of [
      "    (ALL : ALL) ALL",
      "    (root) NOPASSWD: ALL",
      "    (ALL) NOPASSWD: SETENV: ALL",
      "    (ALL) /bin/sh",
      "    (ALL : ALL) PASSWD: ALL\n    (root) /bin/ls",
      "    (ALL : ALL) ALL, !/usr/sbin/",
    ])
      expect(of(rule), rule).toBe("all");
  });
  it("ends on the last day that a rule names, unless another one never does", () => {
    const first = "    (ALL : ALL) NOTAFTER=20250103122500Z NOPASSWD: ALL";
    const second = "    (root) NOTAFTER=20250104Z ALL";
    const day = (text: string) => Date.parse(text) / 1000;
    const cases = [
      [first, "limited", day("2025-01-03")],
      [`${second}\n${first}`, "limited", day("2025-01-04")],
      [`${first}\n    (ALL) ALL`, "all", undefined],
      ["    (ALL) NOTBEFORE=20250103122500Z ALL", "limited", undefined],
      ["    (root) NOTAFTER=20250103122500Z /usr/bin/apt", "limited", undefined],
    ] as const;
    for (const [rules, may, end] of cases)
      expect([of(rules), of(rules, sudoEnds)], rules).toEqual([may, end]);
  });
  it("asks for no password by a default, or by the last rule that gives a shell", () => {
    const [asks, free] = ["    (ALL : ALL) ALL", "    (ALL : ALL) NOPASSWD: ALL"];
    expect([unasked(asks), unasked(free), unasked(`${free}\n${asks}`), unasked(`${asks}\n${free}`)]).toEqual([
      ...[false, true, false, true],
    ]);
    expect([unasked(asks, "!authenticate"), unasked(asks, "authenticate")]).toEqual([true, false]);
    expect(unasked(`${asks}\n    (root) NOPASSWD: /bin/ls`)).toBe(false);
  });
  it("goes by the last rule that names the shell: texts of sudo 1.9.13, and what it did", () => {
    const free = "(ALL : ALL) NOPASSWD: ALL";
    const [runs, asks, refuses] = ["runs it", "asks", "refuses"] as const;
    const cases: readonly (readonly [string, readonly string[]])[] = [
      [refuses, [free, "(ALL) !ALL"]],
      [runs, ["(ALL) !ALL", free]],
      [asks, [free, "(ALL : ALL) PASSWD: ALL"]],
      [asks, [free, "(ALL : ALL) ALL"]],
      [runs, ["(ALL : ALL) PASSWD: ALL", free]],
      // Tags carry on within a rule, and each rule begins without.
      [runs, ["(ALL) NOPASSWD: !/bin/sh, ALL"]],
      [refuses, ["(ALL) NOPASSWD: ALL, !/bin/sh"]],
      [runs, ["(ALL) NOPASSWD: ALL, !/bin/sh, /bin/sh"]],
      [asks, ["(ALL) NOPASSWD: /usr/bin/id, PASSWD: /bin/sh, ALL, NOPASSWD: /bin/ls"]],
      [asks, ["(ALL) NOPASSWD: /bin/ls", "(root) NOEXEC: PASSWD: ALL, SETENV: NOPASSWD: /bin/ls"]],
      [runs, ["(root) CWD=/tmp TIMEOUT=10 NOPASSWD: ALL", "(root) ROLE=x TYPE=y NOPASSWD: ALL"]],
      [refuses, [free, "(ALL) TIMEOUT=10 !ALL"]],
      [refuses, [free, "(root) NOTAFTER=20990101000000Z !ALL"]],
      // A shell by its folder, a glob, its arguments, an expression; what is none.
      [refuses, [free, "(ALL) !/bin/"]],
      [refuses, [free, "(ALL) !/bin/*"]],
      [refuses, [free, "(ALL) !/bin/sh -c *"]],
      [refuses, [free, "(ALL) !^/bin/.*$ ^.*$"]],
      [refuses, [free, "(root) !/bin/sh, !/bin/bash"]],
      [asks, [free, "(ALL) PASSWD: /bin/[a-s]h"]],
      [runs, ["(ALL) NOPASSWD: /bin/*"]],
      [runs, [free, '(ALL) PASSWD: /usr/bin/apt*, !/usr/bin/su ""']],
      [runs, [free, "(ALL) !/usr/bin/env /bin/sh", "(ALL) !list, !sudoedit"]],
      [refuses, ["(ALL) NOPASSWD: /bin/echo a\\, ALL, /bin/ls"]],
      // As whom: root by any name, and the last one counts.
      [runs, [free, "(ALL, !root) !ALL", "(www-data) !ALL", "(deploy : adm) !ALL", "(ALL, !#0) !ALL"]],
      [refuses, [free, "(#0) !ALL"]],
      [refuses, [free, "(%root) !ALL"]],
      [asks, [free, "(%:x, root) PASSWD: ALL"]],
      [runs, ["(!root, ALL) NOPASSWD: ALL"]],
      [refuses, ["(root, !root) NOPASSWD: ALL"]],
    ];
    for (const [does, rules] of cases) {
      const text = rules.map((rule) => `    ${rule}\n`).join("");
      const shell = of(text) === "all" ? (unasked(text) ? runs : asks) : refuses;
      expect(shell, text).toBe(does);
    }
  });
  it("asks as the last default for root's shell says, unless a rule does", () => {
    const specific = "\n\nRunas and Command-specific defaults for a:\n    ";
    const cases = [
      ["env_reset, !authenticate", "ALL", true],
      ["env_reset, !authenticate", "PASSWD: ALL", false],
      ["!authenticate, authenticate", "ALL", false],
      ['!authenticate, passprompt="please authenticate now: "', "ALL", true],
      [`use_pty${specific}Defaults>root, www-data !authenticate`, "ALL", true],
      [`use_pty${specific}Defaults>www-data !authenticate`, "ALL", false],
      [
        `use_pty${specific}Defaults>www-data !authenticate    Defaults!/bin/sh, /bin/ls !authenticate`,
        "ALL",
        true,
      ],
      [`use_pty${specific}Defaults!/bin/ls !authenticate`, "ALL", false],
      // Which line comes first, sudo doesn't say.
      [`!authenticate${specific}Defaults>root authenticate`, "ALL", true],
      [`authenticate${specific}Defaults>root !authenticate`, "ALL", true],
      [`use_pty${specific}Defaults>root !authenticate    Defaults>root authenticate`, "ALL", false],
      [`use_pty${specific}Defaults!/usr/bin/id -u, /bin/sh !authenticate`, "ALL", true],
      ['!authenticate, passprompt="a \\", authenticate "', "ALL", true],
      ['authenticate, passprompt="a \\" !authenticate "', "ALL", false],
    ] as const;
    for (const [defaults, rule, free] of cases)
      expect(unasked(`    (ALL) ${rule}\n`, defaults), `${defaults}: ${rule}`).toBe(free);
  });
  it.each<[string, string, boolean]>([
    ["exempt_group=a", "ALL", true],
    ["exempt_group=a", "PASSWD: ALL", true],
    ["exempt_group=\\#42", "ALL", true],
    ['exempt_group="domain users"', "ALL", true],
    [
      "exempt_group=a\n\nRunas and Command-specific defaults for a:\n    Defaults>root !exempt_group",
      "ALL",
      true,
    ],
    [
      "env_reset\n\nRunas and Command-specific defaults for a:\n    Defaults>root exempt_group=a",
      "ALL",
      true,
    ],
    ["exempt_group=a, !exempt_group", "ALL", false],
    ["exempt_group=b", "ALL", false],
    ["exempt_group=%a", "ALL", false],
    ['passprompt="exempt_group=a, exempt_group=a"', "ALL", false],
    ["exempt_group=a", "/bin/ls", false],
  ])("with %j and %j asks a member of a for no password: %s", (defaults, rule, isExempt) => {
    const who = "\n@ab who a\n#1000\n%a\n%#42\n%domain users\n";
    const data = Buffer.concat([listing(`    (ALL) ${rule}\n`, defaults), Buffer.from(who)]);
    expect(sudoUnasked(["a"]).parse(data).ways.get("a")).toBe(isExempt ? "/bin/sh" : undefined);
  });
  it.each<[string, string | undefined]>([
    ["rootpw", "rootpw"],
    ["targetpw", "targetpw"],
    ["runaspw", "runaspw"],
    ["timestamp_type=global", "timestamp_type"],
    ["!tty_tickets", "timestamp_type"],
    ["timestampowner=a", "timestampowner?"],
    ["pam_service=su", "pam_service?"],
    ["pam_login_service=su", "pam_login_service?"],
    ["pam_askpass_service=su", "pam_askpass_service?"],
    ["use_pty\n    Defaults>root rootpw", "rootpw"],
    ["use_pty\n    Defaults>www-data rootpw", undefined],
    ["rootpw, !rootpw", undefined],
    ["timestamp_type=global, tty_tickets", undefined],
    ["timestamp_type=global, timestamp_timeout=0", undefined],
    ["timestamp_type=ppid, timestamp_timeout=-1, passwd_tries=9, verifypw=never, listpw=never", undefined],
    ["pam_service=sudo, pam_login_service=sudo-i, timestampowner=root", undefined],
    ['passprompt="rootpw, targetpw"', undefined],
  ])("with %j asks for another password by %s", (defaults, setting) => {
    const other = sudoUnasked(["a"]).parse(listing("    (ALL) ALL\n", defaults)).others.get("a");
    expect(other && `${other.setting}${other.isKnown ? "" : "?"}`).toBe(setting);
  });
  it("lets some, or nothing", () => {
    for (const rule of [
      "    (root) /usr/bin/apt",
      "    (www-data) ALL",
      "    (ALL) ALL, !/bin/sh",
      "    (ALL, !root) ALL",
    ])
      expect(of(rule), rule).toBe("limited");
    expect(
      sudo(["a"]).parse(Buffer.from("\n@ab sudo a\nUser a is not allowed to run sudo on h.\n")).get("a"),
    ).toBe("none");
  });
});
