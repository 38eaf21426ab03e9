/** Whether certbot can prove a domain again: its plugin, its challenge, and the port on which standalone answers. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hookPaths } from "../../src/controls/certificates/hooks.ts";
import { proofFaults } from "../../src/controls/certificates/proof.ts";
import { schema } from "../../src/controls/certificates/schema.ts";
import type { RenewalConf, RenewalFact } from "../../src/facts/renewal.ts";
import type { NextFact } from "../../src/facts/renewal-next.ts";
import { next } from "./renewal-facts.ts";

fc.configureGlobal({ seed: 831610384 });

const conf: RenewalConf = {
  name: "example.com",
  authenticator: "standalone",
  webroots: new Map(),
  hooks: [],
  answers: false,
  broken: [],
};

interface Bend {
  readonly conf?: Partial<RenewalConf>;
  readonly fact?: Partial<RenewalFact>;
  readonly next?: Partial<NextFact>;
  readonly params?: object;
}

const faults = (bend: Bend) => {
  const found = { ...conf, ...bend.conf };
  const fact = { nginx: true, confs: [found], options: [], accounts: [], hooks: [], ...bend.fact };
  const params = schema.parse(bend.params ?? {});
  return proofFaults(found, { fact, next: { ...next(), ...bend.next }, params }).map(
    ({ verdict, found: said }) => `${verdict}: ${said}`,
  );
};

const option = (key: string, value: string) => ({ file: "/etc/letsencrypt/cli.ini", key, value });
const held = (unit: string, process = "nginx") => ({
  held: new Map([["80", "yes"]] as const),
  holders: [{ port: "80", process, pid: 7, unit }],
});
const stopped = {
  fact: { hooks: [{ when: "pre", path: hookPaths.stop }] },
  params: { renewal: "standalone", service: "nginx.service" },
} as const;
const project = { project: "/opt/myapp", name: "frontend" };
const compose = { ...stopped, params: { renewal: "standalone", service: project } } as const;

describe("a certificate can be proven", () => {
  it.each<[string, Bend]>([
    ["with port 80 free", {}],
    ["by a plugin that is there", { conf: { authenticator: "manual" } }],
    ["by one of its challenges", { conf: { preferred: "dns-01, http" } }],
    ["where the hook stops what holds the port", { ...stopped, next: held("nginx.service") }],
    [
      "where the hook stops what systemd holds the port for",
      {
        ...stopped,
        params: { ...stopped.params, service: "nginx.socket" },
        next: held("init.scope", "systemd"),
      },
    ],
    ["while certbot holds the port", { next: held("certbot.service", "certbot") }],
    [
      "where the hook stops the container",
      { ...compose, next: { ...held("docker.service", "docker-proxy"), published: [project] } },
    ],
    ["by webroot while port 80 is held", { conf: { authenticator: "webroot" }, next: held("nginx.service") }],
  ])("%s", (_, bend) => {
    expect(faults(bend)).toEqual([]);
  });
});

describe("a certificate can't be proven, or that is not known,", () => {
  it.each<[string, Bend, RegExp]>([
    ["without its plugin", { conf: { authenticator: "dns-x" } }, /^fail: .*no plugin dns-x/],
    ["without cli.ini's", { fact: { options: [option("authenticator", "nginx")] } }, /^fail: .*plugin nginx/],
    ["with unread plugins", { next: { plugins: [] } }, /^error: .*plugins/],
    ["by another challenge", { conf: { preferred: "dns-01," } }, /^fail: .*only dns-01, which standalone/],
    ["by cli.ini's", { fact: { options: [option("preferred-challenges", "dns")] } }, /^fail: .*only dns/],
    [
      "with a held port",
      { next: held("nginx.service") },
      /^fail: .*nginx \(process 7, nginx\.service\), and no/,
    ],
    [
      "with an owner unseen",
      { next: { held: new Map([["80", "yes"]]) } },
      /^fail: .*process that was not found/,
    ],
    ["with a port unread", { next: { held: new Map([["80", "unread"]]) } }, /^error: /],
    ["where the hook stops another", { ...stopped, next: held("apache2.service") }, /^error: .*apache2/],
    [
      "where another's hook may stop it",
      { conf: { hooks: [{ when: "pre", command: "x stop" }] }, next: held("nginx.service") },
      /^error: .*whether x stop frees it/,
    ],
    [
      "where a hook of cli.ini may stop it",
      { fact: { options: [option("pre-hook", "yes")] }, next: held("nginx.service") },
      /^error: .*pre-hook of .*cli\.ini/,
    ],
    [
      "where a hook of another certificate alone stops it",
      {
        fact: { confs: [{ ...conf, name: "other", hooks: [{ when: "pre", command: "x" }] }] },
        next: held("nginx.service"),
      },
      /^fail: /,
    ],
    ["with a container on the port", { next: { published: [project] } }, /^fail: .*frontend of \/opt\/myapp/],
    [
      "where the hook stops another container",
      { ...compose, next: { published: [{ ...project, name: "x" }] } },
      /^error: .*x of \/opt/,
    ],
    [
      "with a proxy of no container",
      { ...compose, next: held("docker.service", "docker-proxy") },
      /^error: /,
    ],
    ["on another port", { conf: { http01Port: "8888" } }, /^error: .*on port 8888/],
    ["on another port of cli.ini", { fact: { options: [option("http-01-port", "81")] } }, /^error: .*81/],
    ["on the loopback", { conf: { http01Address: "127.0.0.1" } }, /^fail: .*no CA comes/],
    [
      "on an address of another host",
      { conf: { http01Address: "192.0.2.1" }, next: { foreign: ["192.0.2.1"] } },
      /^fail: .*no address 192/,
    ],
  ])("%s", (_, bend, found) => {
    expect(faults(bend)).toEqual([expect.stringMatching(found)]);
  });

  it("whatever a file says, an authenticator without a plugin never passes", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (authenticator, preferred) => {
        fc.pre(!next().plugins.includes(authenticator));
        expect(faults({ conf: { authenticator, preferred } })).not.toEqual([]);
      }),
    );
  });
});
