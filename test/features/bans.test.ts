import { describe, expect, test } from "vitest";
import { bansCommand } from "../../src/features/bans/work.ts";
import { bareNext } from "../../src/next.ts";

const address = "203.0.113.7";
const banned = (...addresses: string[]) =>
  `server\njail recidive\njail sshd\n${addresses.map((each) => `ban ${Buffer.from(each).toString("hex")} 1000 600\n`).join("")}`;

interface Host {
  /** What the collector prints, one time after another; undefined: fail2ban isn't installed. */
  readonly lists: readonly (string | undefined)[];
  /** What the host says of the unban; undefined where the link is lost. */
  readonly says?: string;
}

async function letIn({ lists, says }: Host, { unban, agrees = true }: { unban?: string; agrees?: boolean }) {
  const left = [...lists];
  const sent: string[] = [];
  const transport = {
    identity: { login: "root", privilege: { level: "root" } },
    close: async () => {},
    async run(script: string, { onLine }: { onLine?: (line: string, stream: string) => void }) {
      const stderr = Buffer.alloc(0);
      const exit = { code: 0 };
      if (script.includes("set -- 'unban'")) {
        sent.push(script);
        for (const line of says?.split("\n") ?? []) onLine?.(line, "stdout");
        return { stdout: Buffer.alloc(0), stderr, exit };
      }
      const list = left.shift();
      const value = list === undefined ? "\n@ab 1 3\n" : `${list}\n@ab 1 0\n`;
      return { stdout: Buffer.from(`\n@ab 1 begin\n${value}\n@ab end\n`), stderr, exit };
    },
  };
  const ports = {
    ask: async () => agrees,
    connect: async () => transport,
    random: () => "ab",
    next: bareNext,
  } as never;
  const options = { targets: ["web1"], identityFiles: [], acceptNewHostKey: false };
  const { report, status } = await bansCommand(
    { ...options, ...(unban === undefined ? {} : { unban }) },
    ports,
  );
  return { status, result: report[0]!, sent };
}

describe("bans", () => {
  test("are listed by jail, with their end", async () => {
    const { result, status } = await letIn({ lists: [banned(address)] }, {});
    expect(status).toBe(0);
    const jails = [
      { name: "recidive", bans: [], more: 0 },
      { name: "sshd", bans: [{ address, since: 1000, until: 1600 }], more: 0 },
    ];
    expect(result).toMatchObject({ value: { fail2ban: "running", jails } });
  });

  test.each([
    [undefined, "not installed"],
    ["", "not running"],
  ])("of a host that has none: %j", async (list, fail2ban) => {
    expect(await letIn({ lists: [list] }, {})).toMatchObject({ status: 0, result: { value: { fail2ban } } });
  });
});

describe("an address", () => {
  const unban = address;

  test("is let in when fail2ban's own list is without it", async () => {
    const { result, sent } = await letIn(
      { lists: [banned(address, "::1"), banned("::1")], says: "@harden - end unbanned" },
      { unban },
    );
    expect(result).toMatchObject({ value: { letIn: { address, by: ["sshd"] } } });
    expect(sent).toHaveLength(1);
  });

  test("that nobody has banned changes nothing, as a no does", async () => {
    const { result, sent, status } = await letIn({ lists: [banned("::1")] }, { unban });
    expect(result).toMatchObject({ value: { letIn: { by: [] } } });
    expect([status, sent]).toEqual([0, []]);
    const declined = await letIn({ lists: [] }, { unban, agrees: false });
    expect(declined).toMatchObject({ status: 1, result: { value: { fail2ban: "not asked" } }, sent: [] });
  });

  test.each<[string, Host, number, string]>([
    [
      "still banned",
      { lists: [banned(address), banned(address)], says: "@harden - end unbanned" },
      1,
      "but now",
    ],
    [
      "gone since",
      { lists: [banned(address), ""], says: "@harden - end unbanned" },
      1,
      "does not run any more",
    ],
    [
      "refused",
      { lists: [banned(address)], says: "@harden - refused f x bm8= -\n@harden - end refused" },
      1,
      "no.",
    ],
    ["lost", { lists: [banned(address)] }, 5, "was lost"],
    ["no server", { lists: [""] }, 1, "does not run on web1"],
  ])("is not said to be in where that isn't known: %s", async (_, host, status, message) => {
    const done = await letIn(host, { unban });
    expect(done.status).toBe(status);
    expect(done.result).toMatchObject({ error: { message: expect.stringContaining(message) } });
  });
});
