import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unifiedDiff } from "../../src/kinds/file-diff.ts";
import { redact, redactAll, redactFile, secretsWithin } from "../../src/secrets/index.ts";

fc.configureGlobal({ seed: 831610384 });

const secret = "Zq7-s3cretWord";

/** Everything that a host may say with a secret in it, for any text. */
const anywhere: readonly (readonly [what: string, of: (secret: string) => string])[] = [
  ["a URL", (it) => `http://u:${it}@proxy.example:3128/`],
  ["a URL without a user", (it) => `redis://:${it}@cache:6379/0`],
  ["a URL of JSON that escapes slashes", (it) => `{"p": "http:\\/\\/u:${it}@proxy"}`],
  ["a URL with a token for a user", (it) => `https://${it}@git.example/a.git`],
  ["JSON", (it) => `{"a": 1, "password": "${it}", "b": [2]}`],
  ["JSON with a key of two words", (it) => `{"registry token": "${it}"}`],
  ["JSON with a list", (it) => `{"tokens": ["a", "${it}"], "b": 1}`],
  ["JSON with an object", (it) => `{"credentials": {"x": {"y": "${it}"}}}`],
  ["JSON in a text of JSON", (it) => JSON.stringify({ line: JSON.stringify({ apiKey: it }) })],
  ["docker's login", (it) => `{"auths": {"r": {"auth": "${Buffer.from(`u:${it}`).toString("base64")}"}}}`],
  ["YAML", (it) => `a: 1\ndb_password: ${it}\nb: 2\n`],
  ["YAML in quotes", (it) => `  clientSecret: '${it}' # x\n`],
  ["a block of YAML", (it) => `private_key: |\n  line\n  ${it}\nb: 2\n`],
  ["YAML in braces", (it) => `x: {user: u, token: ${it}}\n`],
  ["INI", (it) => `[db]\npassword = ${it}\n`],
  ["a line of several words", (it) => `passphrase = one ${it}\n`],
  ["words of an action", (it) => `action = mail[user=u, password="${it}"]\n`],
  ["a variable", (it) => `export API_KEY=${it}\n`],
  ["a unit's variable", (it) => `Environment="A=1" "ACCESS_TOKEN=${it}"\n`],
  ["a key's variable", (it) => `environment="T=${it}" ssh-ed25519 AAAA a`],
  ["apt", (it) => `Acquire::http::Proxy::Password "${it}";\n`],
  ["an option", (it) => `run --user u --password ${it} --more`],
  ["an option with =", (it) => `run --auth-token=${it}`],
  ["an option that is named like ours", (it) => `run --set-password ${it} --ask-password-for ${it}`],
  ["an option whose value begins like a place in a usage", (it) => `run --password FILE-${it}`],
  ["mysql", (it) => `mysql -u root -p${it} db`],
  ["sshpass", (it) => `sshpass -p ${it} ssh h`],
  ["curl", (it) => `curl -s -u me:${it} https://h/`],
  ["a header", (it) => `Authorization: Bearer ${it}`],
  ["a header of nginx", (it) => `proxy_set_header Authorization "Basic ${it}";`],
  ["a header of a command", (it) => `curl -H 'X-Api-Key: ${it}' https://h/`],
  ["a header of one word", (it) => `curl -H "Key: ${it}" https://h/; wget --header='Token: ${it}'`],
  ["swaks", (it) => `swaks --to a@b -au me -ap ${it}`],
  ["snmp", (it) => `snmptrap -v 3 -A ${it} -X '${it}' h; snmpget -v2c -c ${it} h`],
  ["cscli", (it) => `cscli bouncers add x -k ${it}`],
  ["sendxmpp", (it) => `sendxmpp -u me -p ${it} a@b`],
  ["a cookie", (it) => `Cookie: a=b; session=${it}; c=d`],
  ["a pair in quotes", (it) => `--data 'password: ${it}'`],
  ["useradd", (it) => `useradd -m -p ${it} dora`],
  ["a locked account", (it) => `usermod -p '!${it}' dora`],
  ["a query", (it) => `GET /x?access_token=${it}&a=1`],
  ["a variable of one word", (it) => `PGPASSWORD=${it} psql; systemctl stop x`],
  ["a variable of one word, of several", (it) => `A=b MAILPASSWORD=${it} REDISCLI_AUTH=${it} x`],
  ["a variable of redis-cli", (it) => `REDISCLI_AUTH=${it} redis-cli`],
  ["a signed query", (it) => `GET https://h/x?se=1&sig=${it}&key=${it}`],
  ["a signed query in JSON", (it) => `"https://h/x?se=1\\u0026signature=${it}\\u0026X-Amz-Signature=${it}"`],
  [
    "docker login",
    (it) => `docker login -u x -p ${it} r.example && podman --log-level=debug login -p=${it} r`,
  ],
  ["htpasswd", (it) => `htpasswd -b f bob ${it} 2>&1; htpasswd -nbB bob '${it};'`],
  ["htpasswd with a cost", (it) => `htpasswd -C 10 -Bb /etc/f bob "${it}"`],
  ["smbclient", (it) => `smbclient -U 'bob%${it}' //h/s; rpcclient -U d/bob%${it} h`],
  ["redis-cli with a port", (it) => `redis-cli -p 6380 -a ${it} ping`],
  ["ldapsearch with a port", (it) => `ldapsearch -p 389 -D cn=x -w '${it} x'`],
  ["mysql in JSON", (it) => `["mysql","-u","root","-p${it}"], ["redis-cli", "-a", "${it}"]`],
  ["mongo", (it) => `mongosh --port 27018 -u a -p ${it} db`],
  ["psql", (it) => `psql postgresql://u:${it}@h/db`],
  ["wget", (it) => `wget --user=u --http-password=${it} --ftp-password ${it} u`],
  ["unzip", (it) => `unzip -q -P ${it} a.zip; 7z x -p${it} a.7z`],
  ["a pipe to chpasswd", (it) => `echo "root:${it}" | chpasswd; echo ${it} | sudo -S id`],
  ["a pipe to a login", (it) => `echo ${it} | docker login -u x --password-stdin`],
  ["aws", (it) => `aws configure set aws_secret_access_key ${it}; AWS_SECRET_ACCESS_KEY=${it} aws`],
  ["a connection's words", (it) => `Server=h;Uid=u;Password=${it};`],
];

