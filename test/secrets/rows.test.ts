/** Lines that the detector must be right about one by one: of variables and YAML, as files, git's history and compose have them. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { commandText, isWritten, keptInCommand, nameIn } from "../../src/compose/secrets.ts";
import { redact } from "../../src/secrets/index.ts";

const value = "Kd82kdmWq01kdlx";

describe("a name that says it", () => {
  it.each([
    ...["RABBITMQ_ERLANG_COOKIE", "ERLANG_COOKIE", "JWT_KEY", "HASHIDS_KEY", "S3_KEY", "DBKEY", "KEY"],
    ...["DB_CREDS", "CRED", "PEPPER", "HMAC", "BEARER", "SEED", "WALLET_SEED", "PASSPHRASES", "PASSWORT"],
    ...[
      "MOT_DE_PASSE",
      "KENNWORT",
      "SENHA",
      "WIFIPASS",
      "jwtKey",
      "x-db-password",
      "API_TOKENS",
      "APP_SECRETS",
    ],
    ...["PASSWORD1", "DB_PW2", "JWT_KEY_1", "S3_KEY_PROD", "JWT", "RECOVERY_PHRASE", "PASSWRD"],
    ...["NEO4J_AUTH", "BASIC_AUTH", "PASSWORD_HINT", "TOKEN_STORE"],
  ])("%s has a value that nobody chose", (key) => {
    expect(nameIn(`${key}=${value}`)).toBe(key);
    expect(nameIn(`${key}: \${X:-${value}}`)).toBe(key);
    expect(nameIn(`${key}=\${X}`)).toBeUndefined();
    expect(redact(`${key}=${value}`)).not.toContain(value);
  });

  it.each([
    ["NEO4J_AUTH", "neo4j/hunter2"],
    ["NEO4J_AUTH", `neo4j/${value}`],
    ["FLOWER_BASIC_AUTH", "admin:hunter2"],
    ["MNEMONIC", "legal winner thank year wave sausage worth useful legal winner thank yellow"],
    ["WALLET_SEED", "legal winner thank year wave sausage worth useful legal winner thank yellow"],
    ["DB_CREDS", "hunter2"],
    ["PEPPER", "hunter2"],
    ["PASSWORT", "geheim"],
    ["DB_PASSWORD", "kd82/dmWq01kdlxP"],
    ["DB_PASSWORD", "$$Kd82$$mWq01kdlx"],
    ["JWT_KEY", "9f86d081884c7d659a2feaa0c55ad015"],
  ])("%s: %s is one", (key, written) => {
    expect(nameIn(`${key}=${written}`)).toBe(key);
  });

  test("finds nine random values of ten under a name that may name something else", () => {
    const of = (alphabet: string, least: number, most: number) =>
      fc
        .array(fc.constantFrom(...alphabet), { minLength: least, maxLength: most })
        .map((each) => each.join(""));
    const small = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (const alphabet of [small, `${small}ABCDEFGHIJKLMNOPQRSTUVWXYZ`, "0123456789abcdef"]) {
      const drawn = fc.sample(of(alphabet, 15, 22), { seed: 7, numRuns: 500 });
      expect(drawn.filter((each) => nameIn(`JWT_KEY=${each}`) !== undefined).length).toBeGreaterThan(450);
    }
  });
});

const argon =
  "$$argon2id$$v=19$$m=65540,t=3,p=4$$bXBGMENBZUVzT3UwSkt0$$Zm9vYmFyQmF6UXV4MTIzNDU2Nzg5MGFiY2RlZg";

describe("a line of a project that is well known", () => {
  it.each([
    ["GITEA__security__PASSWORD_HASH_ALGO", "argon2"],
    ["GITEA__security__PASSWORD_COMPLEXITY", "lower,upper"],
    ["PASSWORD_ITERATIONS", '"600000"'],
    ["ADMIN_TOKEN", `"${argon}"`],
    ["ADMIN_TOKEN", `'${argon.replaceAll("$$", "$")}'`],
    ["ADMIN_PASSWORD", "pbkdf2_sha256$$600000$$Kd82kdmWq01kdlx$$Zm9vYmFyQmF6UXV4MTIzNDU2Nzg5MGFiY2RlZg="],
    ["JWT_TOKEN_AUTH_MODULE", "token_verification"],
    ["ACCESS_TOKEN_LIFESPAN", "300"],
    ["KC_SPI_PASSWORD_HASHING", "pbkdf2"],
    ["GF_USERS_PASSWORD_HINT", "strong"],
    ["POSTHOG_API_KEY", "phc_Kd82kdmWq01kdlxKd82kdmWq01kdlxKd82kdmWq01kd"],
    ["SECRET_PROVIDER", "vault"],
    ["SECRET_BACKEND", "aws-sm"],
    ["SESSION_TOKEN_COOKIE", "sid"],
    ["PASSWORD_COMMAND", '"cat /run/secrets/p"'],
    ["SECRET_KEY", '"file:/run/secrets/x"'],
    [
      "PASSWORD",
      '"ENC[AES256_GCM,data:Kd82kdmWq01k,iv:Kd82kdmWq01kdlxKd82kdmWq01kdlx=,tag:Kd82k==,type:str]"',
    ],
    [
      "CLIENT_SECRET",
      '"@Microsoft.KeyVault(SecretUri=https://x.vault.azure.net/secrets/y/0123456789abcdef)"',
    ],
    ["GPG_KEY", "A035C8C19219BA821ECEA86B64E628F8D684696D"],
    ["MAX_TOKENS", "4096"],
    ["CACHE_KEY", "app:v1:users"],
    ["ROUTING_KEY", "orders.created.v1"],
    ["FEATURE_KEY", "enableNewCheckoutFlowV2"],
    ["AUTH", "keycloak:8080"],
    ["PROXY_AUTH", "http://auth:9091/verify"],
    ["BASIC_AUTH", "admin:$$apr1$$Kd82kdmW$$Kd82kdmWq01kdlxKd82kd"],
    ["NEO4J_AUTH", "none"],
    ["OAUTH", "github:user"],
    ["API_AUTH", "apikey/header"],
    ["MASTER_KEY", "azurekms://x.vault.azure.net/key"],
    ["KMS_KEY", "alias/prod-eu-west-1"],
    ["KMS_KEY", "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"],
    ["traefik.http.middlewares.a.basicauth.users", `admin:${argon}`],
    ["SEED", "42"],
    ["HMAC", "hmac-sha2-256"],
    ["SESSION_COOKIE", "__Host-session-id"],
    ["CREDS_STORE", "desktop"],
    ["TLS_KEY", "certs/server2"],
    ["command", "app --password-hash-algo=argon2 --token-provider vault"],
  ])("has no secret: %s: %s", (key, written) => {
    expect(nameIn(`${key}: ${written}`)).toBeUndefined();
  });
});

describe("a command", () => {
  it.each([
    ...["curl -fsu admin:V https://x/y -o /y", "curl -fu admin:V x", "curl -fsuadmin:V x"],
    ...['["curl", "-fsu", "admin:V", "x"]', "unzip -qP V a.zip", "ldapsearch -xLLLw V", "useradd -mp V dora"],
    ...["java -Dspring.datasource.password=V -jar x", "java -Djavax.net.ssl.keyStorePassword=V"],
    ...["app --spring.datasource.password=V", "gradle -PsigningKey=V", "docker run -eDB_PASSWORD=V x"],
    ...['echo "machine h login u password V" > /root/.netrc', 'printf "machine h\\nlogin u\\npassword V\\n"'],
    ...["echo 'default login u password V' > .netrc", "npm config set //r/:_authToken V"],
    ...["sh -c 'JWT_KEY=V node x'", "app --jwt-key=V"],
  ])("has a secret: %s", (command) => {
    expect(nameIn(`RUN ${command.replace("V", value)}`)).toBeDefined();
    expect(redact(command.replace("V", value))).not.toContain(value);
    expect(nameIn(`RUN ${command.replace("V", "$SECRET")}`)).toBeUndefined();
  });

  it.each(['CMD ["redis-server", "--requirepass", "V"]', "command: [redis-server, --requirepass, V]"])(
    "in a list has a secret: %s",
    (line) => {
      expect(nameIn(line.replace("V", "hunter2"))).toBeDefined();
      expect(nameIn(line.replace("V", "$SECRET"))).toBeUndefined();
    },
  );

  it.each([
    "rsync -avu host:path/to/files /srv",
    "curl -fsSL -o /usr/x https://example.net/x",
    "curl -HUser-Agent:shop https://example.net",
    "java -Dfile.encoding=UTF-8 -Dserver.port=8080",
    "SECRET_KEY_BASE_DUMMY=1 ./bin/rails assets:precompile",
    "postgres -c password_encryption=scram-sha-256",
  ])("has none: %s", (command) => expect(nameIn(`RUN ${command}`)).toBeUndefined());
});

it.each([
  ['exec redis-server --requirepass "$$(cat /run/secrets/r)"', false],
  ['redis-server --requirepass "$$REDIS_PASSWORD"', false],
  ['redis-server --requirepass "hunter2"', true],
  ["redis-server --requirepass 'hun ter2'", true],
])("a shell's quotes are read: %s", (script, isOne) => {
  expect(isWritten(keptInCommand(commandText(["sh", "-c", script])))).toBe(isOne);
});

describe("a form", () => {
  const hex = "0a1b2c3d4e5f";
  it.each([
    ["Cloudflare", `v1.0-${hex.repeat(2)}-${hex.repeat(12)}0a`],
    ["Dynatrace", `dt0c01.${"A1B2C3D4".repeat(3)}.${"A1B2C3D4".repeat(8)}`],
    ["Resend", "re_Kd82kdmW_Kd82kdmWq01kdlxKd82kdmWq"],
  ])("of %s is found and hidden", (_issuer, written) => {
    expect(nameIn(`SETTING=${written}`)).toBe("SETTING");
    expect(redact(`x ${written} y`)).not.toContain(written.slice(-12));
  });
});
