/** Hosts and files on one line: which is which, and how the whole ends. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { auditResults } from "../../generate/results-schema.ts";
import type { About, Outside } from "../../src/command/command.ts";
import { HardenError } from "../../src/errors.ts";
import { audit } from "../../src/features/audit/words.ts";
import { placesFrom } from "../../src/process/places.ts";
import { plainPage } from "../../src/reports/page.ts";
import { hardened } from "../compose/hardened.ts";

const packagedDir = fileURLToPath(new URL("../../profiles", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "harden-audit-"));
const written = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

/** No host answers; `reached`: what was to be. */
async function run(
  targets: readonly string[],
  format = "json",
  more: Readonly<Record<string, unknown>> = {},
  around: Partial<Outside> = {},
) {
  let reached: readonly string[] = [];
  const outside = {
    version: "0",
    page: plainPage,
    sidePage: plainPage,
    begin: () => {},
    say: () => {},
    checkSavable: async () => {},
    project: async () => undefined,
    places: () =>
      placesFrom({ cwd: folder, packagedDir }, () => Promise.reject(new Error("nothing is piped in"))),
    ports: async (_reach: unknown, about: About) => {
      reached = about.targets;
      return { connect: () => Promise.reject(new HardenError("connect", "No answer.")) };
    },
    ...around,
  } as unknown as Outside;
  const given = {
    targets,
    identity: [],
    limit: [],
    only: [],
    skip: [],
    profile: "production",
    failOn: "low",
    history: [],
    format,
    ...more,
  };
  const shown = await audit.run({ given, typed: new Set() }, outside);
  return { reached, ...shown };
}

describe("the words of an audit", () => {
  it("are hosts, and files by a slash or .yaml", async () => {
    const good = written("good.yaml", hardened);
    const dockerfile = written("Dockerfile", "FROM a:1\n");
    const { out, status, reached } = await run(["web1", good, "ssh://root@web2", dockerfile]);
    expect(reached).toEqual(["web1", "ssh://root@web2"]);
    const all = JSON.parse(out) as readonly { target: string; verdict: string }[];
    expect(all.map(({ target, verdict }) => `${target} ${verdict}`)).toEqual([
      ...["web1 unreachable", "ssh://root@web2 unreachable", `${good} pass`, `${dockerfile} fail`],
    ]);
    expect(status).toBe(6);
  });

  it("are evidence by the criteria of a framework, in which a host that isn't read lets none pass", async () => {
    const good = written("good.yaml", hardened);
    const { out, status } = await run(["web1", good], "json", { framework: "soc2" });
    const { framework, criteria } = JSON.parse(out) as {
      framework: string;
      criteria: readonly { number: string; verdict: string }[];
    };
    expect(framework).toBe("soc2");
    expect(criteria.map(({ number }) => number)).toContain("CC6.1");
    expect(criteria.filter(({ verdict }) => verdict === "pass")).toEqual([]);
    expect(status).toBe(1);
    expect((await run(["web1", good], "text", { framework: "anssi" })).out).toContain("ANSSI BP-028");
    expect((await run([good], "junit", { framework: "cis" })).out).toContain("<testsuites");
  });

  it("of files alone are for this machine", async () => {
    const { out, reached } = await run([written("good.yaml", hardened)]);
    expect(reached).toEqual([]);
    expect((JSON.parse(out) as readonly { target: string }[])[0]!.target).toBe("this machine");
  });

  it("name no file that can't be read: no host is reached then", async () => {
    await expect(run(["web1", "./missing.yaml"])).rejects.toThrow("./missing.yaml can't be read");
  });

  it("with a file that can't be used end so, and what else was judged is told", async () => {
    const broken = written("broken.yaml", "a: [");
    const { out, errors, status } = await run(["web1", broken], "text");
    expect(status).toBe(6);
    expect(out).toContain("2 results, 2 not green:");
    expect(errors.find((text) => text.includes(broken))).toContain("the file is as it was");
    expect(errors.find((text) => text.includes(broken))).not.toContain("no host was contacted");
  });
});

describe("a page", () => {
  it("is not put on a terminal: no host is reached for that", async () => {
    const onTerminal = { page: { ...plainPage, width: 80 } };
    await expect(run(["web1"], "html", {}, onTerminal)).rejects.toMatchObject({
      message: "A page of HTML can't be read on a terminal.",
      details: { hostState: "no host was contacted" },
    });
    expect((await run(["web1"], "html")).out).toContain("<!DOCTYPE html>");
    expect((await run(["web1"], "html", { framework: "soc2" })).out).toContain("SOC 2: evidence");
  });

  it("alone shows earlier audits", async () => {
    const saved = written("was.json", "[]");
    await expect(run(["web1"], "json", { history: [saved] })).rejects.toThrow("Only --format html");
    await expect(run(["web1"], "html", { history: [saved] })).rejects.toThrow("has no results of hosts");
  });
});

