/** Tables of sockets are longer than what the kernel gives in one read. */
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
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
