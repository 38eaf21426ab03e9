/** One call, and what came of it: never the URL, and never another place than it. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { post } from "../src/process/webhook.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A server that answers so; what it was asked for, and where it is. */
async function receiver(status: number, headers: Record<string, string> = {}) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers["content-type"]}`);
    response.writeHead(status, headers).end("hello");
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/s3cret` };
}

it("is one POST of JSON", async () => {
  const { asked, url } = await receiver(204);
  expect(await post(url, "{}")).toBeUndefined();
  expect(asked).toEqual(["POST /s3cret application/json"]);
});

it("says what it was answered, and follows nobody elsewhere", async () => {
  const other = await receiver(200);
  const { url } = await receiver(307, { location: other.url });
  expect(await post(url, "{}")).toBe("it answered with status 307");
  expect(other.asked).toEqual([]);
  expect(await post((await receiver(500)).url, "{}")).toBe("it answered with status 500");
});

it("says that nobody is there", async () => {
  const { url } = await receiver(200);
  for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
  expect(await post(url, "{}")).toBe("no connection came about (ECONNREFUSED)");
});

it.each([
  ["no TLS", undefined, /^no connection came about/],
  ["no name", "https://s3cret.invalid/s3cret", /^no connection came about/],
])("says why nothing was said, without the URL: %s", async (_, url, why) => {
  const plain = await receiver(200);
  const told = await post(url ?? plain.url.replace("http:", "https:"), "{}");
  expect(told).toMatch(why);
  expect(told).not.toContain("s3cret");
});