describe("an earlier audit", () => {
  const at = "2027-01-30T02:00:00Z";
  const was = { at, host: { machineId: "m" }, reach: [], outside: { why: "x" }, checks: [] };
  const audit = (...targets: string[]) => JSON.stringify(targets.map((target) => ({ target, value: was })));

  it.each([
    ["is missing", undefined, /The baseline \S+none\.json can't be read: no such file/],
    ["is empty", "", /is empty/],
    ["is no audit", "{}", /can't be taken as an audit: it has no results of hosts/],
    ["is of another host", audit("web2", "web3"), /last\.json is an audit of web2, web3, not of web1\./],
  ])("that %s is refused before any host is reached", async (_, text, why) => {
    const baseline = text === undefined ? join(folder, "none.json") : written("last.json", text);
    await expect(run(["web1"], "json", { baseline })).rejects.toMatchObject({
      code: "usage",
      message: expect.stringMatching(why),
      details: { hostState: "no host was contacted" },
    });
  });

  it("lets pass of a file what was open then, and tells new from known", async () => {
    const weak = "services:\n  a:\n    image: a:latest\n";
    const file = written("weak.yaml", weak);
    const first = await run(["web1", file], "json");
    const baseline = written("last.json", first.out);
    const known = await run(["web1", file], "json", { baseline });
    const [, again] = JSON.parse(known.out);
    expect(again).toMatchObject({
      verdict: "pass",
      value: { since: { baseline, mended: [], unlooked: [] } },
    });
    expect(auditResults.safeParse(JSON.parse(known.out)).error).toBeUndefined();
    written("weak.yaml", `${weak}    privileged: true\n`);
    const { out } = await run(["web1", file], "json", { baseline });
    const [, { verdict, value }] = JSON.parse(out);
    expect(verdict).toBe("fail");
    const fresh = value.checks.filter(({ since }: { since?: string }) => since === "new");
    expect(fresh.map(({ id }: { id: string }) => id)).toContain("containers.privileged");
    const { out: text } = await run(["web1", file], "text", { baseline });
    expect(text).toMatch(/^ {2}new +\d+ {2}.*containers\.privileged/m);
    expect(text).toMatch(/^ {2}known +\d+ {2}/m);
    const { out: sarif } = await run(["web1", file], "sarif", { baseline });
    const states = JSON.parse(sarif).runs[0].results.map(
      (each: { baselineState: string }) => each.baselineState,
    );
    expect(new Set(states)).toEqual(new Set(["new", "unchanged"]));
    const { out: junit } = await run(["web1", file], "junit", { baseline });
    expect(junit).toContain('<failure type="fail" message="');
    expect(junit.match(/<failure/g)!.length).toBe(fresh.length);
  });
});

describe("the file of a webhook", () => {
  it.each(["ftp://a/b", "http://hooks.example/T0KEN", "https://u:p@hooks.example/T0KEN", "T0KEN"])(
    "has https, or this machine: %s",
    async (url) => {
      const webhookFile = written("hook", `${url}\n`);
      const refused = run(["web1"], "json", { webhookFile });
      await expect(refused).rejects.toMatchObject({ code: "usage" });
      await expect(refused).rejects.not.toThrow(/T0KEN/);
    },
  );

  it.each(["https://hooks.example/T0KEN", "http://127.0.0.1:8080/T0KEN", "http://[::1]/T0KEN"])(
    "hears of what isn't 0, without what the host has said: %s",
    async (url) => {
      const { webhook, out } = await run(["web1"], "json", { webhookFile: written("hook", `${url}\n`) });
      expect(webhook).toMatchObject({ url, file: join(folder, "hook") });
      expect(out).not.toContain("T0KEN");
      expect(JSON.parse(webhook!.body)).toEqual({
        text: "harden audit: 1 result, not green: web1",
        command: "audit",
        status: 1,
        targets: [{ target: "web1", verdict: "unreachable", status: 1, error: "connect" }],
      });
    },
  );
});

describe("the inventory alone", () => {
  it.each([
    ["sarif", {}, "--format sarif has an audit, not the inventory alone."],
    ["text", { framework: "soc2" }, "--framework prints an audit, not the inventory alone."],
  ])("is text or JSON: with %s it is refused before any host is reached", async (format, more, message) => {
    await expect(run(["web1"], format, { inventory: true, ...more })).rejects.toMatchObject({
      code: "usage",
      message,
      details: { hostState: "no host was contacted" },
    });
  });

  it("is printed in the audit's place, and ends as the audit does", async () => {
    const weak = written("alone.yaml", "services:\n  a:\n    image: a:latest\n");
    const { out, status } = await run(["web1", weak], "json", { inventory: true });
    expect(JSON.parse(out)).toMatchObject([{ target: "web1", error: { code: "connect" } }]);
    expect(status).toBe(6);
    expect((await run(["web1", weak], "text", { inventory: true })).out).toBe(
      "web1: no inventory: No answer.",
    );
  });
});
