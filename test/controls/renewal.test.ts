/** Renewals: what hooks may be made of, whether nginx serves what certbot answers, and what is told of each host. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { hookPaths, renewalFiles } from "../../src/controls/certificates/hooks.ts";
import { schema } from "../../src/controls/certificates/schema.ts";
import { certificates as control } from "../../src/controls/certificates.ts";
import { absent, present, unknown } from "../../src/facts/probe.ts";
import { markPath, renewal as probe, type RenewalConf, type RenewalFact } from "../../src/facts/renewal.ts";
import { Input } from "../../src/plan/control.ts";
import { shells } from "../host/root.ts";
import { access, debian } from "./facts.ts";
import { next } from "./renewal-facts.ts";

fc.configureGlobal({ seed: 831610384 });

const folder = mkdtempSync(join(tmpdir(), "harden-hooks-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bad = [
  "$(id)",
  "`id`",
  "a;b",
  "a b",
  "a'b",
  'a"b',
  "a\nb",
  "a|b",
  "a&b",
  "-a",
  "a\u0000b",
  "a>b",
  "ä",
  "*",
];

describe("what a hook is made of", () => {
  it.each(bad)("%j is no unit, no project, no service and no folder", (text) => {
    const refused = (section: object) =>
      expect(schema.safeParse(section).success, JSON.stringify(section)).toBe(false);
    refused({ service: `${text}.service` });
    refused({ service: { project: "/opt/myapp", name: text } });
    if (text === "-a" || text === "*") return;
    refused({ service: { project: `/opt/${text}`, name: "frontend" } });
    refused({ webroot: `/var/www/${text}` });
  });

  it("a unit that can't be stopped, a folder that is all, and half a service are refused", () => {
    for (const section of [
      ...[{ service: "nginx" }, { service: "multi-user.target" }, { webroot: "/" }, { webroot: "www" }],
      ...[{ service: { project: "/", name: "a" } }, { service: { name: "a" } }, { renewal: "manual" }],
    ])
      expect(schema.safeParse(section).success, JSON.stringify(section)).toBe(false);
  });

  /** The programs of a hook as functions, which tell their words and say that the service runs. */
  const told = `exec 3>&2
tell() { for word; do printf '%s\\n' "$word" | od -An -v -tx1 | tr -d ' \\n'; echo; done >&3; }
systemctl() { case $1 in show) echo active ;; *) shift 2; tell "$@" ;; esac; }
docker() { case "$*" in *version) ;; *) return 1 ;; esac; }
timeout() { shift 3; case $1 in ps) printf '%s\\n' "$expected" ;; *) shift; tell "$@" ;; esac; }
command() { :; }
cd() { shift; tell "$@"; }
`;
  /** What a shell does: the words that its programs are given. */
  const run = (shell: readonly string[], text: string, expected: string) => {
    const [program = "", ...args] = shell;
    const script = told + text.replaceAll(markPath, join(folder, "mark"));
    const options = { input: script, encoding: "utf8", env: { PATH: process.env.PATH, expected } } as const;
    const { stderr, status } = spawnSync(program, args, options);
    expect(status, stderr).toBe(0);
    return stderr
      .trim()
      .split("\n")
      .map((hex) => Buffer.from(hex, "hex").toString("latin1").replace(/\n$/, ""));
  };
  const textsOf = (section: object) =>
    renewalFiles(schema.parse({ renewal: "standalone", ...section }), { nginx: true }).map(({ content }) =>
      String(content),
    );

  const plain = fc.stringMatching(/^[A-Za-z0-9_.:\\@-]{1,12}$/);
  const anything = fc.oneof(plain, fc.string({ maxLength: 8 }), fc.constantFrom(...bad));
  it("whatever the schema takes is one word to the shell, as it was written", { timeout: 60_000 }, () => {
    const service = fc.oneof(
      anything.map((name) => `${name}.service`),
      fc.record({ project: anything.map((name) => `/opt/${name}`), name: anything }),
    );
    fc.assert(
      fc.property(service, fc.constantFrom(...shells), (service, shell) => {
        fc.pre(schema.safeParse({ service }).success);
        const [stop = "", start = ""] = textsOf({ service });
        const words = typeof service === "string" ? [service] : [service.project, service.name];
        const name = words.at(-1)!;
        expect(run(shell, stop, name)).toEqual(words);
        expect(readFileSync(join(folder, "mark"), "latin1")).toContain(words.join(" "));
        // A unit's failed starts are forgotten before it is started.
        expect(run(shell, start, name)).toEqual(typeof service === "string" ? [service, service] : words);
      }),
      { numRuns: 60 },
    );
  });

  it.each([0, 1])("the mark lies on the disk before the service stops, whose sync ends with %i", (status) => {
    const [stop = ""] = textsOf({ service: "nginx.service" });
    const mark = join(folder, "kept");
    const input = `systemctl() { if [ "$1" = show ]; then echo active; else echo "$1"; fi; }
sync() { echo "sync $* of $(cat "$mark")"; return ${status}; }
${stop.replaceAll(markPath, mark)}`;
    for (const [program = "", ...args] of shells) {
      const ran = spawnSync(program, args, { input, encoding: "utf8" });
      const synced = `sync ${mark} ${folder} of unit nginx.service\n`;
      expect(ran).toMatchObject({ status, stdout: synced + (status === 0 ? "stop\n" : ""), stderr: "" });
    }
  });

  it("by webroot nothing is stopped, and what serves is told", () => {
    const files = renewalFiles(schema.parse({ renewal: "webroot", domains: ["a.example", "b.example"] }), {
      nginx: true,
    });
    expect(files.map(({ path, mode }) => `${path} ${mode}`)).toEqual([
      `${hookPaths.deploy} 0755`,
      "/var/www/acme/.well-known/acme-challenge/README 0644",
      "/etc/nginx/snippets/harden-acme.conf 0644",
    ]);
    const [deploy, , snippet] = files.map(({ content }) => String(content));
    expect(deploy).toContain("'a.example' | 'b.example') ;;");
    expect(deploy).toContain("systemctl reload-or-restart -- 'nginx.service'");
    expect(snippet).toMatch(/location \^~ \/\.well-known\/acme-challenge\/ \{\n {4}root \/var\/www\/acme;/);
    expect(textsOf({}).join("")).not.toContain("systemctl");
  });
});

