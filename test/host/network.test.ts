/** Network settings as the kernel has them, in a network of the test's own. */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { collectScript, parseCollected } from "../../src/facts/collect.ts";
import { forwardingPaths, netOf, passingOn } from "../../src/facts/forwarding.ts";
import { readAll, readFact } from "../../src/facts/probe.ts";
import { kernelProbes, netState } from "../../src/facts/sysctl.ts";
import { library } from "../../src/host/library.ts";
import { shells } from "./root.ts";

const nonce = "0123456789abcdef0123456789abcdef";

/** The fact of a network that those words of ip(8) and that script have made. */
function read(
  shell: readonly string[],
  { links, script = "" }: { links: readonly string[]; script?: string },
) {
  const batch = links.map((words) => `link ${words}`).join("\n");
  const make = `mount -t sysfs sysfs /sys && mount -t proc proc /proc && ip -batch - <<'END' || exit\n${batch}\nEND\n${script}\nexec "$@"`;
  const args = ["--net", "--mount", "sh", "-c", make, "sh", ...shell];
  const probes = { net: netState, ...kernelProbes(forwardingPaths) };
  const all = Object.values(probes);
  const input = `${library}\n${collectScript(all, nonce)}`;
  const { stdout, stderr } = spawnSync("unshare", args, { input, timeout: 60_000 });
  const { facts } = parseCollected(all, { stdout, stderr, nonce });
  return netOf(readAll(facts, kernelProbes(forwardingPaths)), readFact(facts, netState));
}

const isPossible = process.getuid?.() === 0 && spawnSync("unshare", ["--net", "ip", "link"]).status === 0;

describe.skipIf(!isPossible).each(shells.map((shell) => ({ shell })))("$shell", ({ shell }) => {
  test("an interface that alone forwards is told, and which interfaces a bridge has", () => {
    const links = [
      ...["add br.0 type bridge", "add ga type veth peer name gb"],
      ...["set ga master br.0", "set gb master br.0", "set gb nomaster"],
    ];
    const script = "cd /proc/sys/net/ipv4; echo 0 >ip_forward; echo 1 >conf/gb/forwarding";
    const fact = read(shell, { links, script });
    if (fact.state !== "present") throw new Error(JSON.stringify(fact));
    expect(fact.value.ports).toEqual([{ bridge: "br.0", port: "ga" }]);
    expect(passingOn(fact.value, 4)?.filter(({ as }) => as === "router")).toEqual([
      { setting: "net.ipv4.conf.gb.forwarding = 1", as: "router", link: "gb" },
    ]);
  });
});

test.skipIf(!isPossible)("too many interfaces are unknown, and not a few of them", () => {
  const links = Array.from({ length: 1000 }, (_, at) => `add a${at} type veth peer name b${at}`);
  expect(read(["sh"], { links })).toEqual({
    state: "unknown",
    why: "there are more than 2000 interfaces",
  });
});
