/** Every collector that is asked for many names answers each: what it doesn't answer is unknown, and never absent. */
import { expect, test } from "vitest";
import { splitters } from "../../src/facts/split.ts";

const nonce = "0123456789abcdef0123456789abcdef";
const units = (shown: string) => `\n@${nonce} shown\n${shown}\n@${nonce} disk\n`;

test.each<readonly [collector: keyof typeof splitters, answer: string, absent: string, name: string]>([
  ["package", "ufw 0.36 ii ", "ufw -", "ufw"],
  ["unit", units("Id=a.service\nNames=a.service"), units("Id=a.service\nLoadState=not-found"), "a.service"],
  ["sysctl", "vm.swappiness = 60", "absent vm.swappiness", "vm.swappiness"],
  ["kernel_values", "/proc/sys/net/ipv4/conf/lo/a:1", "absent net/ipv4/conf/*/a", "net/ipv4/conf/*/a"],
  ["exists", "yes /a", "no /a", "/a"],
  ["file", "ok /a\n1 /a\n\nx", "absent /a\n\n", "/a"],
  ["stat", "yes /a", "no /a", "/a"],
])("%s: a name that is not answered is unknown", (collector, answer, absence, name) => {
  const stateOf = (text: string) => splitters[collector]!(Buffer.from(text))([name]).state;
  expect(stateOf(answer)).toMatch(/^(present|unknown)$/);
  expect(stateOf(absence)).toBe("absent");
  expect(stateOf(collector === "unit" ? units("") : "\n\n")).toBe("unknown");
});