const inFiles: typeof anywhere = [
  ...anywhere,
  ["redis", (it) => `requirepass ${it}\n`],
  ["redis, beginning like a place in a usage", (it) => `requirepass PASSWORD-${it}\n`],
  ["a value in backquotes of a shell", (it) => `password=\` ${it}\`\n`],
  ["a directive", (it) => `user u\npassword ${it}\n`],
  ["a directive that is a comment", (it) => `# password ${it}\n`],
  ["netrc", (it) => `machine h login u password ${it}\n`],
];

const tokens = [
  `ghp_${"a1".repeat(18)}`,
  `github_pat_${"a1".repeat(41)}`,
  "glpat-abcdefghij0123456789",
  "xoxb-123456789012-abcdefghijkl",
  "AKIAIOSFODNN7EXAMPLE",
  `sk_live_${"a1".repeat(12)}`,
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N",
  `npm_${"a1".repeat(18)}`,
  `AIza${"a1".repeat(17)}b`,
  "$6$rounds=5000$saltsalt$abcdefghijklmnop",
  "7123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw4",
];

/** Parts of a URL that are the secret of whoever calls it. */
const urls = [
  "https://api.telegram.org/bot7123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw4/send",
  "https://chat.example/hooks/1b7cqwtdqp8jjrnzc5xdfq4p3a",
  "https://hc-ping.com/0b8e9a34-5d2f-4f0e-9c1a-7d1b2c3e4f50",
];

