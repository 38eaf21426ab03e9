/** Tables of sockets are longer than what the kernel gives in one read. */
import { spawnSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { afterEach, expect, test } from "vitest";
import { library } from "../../src/host/library.ts";

let servers: Server[] = [];
afterEach(() => {
  for (const server of servers) server.close();
  servers = [];
});

test("the process of a listener is found among a hundred and fifty more", async () => {
  servers = Array.from({ length: 150 }, () => createServer().listen(0, "127.0.0.1"));
  await Promise.all(servers.map((server) => once(server, "listening")));
  const ports = servers.flatMap((server, at) =>
    at % 6 === 0 ? [(server.address() as AddressInfo).port] : [],
  );
  const asked = ports.map((port) => `port_holders ${port}\n`).join("");
  const { stdout } = spawnSync("sh", { input: `${library}\n${asked}`, encoding: "utf8" });
  expect(stdout.trim().split("\n")).toEqual(ports.map(() => `${process.pid}`));
});

test("a login that a process of this host passes on is told with what that process has gone out to", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  servers = [server];
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const login = connect(port, "127.0.0.1");
  const carrier = createSocket("udp4");
  try {
    await once(login, "connect");
    // Not connected, it may send to anybody: no route out is needed for it.
    carrier.bind(0, "0.0.0.0");
    await once(carrier, "listening");
    const outward = (from: number) => {
      const env = { ...process.env, SSH_CONNECTION: `127.0.0.1 ${from} 127.0.0.1 ${port}` };
      const { stdout } = spawnSync("sh", { input: `${library}\ncollect_sockets\n`, encoding: "utf8", env });
      return stdout.split("\n").filter((line) => /^(relayed|out)/.test(line));
    };
    expect(outward(login.localPort!)).toEqual(["relayed", "out udp 0.0.0.0:0"]);
    expect(outward(1)).toEqual([]);
  } finally {
    login.destroy();
    carrier.close();
  }
});