const conf = (authenticator: string, webroots: readonly (readonly [string, string])[] = []) => ({
  name: "example.com",
  authenticator,
  webroots: new Map(webroots),
  hooks: [],
  answers: false,
  broken: [],
  account: "a1",
});
const right: RenewalFact = {
  certbot: "/usr/bin/certbot",
  nginx: true,
  confs: [conf("standalone")],
  hooks: [],
  options: [],
  accounts: ["acme-v02.api.letsencrypt.org/directory/a1"],
};

describe("each check", () => {
  const test = (name: string, fact: unknown, params: object = {}, more: object = {}) =>
    control.checks
      .find(({ id }) => id === `certificates.${name}`)!
      .test(
        new Input(control, {
          params: schema.parse(params),
          facts: {
            certificates: absent,
            renewal: fact,
            next: present(next()),
            acme: absent,
            stop: absent,
            start: absent,
            deploy: absent,
            ...more,
          } as never,
          access,
          host: debian("13"),
        }),
      );
  const option = (key: string, value: string) => ({ file: "/etc/letsencrypt/cli.ini", key, value });
  const bent = (verdict: string, bend: Partial<RenewalConf>, more: Partial<RenewalFact> = {}) =>
    ["renewable", verdict, { confs: [{ ...conf("standalone"), ...bend }], ...more }] as const;
  const staging = { server: "https://acme-staging-v02.api.letsencrypt.org/directory" };
  const rows: readonly (readonly [string, string, Partial<RenewalFact>, object?])[] = [
    ["timer", "pass", {}],
    ["timer", "not applicable", { confs: [] }],
    ["renewal", "not applicable", {}],
    ["renewal", "pass", {}, { renewal: "standalone" }],
    ["renewal", "fail", {}, { renewal: "webroot" }],
    ["renewal", "fail", {}, { renewal: "standalone", domains: ["example.org"] }],
    ["renewal", "pass", { confs: [conf("webroot", [["", "/var/www/acme"]])] }, { renewal: "webroot" }],
    ["renewal", "fail", { confs: [conf("webroot", [["example.com", "/srv"]])] }, { renewal: "webroot" }],
    ["renewal", "fail", { confs: [conf("webroot")] }, { renewal: "webroot" }],
    ["renewal", "fail", { options: [option("authenticator", "webroot")] }, { renewal: "standalone" }],
    ["renewable", "pass", {}],
    ["renewable", "not applicable", { confs: [] }],
    ["renewable", "fail", {}, { domains: ["example.org"] }],
    ...["True", "true"].map((autorenew) => bent("pass", { autorenew })),
    ...["False", "no", "1"].map((autorenew) => bent("fail", { autorenew })),
    ...["14 days", "2 weeks", "1 week 7 days", "14", "a month", "20d, 3h"].map((renewBefore) =>
      bent("pass", { renewBefore }),
    ),
    ...["1 day", "1 week", "13", "0", "10 minutes", "1.5 weeks", "1w"].map((renewBefore) =>
      bent("fail", { renewBefore }),
    ),
    ...["soon", "-20 days", "20 days -19 days"].map((renewBefore) => bent("error", { renewBefore })),
    ["renewable", "fail", { confs: [conf("")] }],
    ["renewable", "fail", { confs: [conf("manual")] }],
    ["renewable", "pass", { confs: [{ ...conf("manual"), answers: true }] }],
    bent("fail", { broken: ["/etc/letsencrypt/live/example.com/cert.pem"] }),
    bent("fail", { unread: 3 }),
    bent("fail", { account: "a2" }),
    bent("fail", { server: "https://ca.example/directory" }),
    bent("pass", { server: "https://acme-v01.api.letsencrypt.org/directory" }),
    ["renewable", "pass", { accounts: ["acme-v01.api.letsencrypt.org/directory/a1"] }],
    ["renewable", "fail", { accounts: [] }],
    bent("fail", staging, { accounts: ["acme-staging-v02.api.letsencrypt.org/directory/a1"] }),
    ["renewable", "fail", { options: [option("account", "a2")] }],
    [
      "renewable",
      "pass",
      { options: [option("server", "https://ca.example:8443/dir/")], accounts: ["ca.example:8443/dir/a1"] },
    ],
    ["renewable", "fail", { options: [option("cert-name", "example.org")] }],
    ["renewable", "pass", { options: [option("cert-name", "example.com")] }],
    ...["dry-run", "staging", "test-cert", "no-autorenew", "force-interactive", "csr", "config-dir"].map(
      (key) => ["renewable", "fail", { options: [option(key, "")] }] as const,
    ),
    ["renewable", "fail", { options: [option("dry_run", "false")] }],
    ...["false", "No", "off", "0"].map(
      (value) => ["renewable", "pass", { options: [option("dry-run", value)] }] as const,
    ),
    ["renewable", "pass", { options: [option("no-directory-hooks", "true")] }],
    ["renewable", "fail", { options: [option("no-directory-hooks", "true")] }, { renewal: "webroot" }],
    [
      "renewable",
      "fail",
      { options: [option("no-directory-hooks", "")], hooks: [{ when: "pre", path: "/h" }] },
    ],
    ["webroot", "not applicable", {}, { renewal: "standalone" }],
    ["webroot", "error", {}, { renewal: "webroot" }],
    ["service-back", "pass", {}],
    ["service-back", "fail", { stopped: "unit nginx.service" }],
    ["hooks", "not applicable", {}],
    ["hooks", "fail", {}, { renewal: "standalone", service: "nginx.service" }],
  ];
  for (const [name, verdict, bend, params] of rows)
    it(`${name}: ${verdict} of ${JSON.stringify(bend)} with ${JSON.stringify(params)}`, () => {
      expect(test(name, present({ ...right, ...bend }), params).verdict).toBe(verdict);
    });
  it("what is stopped while certbot works passes", () => {
    const fact = present({ ...right, stopped: "unit nginx.service" });
    const busy = present(next({ "certbot.service": { ActiveState: "activating" } }));
    expect(test("service-back", fact, {}, { next: busy }).verdict).toBe("pass");
    const other = present(next({ "cron.service": { ActiveState: "activating" } }));
    expect(test("service-back", fact, {}, { next: other }).verdict).toBe("fail");
  });
  it("a word of its service counts as one of cli.ini", () => {
    const options = [{ file: "certbot.service", key: "dry-run", value: "true" }];
    const more = { next: present({ ...next(), options }) };
    expect(test("renewable", present(right), {}, more).verdict).toBe("fail");
  });
  it.each(["timer", "renewable", "service-back"])("%s, where what starts certbot is unread", (name) => {
    const more = { next: unknown("it was late") };
    expect(test(name, present(right), {}, more).verdict).toBe("error");
  });
  it.each(["timer", "renewable", "renewal", "webroot", "service-back", "hooks"])(
    "%s without certbot, and unread",
    (name) => {
      const params = { renewal: "webroot" };
      expect(test(name, absent, params).verdict).toBe("not applicable");
      expect(test(name, unknown("needs root"), params).verdict).toBe("error");
    },
  );
  it.each(["caddy", "traefik"])("whoever else fetches certificates is named: %s", (keeper) => {
    const { certbot: _, ...none } = right;
    const found = expect.stringContaining(`${keeper} runs here`);
    expect(test("timer", present({ ...none, keeper }))).toMatchObject({ verdict: "not applicable", found });
  });
  const answer = (result: string, detail = "", bend: object = {}) => ({
    of: "example.com",
    name: "example.com",
    address: "192.0.2.1",
    result,
    detail,
    ...bend,
  });
  const other = { name: "www.example.com" };
  const six = { address: "2001:db8::1" };
  it.each([
    [[answer("right")], "pass", ""],
    [[answer("right"), answer("refused", "", six)], "pass", ""],
    [[answer("right"), answer("status", "404", { of: "other" })], "pass", ""],
    [[answer("refused"), answer("refused", "", six)], "fail", "nobody answers"],
    [[answer("right"), answer("refused", "", other)], "fail", "www.example.com: nobody"],
    [[answer("right"), answer("status", "404", six)], "fail", "2001:db8::1 answers 404"],
    [[answer("right"), answer("status", "401", other)], "fail", "www.example.com: 192.0.2.1 answers 401"],
    [[answer("other")], "fail", "something else"],
    [[answer("anything new")], "fail", "something else"],
    [[answer("dead", "https://x")], "fail", "https://x"],
    [[answer("wildcard")], "fail", "wildcard"],
    [[answer("away", "x.example")], "error", "x.example"],
    [[answer("late")], "error", "in time"],
    [[], "error", "could not be read"],
  ] as const)("port 80 is judged by its answers %j: %s", (answers, verdict, found) => {
    const acme = present({ answers, unread: [], left: 0 });
    const judged = test("webroot", present(right), { renewal: "webroot" }, { acme });
    expect(judged.verdict).toBe(verdict);
    expect(judged.found).toContain(found);
  });
  it("whatever a host says of an answer, one that is not right never passes", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (result, detail) => {
        fc.pre(result !== "right");
        const acme = present({ answers: [answer(result, detail)], unread: [], left: 0 });
        expect(test("webroot", present(right), { renewal: "webroot" }, { acme }).verdict).not.toBe("pass");
      }),
    );
  });
  it("port 80 is not known where questions were left or none was put", () => {
    const webroot = (acme: object) =>
      test("webroot", present(right), { renewal: "webroot" }, { acme }).verdict;
    expect(webroot(present({ answers: [answer("right")], unread: [], left: 2 }))).toBe("error");
    expect(webroot(unknown("it was late"))).toBe("error");
  });
});