describe("text of a host", () => {
  it.each(anywhere)("has no secret in %s", (_what, of) => {
    expect(redact(of(secret))).not.toContain(secret);
    expect(redact(of(secret))).not.toContain(Buffer.from(secret).toString("base64").slice(4, -4));
  });

  it.each(inFiles)("has none in %s of a file", (_what, of) => {
    expect(redactFile(of(secret))).not.toContain(secret);
  });

  it.each(tokens)("has no %s, whatever is around it", (token) => {
    for (const around of [`x ${token} y`, `"${token}"`, `a=${token}`, `# ${token}`, `(${token})`])
      expect(redact(around)).not.toContain(token.slice(-8));
  });

  it.each(tokens.filter((token) => !token.startsWith("$")))(
    "has no %s, as URLs and JSON write it",
    (token) => {
      for (const around of [`https://h/?q=a%3D${token}`, JSON.stringify(`a\n${token}\n`)])
        expect(redact(around)).not.toContain(token.slice(-8));
    },
  );

  it.each(urls)("has no secret part of %s", (url) => {
    for (const around of [url, `# "${url}"`, `a01 = curl ${url}?x=1`])
      expect(redact(around)).not.toContain(
        url
          .split("/")
          .find((part) => part.length > 20 && part !== "api.telegram.org")
          ?.slice(-12),
      );
  });

  it("has no key of a PEM block, in lines, in one, indented, cut off", () => {
    const body = "Zq7PemBody";
    const block = (line: string) =>
      `-----BEGIN OPENSSH PRIVATE KEY-----${line}${body}${line}${body}${line}-----END OPENSSH PRIVATE KEY-----`;
    for (const text of [block("\n"), block("\\n"), block("\n    "), block("\r\n"), block("\n").slice(0, 60)])
      expect(redact(`a\n${text}\nb`)).not.toContain("Zq7Pem");
    expect(redact(block("\n"))).toContain("-----END OPENSSH PRIVATE KEY-----");
  });

  it("has no sum of a file beside its mode", () => {
    const sum = "0123456789abcdef".repeat(4);
    const said = redact(`planned: file ${sum} 0600 root root; found: there 0755 0700 0600 ${sum}`);
    expect(said).toBe("planned: file … 0600 root root; found: there 0755 0700 0600 …");
  });

  it.each([
    ...[
      "DB_PASS",
      "bind_pw",
      "rootpw",
      "client-secret",
      "refreshToken",
      "wifi_psk",
      "credentials",
      "api_keys",
    ],
    ...["redis_auth", "session_cookie", "bearer", "hash_salt", "snmp_community", "slack_webhook"],
  ])("has no value of %s, whichever word of it names a secret", (key) => {
    expect(redact(`${key}: ${secret}`)).not.toContain(secret);
    expect(redact(`"${key.toUpperCase()}"="${secret}"`)).not.toContain(secret);
  });

  it.each([
    "PasswordAuthentication no",
    "PermitEmptyPasswords no",
    "password\trequired\tpam_unix.so nullok",
    "PASS_MAX_DAYS\t365",
    "LoginGraceTime 30",
    "harden apply web1 --sudo-password-file FILE --yes",
    "hosts with different ones: --ask-sudo-passwords, or --sudo-passwords FILE.",
    "With --ask-password a password opens it once.",
    "Problems. --set-passwords gives it one.",
    "usermod -p '*' deploy",
    "usermod -aG sudo deploy",
    "`configs:` and `secrets:` alone: they are read once",
    "ssh://op@web1:22",
    "token_ttl = 3600",
    "password_file: /run/secrets/db",
    'Acquire::http::Proxy "http://proxy.example:3128";',
    "-w /etc/shadow -p wa -k identity",
    "/etc/shadow mode 0644 → 0640, owner root:root → root:shadow",
    "image@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    '{"live-restore": true, "log-opts": {"max-size": "10m"}}',
    "PASSWORD=$DB_PASSWORD",
    "PGPASSFILE=/root/.pgpass",
    "%sudo ALL=(ALL:ALL) NOPASSWD: ALL",
    "XKBKEYBOARD=de",
    "MONKEY=banana",
    "docker run -p 8080:80 --name login x",
    "docker compose -p shop up",
    "redis-cli -p 6380 ping",
    "htpasswd -c /etc/nginx/f bob",
    "https://h/x?keys=1&design=2",
    "date -U +%H",
  ])("stays as it is where it has none: %s", (text) => {
    expect(redactFile(text)).toBe(text);
  });

  it.each([
    "Password authentication is off.",
    "post-quantum: mlkem768x25519-sha256",
    "The host-key: it has changed.",
  ])("is not taken for a header: %s", (text) => expect(redact(text)).toBe(text));

  it.each(["Password authentication is off.", "Secret keys are not shown.", "token x"])(
    "is a sentence: %s",
    (text) => expect(redact(text)).toBe(text),
  );

  const line = fc.oneof(
    fc.string({ maxLength: 40 }),
    fc.constantFrom(
      "{",
      "}",
      "  a: b",
      "[x]",
      "k = v",
      '"k": "v",',
      "-----BEGIN X KEY-----",
      "password:",
      "'",
    ),
    fc.constantFrom(...inFiles.map(([, of]) => of(secret))),
  );

  it("is as often as wanted what it is once, and has as many lines", () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
        const text = lines.join("\n");
        for (const one of [redact, redactFile]) {
          expect(one(one(text))).toBe(one(text));
          expect(one(text).split("\n")).toHaveLength(text.split("\n").length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("has no secret in a difference, whatever is changed around it", () => {
    const of = fc.constantFrom(...inFiles.map(([, each]) => each));
    const plain = fc.array(fc.stringMatching(/^[a-z]{1,8}(?: = [a-z0-9]{1,8})?$/), { maxLength: 6 });
    fc.assert(
      fc.property(plain, plain, of, (before, after, each) => {
        const text = (lines: readonly string[]) => Buffer.from([...lines, each(secret), ...lines].join("\n"));
        expect(unifiedDiff("/etc/x", text(before), text(after))).not.toContain(secret);
        expect(unifiedDiff("/etc/x", text(before), undefined)).not.toContain(secret);
      }),
    );
  });

  it("is looked at in time, whatever a user of the host has written", { timeout: 300_000 }, () => {
    const most = 1024 * 1024;
    for (const part of [
      "a_token=",
      "token: '",
      '"',
      "[{",
      "http://a:",
      "-----BEGIN A-----",
      "x ",
      "\n ",
      "a:b",
      "mysql ",
      "docker login ",
      "htpasswd -b ",
      "echo x | ",
      "&key=",
      "machine h login u ",
      "machinen",
      "config set ",
      "curl -u ",
      "-Da.",
      "key_1=",
    ]) {
      const begun = process.cpuUsage();
      redactFile(part.repeat(most / part.length));
      expect(process.cpuUsage(begun).user, part).toBeLessThan(5_000_000);
    }
  });
});

describe("data", () => {
  it("loses the secrets of its texts alone, and no object of a class", () => {
    const error = new Error("x");
    expect(redactAll({ a: [`password=${secret}`, 1, null], error })).toEqual({
      a: ["password=…", 1, null],
      error,
    });
  });

  it("tells the secrets that a text has", () => {
    expect(secretsWithin(`redis-server --requirepass ${secret} --url http://u:other@h`)).toEqual(
      expect.arrayContaining([secret, "other"]),
    );
  });
});
