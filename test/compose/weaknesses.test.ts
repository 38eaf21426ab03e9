/** Every planted weakness, one at a time in a file that is hardened, turns its own check red and no other. */
import { describe, expect, it } from "vitest";
import { composeChecks } from "../../src/compose/checks/index.ts";
import { apiImage, changed, hardened } from "./hardened.ts";
import { check, composed, failures } from "./world.ts";

/** The check and its object; what is written, and what is written in its place. */
type Row = readonly [check: string, object: string, from: string, to: string];

const image = `image: ${apiImage}`;
const apiUser = `${image}\n    user: "1000:1000"`;
const apiRoot = `${apiUser}\n    read_only: true`;
const apiDrop = "    cap_drop:\n      - ALL\n";
const apiSecurity = "    security_opt:\n      - no-new-privileges:true\n";
const api = (line: string): [string, string] => [apiUser, `${apiUser}\n    ${line}`];
const nginxLine = "      - ./nginx.conf:/etc/nginx/nginx.conf:ro\n";
const mount = (written: string): [string, string] => [nginxLine, `${nginxLine}      - ${written}\n`];
const apiTmpfs =
  '    secrets: [db]\n    tmpfs:\n      - /tmp:size=64M,mode=1777\n    healthcheck:\n      test: ["CMD", "node"';
const apiEnv = "      NODE_ENV: production\n";
const env = (line: string): [string, string] => [apiEnv, `${apiEnv}      ${line}\n`];
const apiLimits = "pids: 64}\n        reservations: {memory: 128M}\n    networks: [internal, data]";
/** The database's volume with these options. */
const volume = (options: string): [string, string] => [
  "volumes:\n  db-data:\n",
  `volumes:\n  db-data: {driver_opts: {${options}}}\n`,
];
const frontend = (options: string): [string, string] => [
  "networks:\n  frontend:\n",
  `networks:\n  frontend: {${options}}\n`,
];
const strict = (call: string) => `{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [${call}]}`;
const secretFile = (path: string): [string, string] => ["file: ./secrets/redis.conf", `file: ${path}`];
const dataMount = "db-data:/var/lib/postgresql/data";
const redisLimits = "    mem_limit: 512m\n    mem_reservation: 128m\n    cpus: 1.0\n    pids_limit: 64\n";

