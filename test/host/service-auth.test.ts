/** The real attempts in a real shell, against servers that speak PostgreSQL's protocol up to its login. */
import { spawn } from "node:child_process";
import { createHash, createHmac, pbkdf2Sync, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mustRun } from "../e2e/process.ts";

const [collector = "", ports = ""] = ["auth", "ports"].map((name) =>
  fileURLToPath(new URL(`../../src/host/collect/service-${name}.sh`, import.meta.url)),
);
/** Has its words run with the collector. */
const shell = (command: string, env: NodeJS.ProcessEnv = {}) =>
  spawn("sh", ["-c", `. "$1"; . "$2"; ${command}`, "sh", collector, ports], {
    env: { ...process.env, ...env },
  });
const id = "a".repeat(64);

type Say = (kind: string, body: Buffer) => void;
/** What it does with each message; undefined: it has ended. */
type Login = (say: Say, startup: string) => (message: Buffer) => void;

const number = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
const auth = (how: number, rest: Buffer | string = "") => Buffer.concat([number(how), Buffer.from(rest)]);
const refusal = Buffer.from("SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0Rauth_failed\0\0");
const hmac = (key: Buffer, text: Buffer | string) => createHmac("sha256", key).update(text).digest();

/** https://www.rfc-editor.org/rfc/rfc5802 as a server. `rounds`: what it says, and does. */
const scram =
  (password: string, rounds = 50): Login =>
  (say) => {
    const salt = randomBytes(16);
    let [bare, first] = ["", ""];
    say("R", auth(10, "SCRAM-SHA-256\0\0"));
    return (message) => {
      if (bare === "") {
        bare = message.toString("latin1").split("n,,")[1]!;
        first = `r=${bare.split("r=")[1]}${randomBytes(18).toString("base64")},s=${salt.toString("base64")},i=${rounds}`;
        return say("R", auth(11, first));
      }
      const [rest = "", proof = ""] = message.toString("latin1").split(",p=");
      const client = hmac(pbkdf2Sync(password, salt, rounds, 32, "sha256"), "Client Key");
      const stored = createHash("sha256").update(client).digest();
      const signature = hmac(stored, [bare, first, rest].join(","));
      const given = Buffer.from(proof, "base64").map((byte, at) => byte ^ signature[at]!);
      const isIn = createHash("sha256").update(given).digest().equals(stored);
      say(isIn ? "R" : "E", isIn ? auth(12, "v=x") : refusal);
    };
  };

const clear =
  (password: string): Login =>
  (say) => {
    say("R", auth(3));
    return (message) => (message.toString() === `${password}\0` ? say("R", auth(0)) : say("E", refusal));
  };

const md5Of = (text: Buffer | string) => createHash("md5").update(text).digest("hex");
const md5 =
  (password: string, user = "postgres"): Login =>
  (say) => {
    const salt = randomBytes(4);
    say("R", auth(5, salt));
    const wanted = `md5${md5Of(Buffer.concat([Buffer.from(md5Of(password + user)), salt]))}\0`;
    return (message) => (message.toString() === wanted ? say("R", auth(0)) : say("E", refusal));
  };

/** Roles that are not there are refused as wrong passwords are. */
const only =
  (user: string, login: Login): Login =>
  (say, startup) =>
    (startup.includes(`user\0${user}\0`) ? login : scram("x".repeat(99)))(say, startup);

const trust: Login = (say) => {
  say("R", auth(0));
  return () => {};
};
/** Refuses whoever comes after the first. */
const full = (): Login => {
  let came = 0;
  return (say, startup) => {
    came += 1;
    if (came === 1) return scram("secret")(say, startup);
    say("E", Buffer.from("SFATAL\0VFATAL\0C53300\0Msorry, too many clients already\0\0"));
    return () => {};
  };
};

let logins = 0;
function serve(socket: Socket, login: Login) {
  let got = Buffer.alloc(0);
  let next: ((message: Buffer) => void) | undefined;
  const say: Say = (kind, body) => {
    socket.write(Buffer.concat([Buffer.from(kind), number(body.length + 4), body]));
    if (kind === "E") socket.end();
  };
  socket.on("error", () => {});
  socket.on("data", (data) => {
    got = Buffer.concat([got, data]);
    const head = next === undefined ? 0 : 1;
    if (got.length < head + 4 || got.length < head + got.readInt32BE(head)) return;
    const message = got.subarray(head + 4);
    got = Buffer.alloc(0);
    if (next !== undefined) return next(message);
    logins += 1;
    next = login(say, message.toString("latin1"));
  });
}

/** By the last number of their loopback address. */
const serversAnew = (): readonly (readonly [what: string, login: Login, user: string, wanted: string])[] => [
  ["a password of nobody's guess", scram("Wm3-vr9_kq"), "postgres", "scram"],
  ["the image's own example", scram("mysecretpassword"), "postgres", "usual"],
  ["the user's own name", only("shop_app", scram("shop_app")), "shop_app", "usual"],
  ["as many rounds as PostgreSQL has", scram("postgres", 4096), "postgres", "usual"],
  ["more rounds than anybody would wait for", scram("postgres", 99_999), "postgres", "untried"],
  ["no place for more than one login", full(), "postgres", "untried"],
  ["clear text", clear("Wm3-vr9_kq"), "postgres", "clear"],
  ["clear text, and a usual one", clear("changeme"), "postgres", "usual"],
  ["md5", md5("Wm3-vr9_kq"), "postgres", "md5"],
  ["md5, and a usual one", md5("password"), "postgres", "usual"],
  ["none", trust, "postgres", "open"],
];