describe("what the host says of certbot", () => {
  it("is read by lines; cut off is no answer", () => {
    const text = [
      ...["certbot\t/usr/bin/certbot", "nginx\tyes", "conf\ta", "conf\tb"],
      ...[
        "set\ta\tauthenticator\twebroot",
        "set\ta\twebroot_path\t/var/www/acme,",
        "map\ta\tx.example\t/srv",
      ],
      ...["set\tb\tauthenticator\tstandalone", "set\tb\tpre_hook\tservice x stop", "set\tb\tpost_hook\tNone"],
      ...["hook\tpre\t/h/pre/a", "stopped\tunit x.service"],
    ].join("\n");
    const { parse } = probe("/etc/letsencrypt");
    expect(() => parse(Buffer.from(text))).toThrow("cut off");
    expect(parse(Buffer.from(`${text}\nend\tyes\n`))).toMatchObject({
      certbot: "/usr/bin/certbot",
      nginx: true,
      stopped: "unit x.service",
      confs: [
        {
          name: "a",
          authenticator: "webroot",
          webroots: new Map([
            ["", "/var/www/acme"],
            ["x.example", "/srv"],
          ]),
          hooks: [],
        },
        { name: "b", authenticator: "standalone", hooks: [{ when: "pre", command: "service x stop" }] },
      ],
      hooks: [{ when: "pre", path: "/h/pre/a" }],
    });
  });
});
