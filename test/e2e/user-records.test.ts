/** Accounts and groups by records of systemd (nss-systemd): a login by one works, and each check of accounts names what it is. */
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { sample } from "../setup/sample.ts";
import { profileFile } from "./harden.ts";
import { bothDistros, startHost, type TestHost } from "./hosts.ts";
import type { Row } from "./inventory-rows.ts";
import { ownEntries } from "./own-entries.ts";
import { must } from "./trouble.ts";
import { wrongParts } from "./wrong-parts.ts";

/** What the rest of the inventory takes its time for is not asked here. */
const profile = profileFile(`accounts: {users: []}
${ownEntries}  seconds: 3
`);

/** A file that nss-systemd(8) reads. */
function record(kind: string, object: string, name: string, text: object): Row {
  const path = `/etc/userdb/${name}`;
  return [
    kind,
    object,
    `mkdir -p /etc/userdb; echo '${JSON.stringify(text)}' >'${path}'`,
    `rm '${path}'; rmdir --ignore-fail-on-non-empty /etc/userdb`,
  ];
}

const noPassword = { privileged: { hashedPassword: [""] } };

const planted: readonly Row[] = [
  record("root-accounts", "eroot", "eroot.user", {
    userName: "eroot",
    uid: 0,
    gid: 0,
    homeDirectory: "/home/eroot",
    shell: "/bin/bash",
    disposition: "regular",
  }),
  record("accounts.empty-passwords", "eroot", "eroot.user-privileged", noPassword),
  [
    "login-keys",
    /^eroot SHA256:/,
    "mkdir -p /home/eroot/.ssh; cp /root/.ssh/authorized_keys /home/eroot/.ssh/",
    "rm -r /home/eroot",
  ],
  record("logins", "un set", "un set.user", { userName: "un set", uid: 4001, gid: 4001, shell: "/bin/sh" }),
  record("empty-passwords", "un set", "un set.user-privileged", noPassword),
  record("root-groups", "r1 op", "r1.group", { groupName: "r1", gid: 27, members: ["op"] }),
  record("root-groups", "disk op", "op:disk.membership", {}),
];

const kinds = new Set(planted.map(([kind]) => kind));

describe.skipIf(inject("docker") !== "").each(sample("user-records", bothDistros, 1))(
  "records of accounts on %s",
  (distro) => {
    let host: TestHost;
    beforeAll(async () => {
      host = await startHost(distro, "docker");
      await must(host, "dpkg --install /srv/nss/*.deb; systemd-run -q -p DynamicUser=yes sleep infinity");
    }, 120_000);
    afterAll(() => host?.remove());

    const wrong = async () => (await wrongParts(host, profile)).filter(({ kind }) => kinds.has(kind));

    test("are named as those of /etc/passwd and /etc/group are, and a unit's dynamic user is not", async () => {
      expect(await wrong()).toEqual([]);
      for (const [, , plant] of planted) await must(host, plant);
      expect(await must(host, "su -c 'id -u' eroot")).toMatch(/^0$/m);
      const found = await wrong();
      for (const [kind, name] of planted) {
        const object = typeof name === "string" ? name : expect.stringMatching(name);
        expect(found).toContainEqual({ kind, object, verdict: "fail" });
      }
      for (const [, , , takeAway] of planted) await must(host, takeAway);
      expect(await wrong()).toEqual([]);
    });
  },
);
