/** docs/pipeline.md and its CI file, line by line: a host is deployed to where all holds, and only there. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { hasDocker, startHost, type TestHost } from "./hosts.ts";
import { commandsOf, operator } from "./pages.ts";
import { must } from "./trouble.ts";

const ci = parse(readFileSync(join(import.meta.dirname, "../../docker/example/ci.yml"), "utf8"));
const steps = ci.jobs.deploy.steps as readonly { readonly name?: string; readonly run?: string }[];

const compose = `name: shop
services:
  api:
    image: app:1.0
    command: ["sleep", "9999"]
    user: "1000:1000"
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    tmpfs: ["/tmp:size=64M,mode=1777"]
    healthcheck: {test: ["CMD", "true"], interval: 1s}
    restart: unless-stopped
    logging: {driver: json-file, options: {max-size: 10m, max-file: "3"}}
    deploy:
      resources:
        limits: {cpus: "0.5", memory: 64M, pids: 64}
        reservations: {memory: 16M}
    networks: [internal]
networks:
  internal: {internal: true}
`;

/** What no check can answer here. */
const attested = [
  "network.security-groups",
  "secret.encrypted",
  "secret.rotation",
  "monitoring.access",
  "monitoring.logs",
];
const project = `profile: ./profiles/shop.yaml
hosts: {web1: {}}
compose: {shop: {files: compose.yaml, hosts: [web1]}}
attestations:
${attested.map((line) => `  - {line: ${line}, who: Ops, when: 2026-01-01, until: 2999-01-01, evidence: TICKET-1}\n`).join("")}`;

const lines = steps.flatMap(({ name = "", run }) => (run === undefined ? [] : [{ name, run }]));

// Each step begins with what the one before has left.
describe.skipIf(!hasDocker())("the pipeline", { retry: 0 }, () => {
  let host: TestHost;
  let here: ReturnType<typeof operator>;
  beforeAll(async () => {
    host = await startHost("debian13", "services", { name: "web1" });
    await must(host, "docker import /srv/busybox.tar app:1.0");
    here = operator(host, { "harden.yaml": project, "compose.yaml": compose });
    const profile = `extends: production\naccess: {from: [${host.controller}/32]}\n`;
    const made = await here.run(
      `mkdir profiles; printf '${profile.replaceAll("\n", "\\n")}' >profiles/shop.yaml`,
    );
    expect(made, made.stderr).toMatchObject({ code: 0 });
  });
  afterAll(() => host?.remove());

  test("has in its page the lines of its CI file", () => {
    const typed = lines.flatMap(({ run }) => run.split("\n")).filter((line) => line.startsWith("harden "));
    expect(commandsOf("pipeline.md")).toEqual(typed);
  });

  test.each(lines)("$name", async ({ run }) => {
    const { code, stdout, stderr } = await here.run(run);
    expect(code, `${run}\n${stdout}${stderr}`).toBe(0);
  });

  test("stops before a deployment that the checklist doesn't want, and after one that has not held", async () => {
    here.put("compose.yaml", compose.replace("cap_drop: [ALL]", "privileged: true"));
    const before = await here.run("harden checklist web1");
    expect(before, before.stdout).toMatchObject({ code: 2 });
    expect(before.stdout).toMatch(/fail.*cap_drop ALL/);
    here.put("compose.yaml", compose);
    await must(host, "docker run --detach --name open app:1.0 sleep 9999");
    const after = await here.run("harden verify web1 --after-deploy");
    expect(after, after.stdout).toMatchObject({ code: 2 });
  });
});
