/** What is made of the engine's and the kernel's words. */
import { describe, expect, it } from "vitest";
import { containers } from "../../src/facts/containers.ts";
import { capabilitiesOf, cgroupsOf } from "../../src/facts/containers-kernel.ts";
import { askedOf, rawOf } from "../running/recorded.ts";

const raw = rawOf("debian13").toString("latin1");
const nonce = /^\n@([0-9a-f]+) /.exec(raw)![1]!;
const parse = (text: string) => containers.parse(Buffer.from(text, "latin1"));
const id = "a".repeat(64);

describe("the answer on containers", () => {
  it("has names of variables, and no value", () => {
    expect(raw).not.toContain("hunter2");
    const well = askedOf("debian13").containers.find(({ name }) => name === "well")!;
    expect(well.environment).toEqual(["DB_PASSWORD", "TZ"]);
  });

  it("leaves out one that has ended meanwhile, and has one that is restarting without processes", () => {
    const all = askedOf("debian13").containers;
    const [first] = all;
    const gone = parse(raw.replace(`\n@${nonce} gone\n`, `\n@${nonce} gone\n${first!.id}\n`));
    expect(gone).toMatchObject({ engine: "asked" });
    expect(gone.engine === "asked" && gone.containers.map(({ name }) => name)).toEqual(
      all.slice(1).map(({ name }) => name),
    );
    expect(all.find(({ name }) => name === "looping")?.kernel).toBeUndefined();
  });

  it("that is cut off is none", () => {
    expect(() => parse(raw.slice(0, raw.indexOf(`\n@${nonce} cgroups`)))).toThrow("cut off");
    expect(() => parse(raw.replace(/^cores .*$/m, ""))).toThrow("cores");
  });

  it("that the engine did not give says why", () => {
    const head = `\n@${nonce} host\nmemory 1000\ncores 2\n`;
    expect(parse(`${head}\n@${nonce} unasked\nit does not answer within 15 s`)).toMatchObject({
      engine: "unasked",
      why: "it does not answer within 15 s",
    });
    expect(parse(`${head}\n@${nonce} stopped\nrootless\nleft 3\n`)).toMatchObject({
      engine: "stopped",
      rootless: true,
      left: 3,
    });
  });
});

describe("the kernel's words", () => {
  it("name capabilities, and number those that are too new", () => {
    expect(capabilitiesOf("0000000000000000")).toEqual([]);
    expect(capabilitiesOf("00000000a80425fb")).toEqual([
      ..."CHOWN DAC_OVERRIDE FOWNER FSETID KILL SETGID SETUID SETPCAP NET_BIND_SERVICE NET_RAW SYS_CHROOT MKNOD AUDIT_WRITE SETFCAP".split(
        " ",
      ),
    ]);
    expect(capabilitiesOf("8000000000000000")).toEqual(["63"]);
  });

  it("have limits in both versions of cgroups, or none", () => {
    const second = `/sys/fs/cgroup/system.slice/docker-${id}.scope`;
    const said = (lines: Record<string, string>, folder = second) =>
      cgroupsOf(Object.entries(lines).map(([file, text]) => `${folder}/${file}:${text}`))(id);
    expect(
      said({
        "memory.peak": "300",
        "memory.current": "200",
        "memory.max": "max",
        "memory.stat": "inactive_file 50",
        "cpu.max": "150000 100000",
        "pids.max": "64",
      }),
    ).toEqual({
      peak: 300,
      current: 200,
      cache: 50,
      memory: Number.POSITIVE_INFINITY,
      cpus: 1.5,
      pids: 64,
    });
    expect(said({ "cpu.max": "max 100000" })).toEqual({ cpus: Number.POSITIVE_INFINITY });
    const first = `/sys/fs/cgroup/memory/docker/${id}`;
    expect(
      said(
        {
          "memory.limit_in_bytes": "9223372036854771712",
          "memory.max_usage_in_bytes": "7",
          "memory.stat": "total_inactive_file 3",
          "cpu.cfs_quota_us": "-1",
          "cpu.cfs_period_us": "100000",
        },
        first,
      ),
    ).toEqual({
      memory: Number.POSITIVE_INFINITY,
      peak: 7,
      cache: 3,
      cpus: Number.POSITIVE_INFINITY,
    });
  });
});
