/** certbot is asked with fixed words, and goes on when nobody listens any more. */
import { rmSync } from "node:fs";
import { afterEach, expect, it } from "vitest";
import { renewScript } from "../../src/host/script.ts";
import { waitUntil } from "../e2e/wait.ts";
import { Root, shells } from "./root.ts";

let root: Root;
afterEach(() => root.remove());

const certbot = `#!/bin/sh
R=$(dirname "$(dirname "$0")")
echo "$*" >>"$R/asked"
while [ -e "$R/busy" ]; do sleep 0.05; done
[ ! -e "$R/killed" ] || kill -KILL $$
head -c 9000 /dev/zero | tr '\\0' x
echo ended >>"$R/asked"
[ ! -e "$R/fails" ]
`;
const words = "renew --non-interactive --no-random-sleep-on-renew";
const start = "etc/letsencrypt/renewal-hooks/post/harden-start-service.sh";

it.each(shells)("certbot's words and its status are told by %s %s; nothing is kept", async (...shell) => {
  root = new Root(shell);
  root.program("certbot", certbot);
  root.write(start, `#!/bin/sh\ntouch "${root.path}/started"\n`, 0o755);
  const sent = await root.send(renewScript("dry", root.options()));
  expect(sent).toMatchObject({ outcome: "renewed", stderr: "" });
  root.write("fails", "");
  const failed = await root.send(renewScript("due", root.options()));
  expect(root.read("asked")).toBe(`${words} --dry-run\nended\n${words}\nended\n`);
  const notes = (of: typeof sent, code: string) =>
    of.events.flatMap((event) => (event.event === "note" && event.code === code ? [event] : []));
  const said = notes(sent, "output").map(({ text }) => text);
  expect([said.join(""), said.length > 1]).toEqual(["x".repeat(9000), true]);
  expect([sent, failed].map((each) => notes(each, "ended")[0]?.object)).toEqual(["0", "1"]);
  // Only a certbot that was killed leaves the post-hook to others.
  expect(root.exists("started")).toBe(false);
  root.write("killed", "");
  await root.send(renewScript("due", root.options()));
  expect(root.exists("started")).toBe(true);
});

it("it goes on when the link is lost", async () => {
  root = new Root();
  root.program("certbot", certbot);
  root.write("busy", "");
  const sent = root.start(renewScript("due", root.options()));
  await waitUntil("certbot works", async () => root.exists("asked"));
  sent.stdout?.destroy();
  sent.stderr?.destroy();
  sent.kill("SIGHUP");
  rmSync(root.at("busy"));
  await waitUntil("certbot has ended", async () => root.read("asked").includes("ended"));
});

it("a host whose certbot can't be found changes nothing", async () => {
  root = new Root();
  const sent = await root.send(renewScript("due", root.options()));
  expect(sent.outcome).toBe("refused");
});