describe.each([
  ["with perl's own Digest::SHA", false],
  ["with openssl in its place", true],
])("PostgreSQL is asked %s", (_how, isBare) => {
  const folder = mkdtempSync(join(tmpdir(), "harden-service-auth-"));
  const servers = serversAnew();
  const listening: Server[] = [];
  const answers = new Map<string, string>();
  // Of this process alone, for the port is always the same.
  const network = `127.${1 + ((process.pid >> 8) & 127)}.${process.pid & 255}`;
  const addressOf = (at: number) => `${network}.${at + 1 + (isBare ? 100 : 0)}`;

  beforeAll(async () => {
    logins = 0;
    mkdirSync(join(folder, "Digest"));
    if (isBare) writeFileSync(join(folder, "Digest/SHA.pm"), 'die "there is none";\n');
    else await mustRun("perl", ["-MDigest::SHA", "-e", "1"]);
    for (const [at, [, login]] of servers.entries()) {
      const server = createServer((socket) => serve(socket, login));
      listening.push(server);
      await new Promise<void>((done) => server.listen(5432, addressOf(at), done));
    }
    // Each by a process of its own: what they may take together is bounded.
    for (const [at, [what, , user]] of servers.entries()) {
      const child = shell("service_auth_ask", { PERL5LIB: folder });
      child.stdin.end(`${id} postgres ${addressOf(at)} - - ${user}\n`);
      const said = Buffer.concat([...(await child.stdout.toArray()), ...(await child.stderr.toArray())]);
      answers.set(what, said.toString());
    }
  }, 120_000);
  afterAll(async () => {
    for (const server of listening) server.close();
    rmSync(folder, { recursive: true });
  });

  it.each(servers.map(([what, , , wanted], at) => ({ what, wanted, at })))(
    "and says $wanted of one that wants $what",
    ({ what, wanted, at }) => {
      expect(answers.get(what)).toBe(`${id} postgres ${addressOf(at)} 5432 ${wanted} -\n`);
    },
  );

  it("by few logins", () => {
    expect(logins).toBeLessThan(8 * servers.length);
  });

  if (isBare)
    it("and says that nothing was tried where openssl is none either", async () => {
      writeFileSync(join(folder, "openssl"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
      const child = shell("service_auth_ask", { PERL5LIB: folder, PATH: `${folder}:${process.env.PATH}` });
      child.stdin.end(`${id} postgres ${addressOf(0)} - - postgres\n`);
      const said = Buffer.concat(await child.stdout.toArray()).toString();
      expect(said).toBe(`${id} postgres ${addressOf(0)} 5432 untried -\n`);
    });
});

/** Rows of the kernel's table of sockets that listen: `ADDRESS:PORT`, IPv6 in brackets. */
const table = (...places: readonly string[]) =>
  [
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
    ...places.map((place, at) => {
      const cut = place.lastIndexOf(":");
      const port = Number(place.slice(cut + 1))
        .toString(16)
        .toUpperCase()
        .padStart(4, "0");
      return `   ${at}: ${hexOf(place.slice(0, cut))}:${port} 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 1`;
    }),
    `   9: ${hexOf("127.0.0.1")}:1A0B ${hexOf("127.0.0.1")}:1A0C 01 00000000:00000000 00:00000000 00000000 0 0 1`,
    "",
  ].join("\n");
const words: Readonly<Record<string, string>> = {
  "[::]": "0".repeat(32),
  "[::1]": `${"0".repeat(24)}01000000`,
  "[fd00::2]": `000000FD${"0".repeat(16)}02000000`,
};
const hexOf = (address: string) =>
  words[address] ??
  address
    .split(".")
    .reverse()
    .map((part) => Number(part).toString(16).toUpperCase().padStart(2, "0"))
    .join("");

describe("ports are asked that a container listens on", () => {
  const folder = mkdtempSync(join(tmpdir(), "harden-service-ports-"));
  const address = `127.${1 + ((process.pid >> 8) & 127)}.${process.pid & 255}.250`;
  const listening: Server[] = [];
  const listen = (port: number, answer: (socket: Socket) => void) =>
    new Promise<void>((done) => {
      const server = createServer((socket) => {
        socket.on("error", () => {});
        answer(socket);
      });
      listening.push(server);
      server.listen(port, address, done);
    });
  /** What is said of it where the kernel has these tables; `undefined`: none. */
  const asked = async (service: string, tcp: string | undefined, tcp6 = table()) => {
    const net = join(folder, "p/net");
    rmSync(net, { recursive: true, force: true });
    mkdirSync(net, { recursive: true });
    if (tcp !== undefined) writeFileSync(join(net, "tcp"), tcp);
    writeFileSync(join(net, "tcp6"), tcp6);
    const child = shell("service_auth_ask");
    child.stdin.end(`${id} ${service} ${address} ..${folder}/p - postgres\n`);
    const said = Buffer.concat([...(await child.stdout.toArray()), ...(await child.stderr.toArray())]);
    return said.toString().replaceAll(`${id} ${service} ${address} `, "").replaceAll(" -\n", ";");
  };

  beforeAll(async () => {
    await listen(6390, (socket) => socket.on("data", () => socket.write("+PONG\r\n")));
    await listen(6391, (socket) => socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n")));
    await listen(5490, (socket) => serve(socket, trust));
  });
  afterAll(() => {
    for (const server of listening) server.close();
    rmSync(folder, { recursive: true });
  });

  const rows: readonly (readonly [
    what: string,
    service: string,
    wanted: string,
    tcp?: string,
    tcp6?: string,
  ])[] = [
    ["another port", "redis", "6390 open;", table("0.0.0.0:6390")],
    ["another port of both families", "redis", "6390 open;", table(), table("[::]:6390")],
    ["another port of PostgreSQL", "postgres", "5490 open;", table("0.0.0.0:5490", "0.0.0.0:6391")],
    ["the one of several that answers", "redis", "6390 open;", table("0.0.0.0:6391", "0.0.0.0:6390")],
    ["none that answers so", "redis", "6391 elsewhere;", table("0.0.0.0:6391")],
    ["its own port, in silence", "redis", "6379 elsewhere;", table("0.0.0.0:6379")],
    ["an address of IPv6 alone", "redis", "6380 elsewhere;", table(), table("[fd00::2]:6380")],
    [
      "the loopback and another network",
      "redis",
      "6379 silent;",
      table("127.0.0.11:6390", "10.9.9.9:6390"),
      table("[::1]:6390"),
    ],
    ["nothing that is known", "redis", "6379 unread;"],
    [
      "more than anybody would ask",
      "redis",
      "6390 open;7007,7008 elsewhere;",
      table(...Array.from({ length: 8 }, (_, at) => `0.0.0.0:${7001 + at}`), "0.0.0.0:6390", "0.0.0.0:6391"),
    ],
  ];
  it.each(rows.map(([what, service, wanted, tcp, tcp6]) => ({ what, service, wanted, tcp, tcp6 })))(
    "$what: $wanted",
    async ({ service, wanted, tcp, tcp6 }) => {
      expect(await asked(service, tcp, tcp6)).toBe(wanted);
    },
  );
});

describe("who is asked", () => {
  const linesOf = async (...inspected: readonly string[]) => {
    const child = shell("service_auth_lines");
    child.stdin.end(`${inspected.join("\n")}\n`);
    return Buffer.concat(await child.stdout.toArray()).toString();
  };
  const other = "b".repeat(64);

  it("is one in the network of another at that one's address", async () => {
    const proxy = `${other} 7 nginx:1 - ,172.18.0.2,, ,80/tcp,  "front"`;
    expect(await linesOf(proxy, `${id} 8 redis:7.2 - , ,6379/tcp,  "container:${other}"`)).toBe(
      `${id} redis 172.18.0.2 8 - postgres\n`,
    );
    expect(await linesOf(`${id} 8 redis:7.2 - , ,  "container:${other}"`)).toBe("");
    expect(await linesOf(`${id} 8 redis:7.2 - , ,  "container:${id}"`)).toBe("");
  });

  it("is whoever has the image or the port, by the user of the environment", async () => {
    expect(
      await linesOf(`${id} 8 db:1 shown ,172.18.0.2,172.19.0.2, ,5432/tcp, "POSTGRES_USER=shop_app" "a b"`),
    ).toBe(`${id} postgres 172.18.0.2 8 shown shop_app\n${id} postgres 172.19.0.2 8 shown shop_app\n`);
  });
});

it("of the host's own services what others reach is asked, where it listens", async () => {
  const script = `perl -e '
    use Socket; $0 = "redis-server"; $| = 1;
    for my $address ("0.0.0.0", "127.0.0.1") {
      socket my $s, PF_INET, SOCK_STREAM, 0; bind $s, sockaddr_in(0, inet_aton $address); listen $s, 1; push @all, $s;
      print +(sockaddr_in getsockname $s)[0], "\n";
    }
    sleep 60'`;
  const server = spawn("sh", ["-c", `exec ${script}`]);
  try {
    const [all = ""] = await new Promise<string[]>((done) => {
      let said = "";
      server.stdout.on("data", (chunk) => {
        said += chunk;
        if (said.split("\n").length > 2) done(said.split("\n"));
      });
    });
    const child = shell("service_auth_here");
    const said = Buffer.concat(await child.stdout.toArray()).toString();
    const own = said.split("\n").filter((line) => line.includes(` ${server.pid} `));
    expect(own).toEqual([expect.stringMatching(`^host redis [0-9.]+ ${server.pid} - postgres ${all}$`)]);
  } finally {
    server.kill();
  }
});