const rows: readonly Row[] = [
  ["containers.capabilities", "api", apiDrop, ""],
  ["containers.capabilities", "api", apiDrop, "    cap_drop: [NET_RAW]\n"],
  ["containers.capabilities", "api cap_add SYS_ADMIN", apiDrop, `${apiDrop}    cap_add: [SYS_ADMIN]\n`],
  ["containers.capabilities", "api cap_add CHOWN", apiDrop, `${apiDrop}    cap_add: [CAP_CHOWN]\n`],
  [
    "containers.capabilities",
    "api cap_add NET_BIND_SERVICE",
    apiDrop,
    `${apiDrop}    cap_add: [NET_BIND_SERVICE]\n`,
  ],
  ["containers.no-new-privileges", "api", apiSecurity, ""],
  ["containers.no-new-privileges", "api", apiSecurity, "    security_opt: ['no-new-privileges:false']\n"],
  ["containers.no-new-privileges", "api", apiSecurity, `${apiSecurity}      - no-new-privileges=false\n`],
  ["containers.no-new-privileges", "api", apiSecurity, `${apiSecurity}      - no-new-privileges:0\n`],
  ["containers.user", "api", apiUser, image],
  ["containers.user", "api", apiUser, `${image}\n    user: root`],
  ["containers.user", "api", apiUser, `${image}\n    user: "0:1000"`],
  ["containers.user", "api", apiUser, `${image}\n    user: node`],
  ["containers.user", "api", apiUser, `${image}\n    user: "00"`],
  ["containers.user", "api", apiUser, `${image}\n    user: "+0:1000"`],
  ["containers.user", "api post_start", ...api('post_start: [{command: /x.sh, user: "000"}]')],
  ["containers.user", "postgres", '    user: "999:999"\n', ""],
  ["containers.user", "api group_add 0", ...api('group_add: ["0"]')],
  ["containers.user", "api group_add docker", ...api("group_add: [docker]")],
  ["containers.privileged", "api", ...api("privileged: true")],
  [
    "containers.confinement",
    "api writable-cgroups=true",
    apiSecurity,
    `${apiSecurity}      - writable-cgroups=true\n`,
  ],
  [
    "containers.docker-socket",
    "nginx /var/run/docker.sock:/var/run/docker.sock:ro",
    ...mount("/var/run/docker.sock:/var/run/docker.sock:ro"),
  ],
  [
    "containers.docker-socket",
    "nginx /run/docker.sock:/run/docker.sock",
    ...mount("{type: bind, source: /run/docker.sock, target: /run/docker.sock}"),
  ],
  [
    "containers.docker-socket",
    "nginx ./api/engine.sock:/var/run/docker.sock",
    ...mount("./api/engine.sock:/var/run/docker.sock"),
  ],
  [
    "containers.docker-socket",
    "nginx ./c.sock:/run/containerd/containerd.sock",
    ...mount("{type: bind, source: ./c.sock, target: /run/containerd/containerd.sock}"),
  ],
  ["containers.docker-socket", "api use_api_socket", ...api("use_api_socket: true")],
  ["containers.sensitive-mounts", "nginx /etc:/host/etc:ro", ...mount("/etc:/host/etc:ro")],
  ["containers.sensitive-mounts", "nginx /:/host:ro", ...mount("/:/host:ro")],
  ["containers.sensitive-mounts", "nginx /proc/:/host/proc:ro", ...mount("/proc/:/host/proc:ro")],
  ["containers.sensitive-mounts", "nginx ~/.ssh:/keys:ro", ...mount("~/.ssh:/keys:ro")],
  ["containers.sensitive-mounts", "nginx /srv/../etc:/x:ro", ...mount("/srv/../etc:/x:ro")],
  ["containers.sensitive-mounts", `postgres ${dataMount}`, ...volume("type: none, o: bind, device: /")],
  ["containers.sensitive-mounts", `postgres ${dataMount}`, ...volume("o: bind, device: /var/run")],
  ["containers.sensitive-mounts", `postgres ${dataMount}`, ...volume("type: ext4, device: /dev/sda1")],
  [
    "containers.sensitive-mounts",
    `postgres ${dataMount}`,
    ...volume('type: overlay, device: overlay, o: "ro,lowerdir=/opt/a\\\\:b:/home/deploy"'),
  ],
  [
    "containers.sensitive-mounts",
    `postgres ${dataMount}`,
    ...volume("type: overlay, device: x, o: 'lowerdir=/data/l,upperdir=../root,workdir=/data/w'"),
  ],
  ["containers.sensitive-mounts", `postgres ${dataMount}`, ...volume("type: proc, device: proc")],
  ["containers.sensitive-mounts", `postgres ${dataMount}`, ...volume("type: devtmpfs, device: x")],
  ["containers.sensitive-mounts", "redis /etc/shadow:redis.conf", ...secretFile("/etc/shadow")],
  ["containers.sensitive-mounts", "nginx /home/deploy:/d", ...mount("/home/deploy:/d")],
  ["containers.sensitive-mounts", "nginx /run/containerd:/c:ro", ...mount("/run/containerd:/c:ro")],
  ["containers.sensitive-mounts", "nginx /usr/local/bin:/b", ...mount("/usr/local/bin:/b")],
  [
    "containers.docker-socket",
    "nginx /run/docker.sock/:/run/docker.sock",
    ...mount("/run/docker.sock/:/run/docker.sock"),
  ],
  [
    "containers.docker-socket",
    "redis /var/run/docker.sock:redis.conf",
    ...secretFile("/var/run/docker.sock"),
  ],
  ["containers.privileged", "api post_start", ...api("post_start: [{command: /x.sh, privileged: true}]")],
  ["containers.user", "api pre_stop", ...api("pre_stop: [{command: /x.sh, user: root}]")],
  [
    "containers.restart",
    "nginx",
    '"http://127.0.0.1:8080/health"]\n    restart: unless-stopped\n    logging: *logging\n    deploy:\n',
    '"http://127.0.0.1:8080/health"]\n    restart: always\n    logging: *logging\n    deploy:\n      restart_policy: {condition: none}\n',
  ],
  ["containers.namespaces", "api pid", ...api("pid: host")],
  ["containers.namespaces", "api ipc", ...api("ipc: host")],
  ["containers.namespaces", "api uts", ...api("uts: host")],
  ["containers.namespaces", "api userns_mode", ...api("userns_mode: host")],
  [
    "containers.namespaces",
    "api network_mode",
    "    networks: [internal, data]\n",
    "    network_mode: host\n",
  ],
  ["containers.namespaces", "nginx frontend", ...frontend("external: true, name: host")],
  ["containers.namespaces", "nginx frontend", ...frontend("external: {name: host}")],
  ["containers.namespaces", "nginx frontend", ...frontend("driver: host")],
  ["networks.default", "nginx frontend", ...frontend("external: true, name: bridge")],
  [
    "containers.confinement",
    "api seccomp:unconfined",
    apiSecurity,
    `${apiSecurity}      - seccomp:unconfined\n`,
  ],
  [
    "containers.confinement",
    "api apparmor=unconfined",
    apiSecurity,
    `${apiSecurity}      - apparmor=unconfined\n`,
  ],
  ["containers.propagation", "nginx /srv/x:/x:ro,rshared", ...mount("/srv/x:/x:ro,rshared")],
  [
    "containers.propagation",
    "nginx /srv/x:/x",
    ...mount("{type: bind, source: /srv/x, target: /x, read_only: true, bind: {propagation: shared}}"),
  ],
  ["containers.devices", "api a *:* rwm", ...api("device_cgroup_rules: ['a *:* rwm']")],
  ["containers.devices", "api /dev/sda:/dev/sda", ...api('devices: ["/dev/sda:/dev/sda"]')],
  ["containers.devices", "api gpus", ...api("gpus: all")],
  ["containers.devices", "api gpus", ...api("gpus: [{driver: nvidia, count: 1}]")],
  [
    "containers.devices",
    "api reservations.devices",
    apiLimits,
    apiLimits.replace("{memory: 128M}", "{memory: 128M, devices: [{capabilities: [gpu]}]}"),
  ],
  ["containers.read-only", "api", apiRoot, apiUser],
  ["containers.read-only", "api", apiRoot, `${apiUser}\n    read_only: false`],
  ["containers.tmpfs", "api /tmp", apiTmpfs, apiTmpfs.replace(":size=64M,mode=1777", "")],
  ["containers.tmpfs", "api /tmp", apiTmpfs, apiTmpfs.replace("size=64M", "size=0")],
  ["containers.tmpfs", "api /tmp", apiTmpfs, apiTmpfs.replace("size=64M", "size=90%")],
  ["containers.tmpfs", "api /tmp", apiTmpfs, apiTmpfs.replace("mode=1777", "size=0k")],
  ["containers.tmpfs", "api /tmp", apiTmpfs, apiTmpfs.replace("mode=1777", "nr_blocks=0")],
  ["containers.tmpfs", "nginx /x", ...mount("{type: tmpfs, target: /x, tmpfs: {size: 0}}")],
  ["containers.tmpfs", "api /var/run", apiTmpfs, apiTmpfs.replace("/tmp:", "/var/run:")],
  ["containers.tmpfs", "nginx /var/cache/nginx", "      - /var/cache/nginx:size=64M\n", ""],
  [
    "containers.data",
    "postgres /var/lib/postgresql/data",
    "    volumes:\n      - db-data:/var/lib/postgresql/data\n",
    "",
  ],
  [
    "containers.data",
    "postgres /var/lib/postgresql/data",
    "db-data:/var/lib/postgresql/data",
    "/var/lib/postgresql/data",
  ],
  ["containers.image-tag", "api", image, "image: registry.example/shop/api:latest"],
  ["containers.image-tag", "api", image, "image: registry.example:5000/shop/api"],
  ["containers.image-tag", "api", image, "image: registry.example/shop/api:${TAG}"],
  [
    "containers.certificates",
    "nginx archive",
    "      - /etc/letsencrypt/archive/shop.example:/etc/letsencrypt/archive/shop.example:ro\n",
    "",
  ],
  [
    "containers.certificates",
    "nginx /etc/letsencrypt/archive/shop.example:/etc/letsencrypt/archive/shop.example",
    "/archive/shop.example:ro",
    "/archive/shop.example",
  ],
  ["containers.certificates", "nginx group_add", '    group_add: ["1002"]\n', ""],
  ["containers.certificates", "nginx group_add ssl-docker", '["1002"]', "[ssl-docker]"],
  ["containers.memory", "api", `memory: 512M, ${apiLimits}`, apiLimits],
  ["containers.memory", "redis", redisLimits, redisLimits.replace("    mem_limit: 512m\n", "")],
  ["containers.memory", "redis", redisLimits, redisLimits.replace("mem_limit: 512m", "mem_limit: 0")],
  ["containers.cpu", "redis", redisLimits, redisLimits.replace("    cpus: 1.0\n", "")],
  ["containers.pids", "redis", redisLimits, redisLimits.replace("    pids_limit: 64\n", "")],
  ["containers.pids", "redis", redisLimits, redisLimits.replace("pids_limit: 64", "pids_limit: -1")],
  ["containers.pids", "redis", redisLimits, redisLimits.replace("pids_limit: 64", "pids_limit: 4000000")],
  ["containers.pids", "api", apiLimits, apiLimits.replace("pids: 64", "pids: 32768")],
  ["containers.pids", "api", apiUser, `${apiUser}\n    pids_limit: 100`],
  ["containers.memory", "api", apiUser, `${apiUser}\n    mem_limit: 1g`],
  ["containers.cpu", "api", apiUser, `${apiUser}\n    cpus: 0.5`],
  ["containers.logging", "redis", "    logging: *logging\n    mem_limit", "    mem_limit"],
  [
    "containers.logging",
    "redis",
    "    logging: *logging\n    mem_limit",
    "    logging: {options: {max-size: 10m}}\n    mem_limit",
  ],
  ...["max-size: -1, max-file: 3", "max-size: 0, max-file: 3", "max-size: 10m, max-file: 0"].map(
    (options): Row => [
      "containers.logging",
      "redis",
      "    logging: *logging\n    mem_limit",
      `    logging: {options: {${options}}}\n    mem_limit`,
    ],
  ),
  ["containers.health", "api", '    healthcheck:\n      test: ["CMD", "node", "health.js"]\n', ""],
  ["containers.health", "api", 'test: ["CMD", "node", "health.js"]', "disable: true"],
  ["containers.health", "api", '["CMD", "node", "health.js"]', '["NONE"]'],
  ["containers.restart", "api", "    restart: on-failure:5\n", ""],
  ["containers.restart", "api", "restart: on-failure:5", 'restart: "no"'],
  ["networks.default", "api", "    networks: [internal, data]\n", ""],
  ["networks.default", "api", "    networks: [internal, data]\n", "    network_mode: bridge\n"],
  ["networks.internal", "data", "  data:\n    internal: true\n", "  data:\n"],
  ["networks.internal", "data", "  data:\n    internal: true\n", "  data:\n    external: true\n"],
  ["networks.frontend", "api frontend", "[internal, data]", "[internal, data, frontend]"],
  [
    "networks.database",
    "redis frontend",
    "pids_limit: 64\n    networks: [data]",
    "pids_limit: 64\n    networks: [data, frontend]",
  ],
  ["networks.database", "redis 6379:6379", redisLimits, `${redisLimits}    ports: ["6379:6379"]\n`],
  [
    "networks.database",
    "redis 127.0.0.1:6379:6379",
    redisLimits,
    `${redisLimits}    ports: ["127.0.0.1:6379:6379"]\n`,
  ],
  ["exposure.internal-only", "api 3000:3000", ...api('ports: ["3000:3000"]')],
  ["exposure.internal-only", "api 0.0.0.0:3000:3000", ...api('ports: ["0.0.0.0:3000:3000"]')],
  ["exposure.internal-only", "api [::]:3000:3000/tcp", ...api('ports: ["[::]:3000:3000/tcp"]')],
  ["exposure.internal-only", "api 3000", ...api("ports: [3000]")],
  ["exposure.internal-only", "api 8080:3000", ...api("ports: [{target: 3000, published: 8080}]")],
  [
    "exposure.entry-points",
    "nginx 8081:8081",
    '      - "80:8080"\n',
    '      - "80:8080"\n      - "8081:8081"\n',
  ],
  ["secrets.found", "api DB_PASSWORD", ...env("DB_PASSWORD: hunter2hunter2")],
  [
    "secrets.found",
    "postgres volumes.db-data password",
    ...volume('type: cifs, o: "username=u,password=hunter2hunter2", device: "//share.example/db"'),
  ],
  ["secrets.found", "api jwtSecret", ...env("jwtSecret: hunter2hunter2")],
  ["secrets.found", "api DB_PASSWORD", ...env("DB_PASSWORD: ${DB_PASSWORD:-hunter2hunter2}")],
  ["secrets.found", "api DATABASE_URL", ...env("DATABASE_URL: postgres://app:hunter2hunter2@postgres/app")],
  ["secrets.found", "api CACHE", ...env('CACHE: "redis://:hunter2hunter2@redis:6379"')],
  [
    "secrets.found",
    "redis command",
    '"redis-server", "/run/secrets/redis.conf"]',
    '"redis-server", "--requirepass", "hunter2hunter2"]',
  ],
  [
    "secrets.found",
    "redis command",
    'command: ["redis-server", "/run/secrets/redis.conf"]',
    "command: redis-server --requirepass hunter2hunter2",
  ],
  [
    "secrets.found",
    "postgres POSTGRES_PASSWORD",
    "- POSTGRES_PASSWORD_FILE=/run/secrets/db",
    "- POSTGRES_PASSWORD=hunter2hunter2",
  ],
  ["secrets.found", "api post_start", ...api("post_start: [{command: [app, --password=hunter2hunter2]}]")],
  [
    "secrets.found",
    "api pre_stop DB_PASSWORD",
    ...api("pre_stop: [{command: [app], environment: [DB_PASSWORD=hunter2hunter2]}]"),
  ],
  ["secrets.found", "api annotations db.password", ...api("annotations: {db.password: hunter2hunter2}")],
  ["secrets.found", "api JWT_KEY", ...env("JWT_KEY: hunter2Kd82kdmWq01k")],
  ["secrets.found", "api JAVA_OPTS", ...env('JAVA_OPTS: "-Xmx1g -Djavax.net.ssl.keyStorePassword=hunter2x"')],
  ["secrets.found", "api NEO4J_AUTH", ...env("NEO4J_AUTH: neo4j/hunter2")],
  [
    "secrets.found",
    "api command",
    ...api('command: [java, "-Dspring.datasource.password=hunter2", -jar, x]'),
  ],
  ["secrets.found", "api x-db-password", ...api("x-db-password: hunter2hunter2")],
  ["secrets.found", "api password", ...api("provider: {type: x, options: {password: hunter2}}")],
  [
    ...(["secrets.found", "api deploy.labels a.password", apiLimits] as const),
    apiLimits.replace("    networks", "      labels: {a.password: hunter2hunter2}\n    networks"),
  ],
  [
    ...(["secrets.found", "x-db-password x-db-password", "\nservices:\n"] as const),
    "\nx-db-password: hunter2hunter2\nservices:\n",
  ],
  [
    "secrets.found",
    "redis logging splunk-token",
    "    logging: *logging\n    mem_limit",
    "    logging: {driver: splunk, options: {splunk-token: hunter2hunter2}}\n    mem_limit",
  ],
  [
    "secrets.found",
    "api build.args NPM_TOKEN",
    ...api(
      'build: {dockerfile_inline: "FROM node:22-slim\\nWORKDIR /a\\nUSER node", args: {NPM_TOKEN: hunter2hunter2}}',
    ),
  ],
];

