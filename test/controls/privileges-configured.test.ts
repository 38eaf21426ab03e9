/** What is said of a path in root's configuration that others can change, and of a shell of root that hosts.allow gives; on facts made by hand. */
import { expect, it } from "vitest";
import { privileges } from "../../src/controls/privileges.ts";
import { inventory } from "../../src/facts/inventory.ts";
import { absent, present } from "../../src/facts/probe.ts";
import { access, debian, inputOf, verdict } from "./facts.ts";

it.each([
  [
    "configured-paths",
    "/etc/x.conf ../op/a b",
    "configured\t/etc/x.conf\t../op/a b\t2\t/srv/op\t0755\top\top",
    "/etc/x.conf:2 names ../op/a b: others than root can write to /srv/op (0755 op op)",
  ],
  [
    "configured-paths",
    "/etc/a b.conf /tmp/x",
    "configured\t/etc/a b.conf\t/tmp/x\t1\t/tmp\tmissing",
    "/etc/a b.conf:1 names /tmp/x: it is not there, and anybody can make it in /tmp",
  ],
  [
    "empty-passwords",
    "/etc/hosts.allow ALL: ALL: twist /bin/sh",
    "twist\t/etc/hosts.allow ALL: ALL: twist /bin/sh",
    "whoever connects gets a shell of root: /etc/hosts.allow ALL: ALL: twist /bin/sh",
  ],
])("%s: %s", (kind, name, row, about) => {
  const ends = ["configured", "twist", "account", "directory"].map((each) => `done\t${each}`);
  const input = inputOf(privileges, {
    params: privileges.schema.parse({}),
    facts: {
      inventory: present(inventory(15).parse(Buffer.from([row, ...ends, ""].join("\n")))),
      emptyHashes: absent,
    },
    access,
    host: debian("13"),
  });
  const found = verdict(privileges, `privileges.${kind}`, input).parts ?? [];
  expect(found.filter(({ verdict }) => verdict === "fail")).toMatchObject([{ object: name, found: about }]);
});
