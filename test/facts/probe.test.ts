import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { collectScript, parseCollected } from "../../src/facts/collect.ts";
import { debianPackage, file, sysctl } from "../../src/facts/files.ts";
import {
  asRoot,
  type Facts,
  hintOf,
  hintOfWhy,
  probeKey,
  type RawFact,
  readFact,
} from "../../src/facts/probe.ts";
import { sshdEffective } from "../../src/facts/sshd.ts";
import { library } from "../../src/host/library.ts";

const nonce = "00112233445566778899aabbccddeeff";
const probe = file("/etc/hostname");
const factsOf = (state: RawFact["state"], text: string): Facts =>
  new Map([[probeKey(probe), { state, data: Buffer.from(text) }]]);

describe("the hint of a path that is not held", () => {
  it.each([
    ["/etc/a belongs to daemon", "chown -h root:root /etc/a;"],
    ["/etc/a belongs to the user 4711", "chown -h root:root /etc/a;"],
    ["mail, op can write to /etc/a by the group mail", "chmod g-w /etc/a;"],
    ["the group 4711 can write to /etc/a", "chmod g-w /etc/a;"],
    ["the group op can write to /etc/it is", "chmod g-w '/etc/it is';"],
    ["/etc/a has an access list by which others can write to it", "setfacl -b /etc/a takes"],
    ["everybody can write to /tmp", "a mode by which nobody else writes to it;"],
    ["/etc/a leads in a circle", "ls -l /etc/a;"],
    ["a folder that leads to it does not answer", "findmnt"],
  ])("says of %s what mends it", (why, hint) => {
    expect(hintOf({ state: "unknown", why, unheld: true })).toContain(hint);
    expect(hintOfWhy(why)).toContain(hint);
    expect(hintOfWhy(`/etc/a/x could not be read: ${why}`)).toBe(hintOfWhy(why));
  });

  it("is to run as root where the path was held", () => {
    expect(hintOf({ state: "unknown", why: "permission denied" })).toBe(asRoot);
    expect(hintOfWhy("/etc/a: permission denied")).toBe(asRoot);
  });

  it("is in general words where the reason is another one", () => {
    const hint = hintOf({ state: "unknown", why: "its folders could not be read", unheld: true });
    expect(hint).toMatch(/^Give that folder to root/);
  });
});

describe("a fact", () => {
  it("that could not be read is unknown, with the reason, and never absent", () => {
    expect(readFact(factsOf("unknown", "permission denied"), probe)).toEqual({
      state: "unknown",
      why: "permission denied",
    });
    expect(readFact(factsOf("unsupported", "a container"), probe)).toEqual({
      state: "unsupported",
      why: "a container",
    });
    expect(readFact(factsOf("absent", ""), probe)).toEqual({ state: "absent" });
  });

  it("that nobody collected, or that makes no sense, is unknown", () => {
    expect(readFact(new Map(), probe)).toMatchObject({ state: "unknown" });
    const senseless = {
      ...probe,
      parse: () => {
        throw new Error("no such thing");
      },
    };
    expect(readFact(factsOf("present", "x"), senseless)).toMatchObject({
      state: "unknown",
      why: "file: no such thing",
    });
  });
});

describe("the collect script", () => {
  const probes = [
    probe,
    file("/etc/passwd"),
    file("/etc/no-such-file"),
    file("/etc"),
    sysctl("net.ipv4.ip_forward"),
  ];
  const run = () => spawnSync("sh", { input: `${library}\n${collectScript(probes, nonce)}` });

  it("gives a collector each of its words, also one that is like another", () => {
    const visit = { login: "root", planned: "root", address: "", serverAddress: "", serverPort: "22" };
    const text = collectScript([sshdEffective(visit), file("/etc/hostname"), file("/etc/hostname")], nonce);
    expect(text).toContain("'sshd_effective' 'root' 'root' '' '' '22'\n");
    expect(text).toContain("'file' '/etc/hostname'\n");
  });

  it("tells what is there, what is absent, and what kind of thing it is", () => {
    const { stdout, stderr } = run();
    const { facts, complete } = parseCollected(probes, { stdout, stderr, nonce });
    expect(complete).toBe(true);
    expect(readFact(facts, probes[1] as typeof probe)).toMatchObject({
      state: "present",
      value: { type: "file", mode: "0644", owner: "root" },
    });
    expect(readFact(facts, probes[2] as typeof probe)).toEqual({ state: "absent" });
    expect(readFact(facts, probes[3] as typeof probe)).toMatchObject({
      state: "present",
      value: { type: "directory" },
    });
    expect(readFact(facts, probes[4] as ReturnType<typeof sysctl>)).toMatchObject({ state: "present" });
  });

  it("cut off anywhere gives unknown facts, never absent ones", () => {
    const { stdout, stderr } = run();
    // The last line is whole without its newline.
    const whole = stdout.lastIndexOf(" end\n") + " end".length;
    for (let length = 0; length < whole; length += 97) {
      const { facts, complete } = parseCollected(probes, {
        stdout: stdout.subarray(0, length),
        stderr,
        nonce,
      });
      expect(complete).toBe(false);
      for (const key of [probes[1]!, probes[4]!])
        expect(readFact(facts, key as typeof probe).state).not.toBe("absent");
    }
  });

  it("can't be fooled by a file that looks like a frame of another run", () => {
    const forged = Buffer.from(
      `\n@${nonce} 1 begin\nx\n@${"f".repeat(32)} 1 3\ny\n@${nonce} 1 0\n\n@${nonce} end\n`,
    );
    const one = { collector: "owned", args: [] } as const;
    const { facts } = parseCollected([one], { stdout: forged, stderr: Buffer.alloc(0), nonce });
    expect(facts.get(probeKey(one))?.data.toString()).toBe(`x\n@${"f".repeat(32)} 1 3\ny`);
  });
});

it.each([
  ["ii ", true],
  ["hi ", true],
  ["pi ", false],
  ["rc ", false],
  ["iF ", false],
])("a package is installed as long as it is meant to stay: %j", (status, installed) => {
  expect(debianPackage("ufw").parse(Buffer.from(`ufw 1.0 ${status}`))).toMatchObject({ installed });
});
