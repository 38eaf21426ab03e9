/** `harden renew`: asked first where it interrupts, and honest about what came of it. */
import { describe, expect, test } from "vitest";
import { lineagesOf, renewCommand } from "../../src/features/renew/work.ts";
import { bareNext } from "../../src/next.ts";

const standalone = "certbot\t/usr/bin/certbot\nconf\ta.example\nset\ta.example\tauthenticator\tstandalone\n";
const webroot = standalone.replace("standalone", "webroot");
const holder = "holder\tnginx\t7\tnginx.service\n";
const well = "  /etc/letsencrypt/live/a.example/fullchain.pem (success)\n";
const said = (text: string, status: number) =>
  `@harden - note output - ${Buffer.from(text).toString("base64")}\n@harden - note ended ${Buffer.from(String(status)).toString("base64")} -\n@harden - end renewed`;

interface Host {
  /** What certbot remembers; undefined: there is no certbot. */
  readonly conf?: string;
  /** What the host says of the renewal; undefined where the link is lost. */
  readonly says?: string;
  /** Who listens, before and after. */
  readonly ports?: readonly string[];
  readonly agrees?: boolean;
  readonly dryRun?: boolean;
}

async function renew({ conf, says, ports: held = [holder, holder], agrees = true, dryRun = false }: Host) {
  const left = [...held];
  const [sent, asked, told]: [string[], string[], string[]] = [[], [], []];
  const stderr = Buffer.alloc(0);
  const transport = {
    identity: { login: "root", privilege: { level: "root" } },
    close: async () => {},
    async run(script: string, { onLine }: { onLine?: (line: string, stream: string) => void }) {
      const exit = { code: 0 };
      const mode = /^set -- 'renew' '(\w+)'/m.exec(script)?.[1];
      if (mode !== undefined) {
        sent.push(mode);
        for (const line of says?.split("\n") ?? []) onLine?.(line, "stdout");
        return { stdout: Buffer.alloc(0), stderr, exit };
      }
      const text = /^probe '1' '\d+' 'renewal_after'/m.test(script) ? (left.shift() ?? "") : conf;
      const value = text === undefined ? "\n@ab 1 3\n" : `${text}end\tyes\n\n@ab 1 0\n`;
      return { stdout: Buffer.from(`\n@ab 1 begin\n${value}\n@ab end\n`), stderr, exit };
    },
  };
  const ports = {
    ask: async (question: string) => {
      asked.push(question);
      return agrees;
    },
    emit: (event: { text?: string }) => told.push(event.text ?? ""),
    connect: async () => transport,
    random: () => "ab",
    now: () => 0,
    next: bareNext,
    every: () => ({ stop: () => {} }),
  } as never;
  const options = { targets: ["web1"], identityFiles: [], acceptNewHostKey: false, dryRun };
  const { report, status } = await renewCommand(options, ports);
  return { status, result: report[0]!, sent, asked, told };
}

describe("a renewal", () => {
  test("says that standalone interrupts, asks, and tells what certbot did", async () => {
    const { told, asked, sent, status, result } = await renew({ conf: standalone, says: said(well, 0) });
    expect(told[0]).toMatch(/^standalone \(a\.example\) interrupts .*no pre-hook/);
    expect(asked).toEqual([expect.stringMatching(/^Renew the certificates that are due on web1\? Services/)]);
    expect([sent, status]).toEqual([["due"], 0]);
    expect(result).toMatchObject({
      value: { lineages: [{ name: "a.example", outcome: "renewed" }], said: [] },
    });
  });

  test("isn't begun where somebody says no", async () => {
    const { sent, status, result } = await renew({ conf: standalone, agrees: false });
    expect([sent, status]).toEqual([[], 1]);
    expect(result).toMatchObject({ verdict: "declined", value: { certbot: "not asked" } });
  });

  test("that is a trial by webroot needs no question; a real one does", async () => {
    const says = said(well, 0);
    expect(await renew({ conf: webroot, says, dryRun: true })).toMatchObject({
      asked: [],
      sent: ["dry"],
      status: 0,
    });
    expect((await renew({ conf: webroot, says })).asked).toHaveLength(1);
    expect((await renew({ conf: standalone, says, dryRun: true })).asked).toHaveLength(1);
  });

  test.each([
    [undefined, { certbot: "not installed" }],
    ["", { certbot: "not installed" }],
    ["keeper\tcaddy\n", { certbot: "not installed", keeper: "caddy" }],
    ["certbot\t/usr/bin/certbot\n", { certbot: "nothing to renew" }],
  ])("of a host without it: %j", async (conf, value) => {
    expect(await renew(conf === undefined ? {} : { conf })).toMatchObject({
      status: 0,
      asked: [],
      sent: [],
      result: { value },
    });
  });

  test("that fails, or leaves something down, is 2 and told", async () => {
    const failed = await renew({
      conf: standalone,
      says: said("Could not bind TCP port 80 because\nbad", 1),
    });
    expect(failed).toMatchObject({
      status: 2,
      result: { value: { status: 1, failures: [{ id: "certbot.port-busy" }] } },
    });
    const down = await renew({ conf: standalone, says: said(well, 0), ports: [holder, ""] });
    expect(down).toMatchObject({
      status: 2,
      result: { value: { failures: [{ id: "certbot.service-down" }] } },
    });
  });

  test("whose link is lost is unknown; one that can't be started changed nothing", async () => {
    const lost = await renew({ conf: standalone });
    expect(lost).toMatchObject({
      status: 5,
      result: { error: { details: { hostState: expect.stringContaining("goes on there") } } },
    });
    const text = Buffer.from("certbot could not be started").toString("base64");
    const refused = await renew({
      conf: standalone,
      says: `@harden - refused certbot - ${text} -\n@harden - end refused`,
    });
    expect(refused).toMatchObject({
      status: 1,
      result: { error: { message: expect.stringContaining("could not be started") } },
    });
  });
});

test("certbot's last lines say what became of each certificate", () => {
  const text = `Simulating renewal\n  /etc/letsencrypt/live/a/fullchain.pem expires on 2027-01-01 (skipped)\n  /etc/letsencrypt/live/b/fullchain.pem (failure)\n${well}nothing (success)\n`;
  expect(lineagesOf(text)).toEqual([
    { name: "a", outcome: "not due" },
    { name: "b", outcome: "failed" },
    { name: "a.example", outcome: "renewed" },
  ]);
});
