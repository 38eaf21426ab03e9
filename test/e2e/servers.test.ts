/** Real servers, started with exactly what a compose file gives them: whom `compose check` calls open, a stranger gets into. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { quote, quoteAll } from "../../src/quote.ts";
import { composeOf, type ServerRow } from "../compose/server-row.ts";
import { serverRows } from "../compose/server-rows.ts";
import { sampleRows } from "../setup/sample.ts";
import { cli } from "./harden.ts";
import { hasDocker, startHost, type TestContainer } from "./hosts.ts";
import { runProgram } from "./process.ts";
import { must } from "./trouble.ts";
import { waitUntil } from "./wait.ts";

/** How many of a kind start in CI, where the slow ones take seconds of a processor each. */
const inCi: Readonly<Record<ServerRow["kind"], number>> = {
  redis: serverRows.length,
  postgres: serverRows.length,
  mysql: 7,
  rabbitmq: 4,
};

const drawn = Object.entries(inCi).flatMap(([kind, count]) =>
  sampleRows(
    `servers ${kind}`,
    serverRows.filter((row) => row.kind === kind),
    count,
    ({ what }) => what,
  ),
);

const rows = drawn.map((row, number) => ({
  row,
  number,
  title: `${row.kind}: ${row.what}`,
  file: `${number}/compose.yaml`,
}));

type Row = (typeof rows)[number];

/** Each server has a network of its own, in which the host is the stranger. */
const [stranger, address] = [1, 2].map((last) => (number: number) => `10.99.${number}.${last}`) as [
  (number: number) => string,
  (number: number) => string,
];

const programs: Readonly<Record<ServerRow["kind"], string>> = {
  redis: "redis-server",
  postgres: "postgres",
  mysql: "mariadbd",
  rabbitmq: "rabbitmq-server",
};

/** As the images' entrypoints do, which put the program before options and files. */
function wordsOf({ kind, image, command = [] }: ServerRow): readonly string[] {
  const words = typeof command === "string" ? command.split(" ").filter(Boolean) : command;
  const program = image.startsWith("valkey/") ? "valkey-server" : programs[kind];
  return words.length === 0 || /^-|\.conf$/.test(words[0]!) ? [program, ...words] : words;
}

const startOf = ({ row, number }: Row): string => {
  const variables = Object.entries(row.environment ?? {}).map(([key, value]) => `${key}=${value}`);
  const [name, folder] = [`r${number}`, `/srv/rows/${number}`];
  return `ip netns add ${name}
ip link add v${number} type veth peer name eth0 netns ${name}
ip address add ${stranger(number)}/24 dev v${number}
ip link set v${number} up
ip -n ${name} address add ${address(number)}/24 dev eth0
ip -n ${name} link set lo up
ip -n ${name} link set eth0 up
setsid env -i PATH="$PATH" LANG=C.UTF-8 ROW=${folder} ${quoteAll(variables)} ip netns exec ${name} /srv/servers.sh ${row.kind} ${quoteAll(wordsOf(row))} </dev/null >${folder}/log 2>&1 &`;
};

/** One login each: what it says where it succeeds, and where it is refused; anything else is no answer yet. */
const logins: Readonly<
  Record<
    ServerRow["kind"],
    {
      readonly users: readonly string[];
      readonly by: (at: string, user: string, password: string) => string;
      readonly isIn: RegExp;
      readonly isRefused: RegExp;
    }
  >
> = {
  redis: {
    users: ["default"],
    by: (at, _, password) =>
      `${password === "" ? "" : `REDISCLI_AUTH=${quote(password)} `}redis-cli -t 2 -h ${at} set key value`,
    isIn: /^OK$/m,
    isRefused: /NOAUTH|DENIED|WRONGPASS|Connection refused/,
  },
  postgres: {
    users: ["postgres"],
    by: (at, user, password) =>
      `PGCONNECT_TIMEOUT=5 PGPASSWORD=${quote(password)} psql -w -h ${at} -U ${user} -d postgres -Atc 'select 1'`,
    isIn: /^1$/m,
    isRefused: /password authentication failed|no password supplied|pg_hba\.conf/,
  },
  mysql: {
    users: ["root"],
    by: (at, user, password) =>
      `mariadb --no-defaults --skip-ssl -h ${at} -u ${user} --password=${quote(password)} -Ne 'select 1'`,
    isIn: /^1$/m,
    isRefused: /Access denied|is not allowed to connect/,
  },
  rabbitmq: {
    users: ["guest"],
    by: (at, user, password) => `perl /srv/amqp.pl ${at} ${user} ${quote(password)}`,
    isIn: /^in$/m,
    isRefused: /^refused$/m,
  },
};