describe("a planted weakness", () => {
  it("none: every check holds, and is advice to nobody", async () => {
    const { checks, findings } = await composed(hardened);
    expect(checks.filter(({ verdict }) => !["pass", "not applicable"].includes(verdict))).toEqual([]);
    expect(findings).toEqual([]);
    expect((await check({ "compose.yaml": hardened })).status).toBe(0);
  });

  it.each(rows)("%s of %s: %j becomes %j", async (id, object, from, to) => {
    const text = changed(from, to);
    const found = await failures(text);
    expect(found.map((each) => each.replace(/ @\d+$/, ""))).toEqual([`${id} ${object}`]);
    expect((await check({ "compose.yaml": text })).status).toBe(2);
  });

  it.each([
    ["containers.privileged api build", "{context: ., privileged: true}"],
    ["containers.privileged api build security.insecure", "{context: ., entitlements: [security.insecure]}"],
    ["containers.namespaces api build.network", "{context: ., network: host}"],
    ["containers.namespaces api build network.host", "{context: ., entitlements: [network.host]}"],
    ["containers.devices api build device", "{context: ., entitlements: [device]}"],
    ["containers.sensitive-mounts api build /", "{context: ., additional_contexts: {h: /}}"],
    ["containers.sensitive-mounts api build /etc", "{context: ., additional_contexts: [h=/etc]}"],
    ["containers.sensitive-mounts api build /root", "/root"],
    [undefined, "{context: ./x, network: none, additional_contexts: {h: 'docker-image://x'}}"],
  ])("of a build: %s by %s", async (wanted, build) => {
    const found = await failures(changed(...api(`build: ${build}`)));
    const own = found.filter((each) => each.startsWith("containers."));
    expect(own.map((each) => each.replace(/ @\d+$/, ""))).toEqual(wanted === undefined ? [] : [wanted]);
  });

  it.each<Row>([
    ["containers.reservations", "redis", redisLimits, redisLimits.replace("    mem_reservation: 128m\n", "")],
    [
      "containers.reservations",
      "api",
      apiLimits,
      apiLimits.replace("reservations: {memory: 128M}", "reservations: {}"),
    ],
    [
      ...(["secrets.visible", "postgres volumes.db-data password"] as const),
      ...volume('type: cifs, o: "username=u,password=${DB_PASSWORD:?}", device: "//share.example/db"'),
    ],
    ["secrets.visible", "api DB_PASSWORD", ...env("DB_PASSWORD: ${DB_PASSWORD:?}")],
  ])("that is advice alone is told, and turns nothing red: %s of %s", async (id, object, from, to) => {
    const { checks } = await composed(changed(from, to));
    const bad = checks.filter(({ verdict }) => !["pass", "not applicable"].includes(verdict));
    expect(bad.map((each) => `${each.role} ${each.id} ${each.object}`)).toEqual([`advice ${id} ${object}`]);
    expect((await check({ "compose.yaml": changed(from, to) })).status).toBe(0);
  });

  it("never has a secret in what is told of it", async () => {
    for (const [id, , from, to] of rows.filter(([, , , to]) => to.includes("hunter2"))) {
      const { report } = await check({ "compose.yaml": changed(from, to) });
      expect(JSON.stringify(report), id).not.toContain("hunter2");
    }
  });

  it("of a database on the host's network is two: who reaches it, and what it reaches", async () => {
    const text = changed("pids_limit: 64\n    networks: [data]", "pids_limit: 64\n    network_mode: host");
    const found = (await failures(text)).map((each) => each.replace(/ @\d+$/, ""));
    expect(found).toHaveLength(2);
    expect(found).toEqual(
      expect.arrayContaining([
        "containers.namespaces redis network_mode",
        "networks.database redis network_mode",
      ]),
    );
  });

  it.each([
    ["password", '"password: hunter2hunter2"'],
    ["db", '"db: postgres://app:hunter2hunter2@db/x"'],
    ["api_key", "|\n      [db]\n      user = app\n      api_key = hunter2hunter2"],
    ["t", '"t=ghp_0123456789abcdefghijABCDEFGHIJ012345"'],
  ])("that is a secret in the content of `configs` is found by its key %s", async (key, written) => {
    const given = changed(...api("configs: [{source: app, target: /x}]"));
    const text = changed(
      "\nsecrets:\n  db:",
      `\nconfigs:\n  app:\n    content: ${written}\nsecrets:\n  db:`,
      given,
    );
    const found = (await failures(text)).map((each) => each.replace(/ @\d+$/, ""));
    expect(found).toEqual([`secrets.found api configs.app ${key}`]);
    const plain = text.replace(/hunter2hunter2|ghp_\w+/g, "${SECRET}");
    expect(await failures(plain)).toEqual([]);
  });

  it.each([
    ['{"defaultAction": "SCMP_ACT_ALLOW"}', "fail"],
    ['{"defaultAction": "SCMP_ACT_LOG", "syscalls": []}', "fail"],
    [strict('{"names": ["read", "unshare"], "action": "SCMP_ACT_ALLOW"}'), "fail"],
    [strict('{"name": "mount", "action": "SCMP_ACT_LOG"}'), "fail"],
    [strict('{"names": ["read"], "action": "SCMP_ACT_ALLOW"}'), "pass"],
    [
      strict('{"names": ["mount"], "action": "SCMP_ACT_ALLOW", "includes": {"caps": ["CAP_SYS_ADMIN"]}}'),
      "pass",
    ],
    ["no JSON", "fail"],
    [undefined, "error"],
  ] as const)("that is a seccomp profile is judged by its text: %s is %s", async (text, verdict) => {
    for (const option of ["seccomp=./more/p.json", "seccomp:more/p.json"]) {
      const file = changed(apiSecurity, `${apiSecurity}      - ${option}\n`);
      const files = { "deploy/compose.yaml": file, ...(text ? { "deploy/more/p.json": text } : {}) };
      const { checks } = await composed(files);
      const found = checks.filter(
        (each) => each.id === "containers.confinement" && each.object.startsWith("api"),
      );
      expect(
        found.map((each) => each.verdict),
        option,
      ).toEqual([verdict]);
    }
  });

  it.each([
    [`postgres ${dataMount}`, ...volume("mountpoint: /etc}, driver: local-persist, labels: {a: b")],
    ["api container:other", ...api('volumes_from: ["container:other"]')],
  ])("that may be a path of the host is not known: %s", async (object, from, to) => {
    const { checks } = await composed({ "compose.yaml": changed(from, to) });
    const found = checks.filter(({ id, verdict }) => /^containers\.sensitive/.test(id) && verdict !== "pass");
    expect(found.map((each) => [each.object, each.verdict])).toEqual([[object, "error"]]);
  });

  it("of a file of `configs` is found in an included file, too", async () => {
    const included = changed(
      "\nsecrets:\n  db:",
      "\nconfigs:\n  s: {file: /etc/shadow}\nsecrets:\n  db:",
      changed(...api("configs: [{source: s, target: /x}]")),
    );
    const found = await failures({ "compose.yaml": "include: [other.yaml]\n", "other.yaml": included });
    expect(found.map((each) => each.replace(/ @\d+$/, ""))).toContain(
      "containers.sensitive-mounts api /etc/shadow:/x",
    );
  });

  it("none of a volume that is a share or tmpfs, or of another driver", async () => {
    for (const options of [
      'type: nfs, o: "addr=192.0.2.1,rw", device: ":/export"',
      "type: tmpfs, o: size=64m, device: tmpfs",
      'type: cifs, o: "credentials=/x", device: "//share.example/db"',
      'type: overlay, o: "lowerdir=/data/a:/data/b,upperdir=/data/c", device: overlay',
    ])
      expect(await failures(changed(...volume(options))), options).toEqual([]);
    const other = changed("  db-data:\n", "  db-data: {driver: other, driver_opts: {share: //host/data}}\n");
    expect(await failures(other)).toEqual([]);
  });

  it("none where a limit is said twice in the same amount", async () => {
    const twice = changed(
      apiUser,
      `${apiUser}\n    mem_limit: 536870912\n    cpus: 1\n    pids_limit: 64\n    mem_reservation: 128m`,
    );
    expect(await failures(twice)).toEqual([]);
  });

  it("is there for every check that can fail", () => {
    const planted = new Set(rows.map(([id]) => id));
    // Those of images are planted into Dockerfiles, those of disk and git into repositories (kept.test.ts), those of logins have a
    // table of their own (auth.test.ts); that of egress wants a profile (images.test.ts).
    const elsewhere = ["secrets.git", "secrets.encrypted", "secrets.age", "networks.egress"];
    const audits = composeChecks
      .filter(({ id, role }) => role === "audit" && !/^(?:images|auth)\./.test(id) && !elsewhere.includes(id))
      .map(({ id }) => id);
    expect(audits.filter((id) => !planted.has(id))).toEqual([]);
  });
});
