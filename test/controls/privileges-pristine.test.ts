/** Which programs with rights of their own the list of a release explains. */
import { expect, test } from "vitest";
import { isPristine } from "../../src/controls/privileges/pristine.ts";

const isListed = (entry: string) => isPristine("setuid", entry.split(" "), { codename: "trixie" });

test.each([
  ["as its package brings it", "/usr/bin/newuidmap 4755 root root"],
  ["for one group", "/usr/bin/newuidmap 4750 root sudo"],
  ["without the bit for others", "/usr/bin/chage 2750 root shadow"],
])("a program is pristine %s", (_when, entry) => {
  expect(isListed(entry)).toBe(true);
});

test.each([
  ["a bit more", "/usr/bin/chage 6755 root shadow"],
  ["another bit", "/usr/bin/chage 4755 root shadow"],
  ["a mode by which others write", "/usr/bin/newuidmap 4757 root root"],
  ["another owner", "/usr/bin/newuidmap 4755 op root"],
  ["the rights of another group", "/usr/bin/chage 2755 root disk"],
  ["another path", "/opt/newuidmap 4755 root root"],
])("a program is not pristine with %s", (_what, entry) => {
  expect(isListed(entry)).toBe(false);
});