/** What a stranger tries first, with the name of a user who is known by the file. */
const passwords = ["", "redis", "postgres", "root", "password", "guest", "shop"];

const between = "== next";

/** The usual ones, and those that the file names. */
const usersOf = ({ kind, environment = {}, files = {} }: ServerRow): readonly string[] => [
  ...logins[kind].users,
  ...Object.entries(environment).flatMap(([key, value]) => (key.endsWith("_USER") ? [value] : [])),
  ...Object.values(files).flatMap((text) => /^default_user = (.*)/m.exec(text)?.slice(1) ?? []),
];

/** A server is up once it refuses or admits whoever comes; the redis of a row that listens on loopback alone, once it says so. */
const hasStarted = ({ number }: Row) => `grep -q 'Ready to accept connections' /srv/rows/${number}/log`;

describe.skipIf(!hasDocker())("servers that a compose file gives their configuration", () => {
  let host: TestContainer;
  let folder: string;
  let verdicts: ReadonlyMap<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "harden-rows-"));
    for (const { row, number, file } of rows) {
      mkdirSync(join(folder, `${number}`));
      writeFileSync(join(folder, file), composeOf(row));
      const files = Object.entries(row.files ?? {});
      for (const [path, text] of files) writeFileSync(join(folder, `${number}`, basename(path)), text);
      const mounts = files.map(([path]) => `${basename(path)} ${path}\n`);
      writeFileSync(join(folder, `${number}`, "mounts"), mounts.join(""));
    }
    host = await startHost("debian13", "servers");
    await host.put(folder, "/srv");
    for (const name of ["servers.sh", "amqp.pl"])
      await host.put(fileURLToPath(new URL(name, import.meta.url)), "/srv");
    await must(
      host,
      `set -e
chmod 755 /srv/servers.sh
mv /srv/${basename(folder)} /srv/rows
chown -R 0:0 /srv/rows
chmod -R u=rwX,go=rX /srv/rows
mkdir -p /srv/mysql /etc/rabbitmq/conf.d
echo 'loopback_users.guest = false' >/etc/rabbitmq/conf.d/10-defaults.conf
mariadb-install-db --no-defaults --user=root --datadir=/srv/mysql --auth-root-authentication-method=normal --skip-test-db >/dev/null
${rows.map(startOf).join("\n")}`,
    );
    const { stdout } = await runProgram(
      process.execPath,
      [cli, "compose", "check", ...rows.map(({ file }) => file), "--format", "json"],
      { cwd: folder },
    );
    verdicts = new Map(
      JSON.parse(stdout).map(
        ({
          target,
          value,
        }: {
          target: string;
          value: { checks: readonly { id: string; verdict: string }[] };
        }) => [
          target,
          value.checks
            .filter(({ id }) => /^auth\./.test(id))
            .map(({ verdict }) => verdict)
            .filter((verdict) => verdict !== "not applicable")
            .join(),
        ],
      ),
    );
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await host?.remove();
  });

  /** Whether any of the usual logins succeeds; all are tried anew while the server gives one of them no answer. */
  async function isLetIn({ row, number }: Row): Promise<boolean> {
    const { by, isIn, isRefused } = logins[row.kind];
    const attempts = usersOf(row).flatMap((user) =>
      passwords.map((password) => `echo ${between}; ${by(address(number), user, password)} 2>&1`),
    );
    const script = `kill -0 $(cat /srv/rows/${number}/pid) || exit 9\n${attempts.join("\n")}\nexit 0`;
    let answers: readonly string[] = [];
    await waitUntil("it answers each login", async () => {
      const { code, stdout } = await host.exec(script);
      if (code === 9) throw new Error("the server has ended");
      answers = stdout.split(`${between}\n`).slice(1);
      return answers.some((answer) => isIn.test(answer)) || answers.every((answer) => isRefused.test(answer));
    });
    return answers.some((answer) => isIn.test(answer));
  }

  test.each(rows.map((row) => [row.title, row] as const))("%s", async (_title, one) => {
    const { row, file, number } = one;
    if (row.kind === "redis")
      await waitUntil("it has started", async () => (await host.exec(hasStarted(one))).code === 0);
    const gotIn = await isLetIn(one);
    const { stdout: log } = await host.exec(`tail -n 5 /srv/rows/${number}/log`);
    expect({ gotIn, verdict: verdicts.get(file) }, log).toEqual({
      gotIn: row.open,
      verdict: row.open ? "fail" : "pass",
    });
  });
});
