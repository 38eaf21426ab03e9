/** Failures of a renewal, each by its name. */
import { describe, expect, it } from "vitest";
import { failuresOf, may, type Renewed } from "../../src/assess/renewal.ts";
import { type RenewalAfter, renewalAfter } from "../../src/facts/renewal-after.ts";

const none: RenewalAfter = { holders: [], published: [], units: [], containers: [], paths: [], readers: [] };
const held = { ...none, holders: [{ process: "nginx", pid: 7, unit: "nginx.service" }] };
const conf = {
  nginx: false,
  confs: [],
  options: [],
  accounts: [],
  hooks: [],
};
const names = (bend: Partial<Renewed>) =>
  failuresOf({ said: "", before: held, after: held, conf, ...bend }).map(
    ({ id, found }) => `${id}: ${found}`,
  );
const root = "/etc/letsencrypt";
const paths = [
  { path: `${root}/archive/a.example`, mode: 0o750, uid: 0, gid: 1002 },
  { path: `${root}/live/a.example/privkey.pem`, mode: 0o640, uid: 0, gid: 1002 },
];
const reader = {
  name: "web",
  uid: 1000,
  gids: [1000],
  groupAdd: ["ssl"],
  mounts: [`${root}/live/a.example`, `${root}/archive/a.example`],
};

describe("a renewal", () => {
  it("that went well has none", () => expect(names({})).toEqual([]));

  it.each([
    "Could not bind TCP port 80 because it is already in use by another process on this system (such as a web server).",
    "Problem binding to port 80: Could not bind to IPv4 or IPv6.",
  ])("%s: the port is taken", (said) => {
    const [found] = names({ said });
    expect(found).toBe("certbot.port-busy: port 80: held by nginx (process 7, nginx.service); no pre-hook");
    const after = { ...held, published: [{ name: "front", image: "app" }] };
    const hooks = [{ when: "pre" as const, path: "/h" }];
    expect(names({ said, after, conf: { ...conf, hooks } })).toEqual([
      expect.stringMatching(/the container front of app; pre-hooks \/h$/),
    ]);
    expect(names({ said, before: none, after: none })[0]).toContain("nobody holds it now");
  });

  it("in which certbot may not write", () => {
    expect(
      names({ said: "x\nPermissionError: [Errno 13] Permission denied: '/etc/letsencrypt/x'" })[0],
    ).toContain("certbot.permission-denied: certbot says: PermissionError");
  });

  it("after which a service is down: what the mark names, or who held the port", () => {
    const after = { ...none, units: [{ name: "nginx.service", state: "failed failed exit-code" }] };
    expect(names({ after, conf: { ...conf, stopped: "compose /opt/myapp frontend" } })).toEqual([
      "certbot.service-down: frontend of /opt/myapp was stopped for the renewal and not started again; nginx.service is failed failed exit-code; no post-hook",
    ]);
    expect(names({ after })[0]).toMatch(/^certbot\.service-down: port 80 was held by nginx .* nobody/);
    expect(names({ before: none, after: none })).toEqual([]);
  });

  it("after which a container can't read the key that it mounts", () => {
    const of = (bend: object) => names({ after: { ...held, paths, readers: [{ ...reader, ...bend }] } });
    expect(of({})).toEqual([
      expect.stringMatching(
        /^certbot\.permission-denied: .*privkey\.pem is 0640, group 1002; web runs as uid 1000, groups 1000, group_add ssl$/,
      ),
    ]);
    for (const fine of [
      { gids: [1000, 1002] },
      { uid: 0 },
      { mounts: ["/etc/letsencrypt/archive/b.example"] },
    ])
      expect(of(fine)).toEqual([]);
  });
});

it("the first class that fits decides, as in the kernel", () => {
  const key = { path: "", mode: 0o604, uid: 0, gid: 5 };
  expect([may({ uid: 1, gids: [5] }, key, "read"), may({ uid: 1, gids: [6] }, key, "read")]).toEqual([
    false,
    true,
  ]);
});

it("what the host says is read by lines; cut off is no answer", () => {
  const text = `holder\tnginx\t7\tnginx.service\npath\t750\t0\t1002\t${root}/archive/a/\nadded\t/web\t["1002"]\nmount\t/web\t/x y\nreader\t/web\t1000\t1000 1002\n`;
  const { parse } = renewalAfter(root);
  expect(() => parse(Buffer.from(text))).toThrow("cut off");
  expect(parse(Buffer.from(`${text}end\tyes\n`))).toMatchObject({
    holders: [{ process: "nginx", pid: 7, unit: "nginx.service" }],
    paths: [{ path: `${root}/archive/a`, mode: 0o750 }],
    readers: [{ name: "web", uid: 1000, gids: [1000, 1002], groupAdd: ["1002"], mounts: ["/x y"] }],
  });
});
