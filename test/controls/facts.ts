/** Builds the facts of a control by hand, and runs its pure functions on them. */
import fc from "fast-check";
import { bootFilesProbe } from "../../src/controls/next-boot/probe.ts";
import { table } from "../../src/controls/sysctl/settings.ts";
import type { BootFiles } from "../../src/facts/boot-files.ts";
import type { BootUnit } from "../../src/facts/boot-unit.ts";
import type { FileFact, UnitFact } from "../../src/facts/files.ts";
import { forwardingPaths } from "../../src/facts/forwarding.ts";
import type { HostFacts } from "../../src/facts/host.ts";
import { absent, type Fact, present, probeKey } from "../../src/facts/probe.ts";
import { splitters } from "../../src/facts/split.ts";
import { kernelValues } from "../../src/facts/sysctl.ts";
import { pathMatcher } from "../../src/glob.ts";
import type { Access } from "../../src/plan/access.ts";
import type { Claim } from "../../src/plan/claim.ts";
import { type CheckResult, type Control, Input } from "../../src/plan/control.ts";

export const debian = (version: "12" | "13"): HostFacts => ({
  hostname: "web1",
  machineId: "0123456789abcdef0123456789abcdef",
  bootId: "11111111-2222-3333-4444-555555555555",
  distro: "debian",
  version,
  codename: version === "12" ? "bookworm" : "trixie",
  kernel: "6.1.0-31-amd64",
  architecture: "amd64",
  systemd: true,
  container: "none",
  uid: 0,
});

/** As os-release(5) of Ubuntu 24.04 has it. */
export const ubuntu: HostFacts = {
  ...debian("12"),
  distro: "ubuntu",
  version: "24.04",
  codename: "noble",
};

const way = { login: "root", ports: [22], callers: ["0.0.0.0/0", "::/0"] };
export const access: Access = {
  now: way,
  planned: way,
  via: "ssh",
  caller: "192.0.2.50",
  proven: true,
  visit: { login: "root", planned: "root", address: "192.0.2.50", serverAddress: "", serverPort: "" },
};

export const fileOf = (text: string | Buffer, more: Partial<FileFact> = {}): Fact<FileFact> => {
  const content = Buffer.from(text);
  const about = {
    type: "file",
    mode: "0644",
    owner: "root",
    group: "root",
    immutable: false,
    acl: false,
  } as const;
  return present({ ...about, size: content.length, content, ...more });
};

export const unitOf = (enabled = "enabled", state = "active"): Fact<UnitFact> =>
  present({ enabled, state, active: state === "active", mainPid: 1, listen: [], execStart: "" });

/** A unit as its package brings it, wanted by its target. */
export const bootUnitOf = (name: string, target: string, more: Partial<BootUnit> = {}): Fact<BootUnit> =>
  present({
    name,
    needsReload: false,
    dropIns: [],
    wantedBy: [target],
    fragments: [{ path: `/usr/lib/systemd/system/${name}`, packaged: true, lines: [], masks: false }],
    defaultTarget: "graphical.target",
    ...more,
  });

/** No file of others that a boot reads names what is ours. */
export const noOthers: Fact<BootFiles> = present({ files: [], links: [] });

/** The same by the probe itself, of controls all of whose checks are judged by it. */
export const nobodyAtBoot = { [probeKey(bootFilesProbe)]: noOthers };

/** A line of somebody's that a boot reads. */
export const atBoot = (path: string, text: string) => ({
  [probeKey(bootFilesProbe)]: present({ files: [{ path, lines: [{ number: 1, text }] }], links: [] }),
});

export const masked: Partial<BootUnit> = {
  fragments: [{ path: "/etc/systemd/system/a.service", packaged: false, lines: [], masks: true }],
};

export const packageOf = (version = "1") => present({ version, installed: true, status: "ii" });

export type AnyInput = Parameters<Control["desired"]>[0];
export type Given = Omit<AnyInput, "view">;

/** As the planner and the checks make it. */
export const inputOf = (control: Control, given: object): AnyInput => new Input(control, given as Given);

/** The verdict of one check, as the catalogue's runner gives it for present facts. */
export function verdict(control: Control, id: string, input: AnyInput): CheckResult {
  const check = control.checks.find((each) => each.id === id);
  if (check === undefined) throw new Error(`there is no check ${id}`);
  const result = check.test(input);
  // Else it could not be waived, and would roll back.
  if (result.role !== undefined && !check.role.endsWith(` or ${result.role}`))
    throw new Error(`${id} says only ${check.role}`);
  return result;
}

export const claimOf = (claims: readonly Claim[], name: string) =>
  claims.find(({ resource }) =>
    "path" in resource ? resource.path === name : "unit" in resource && resource.unit === name,
  )?.resource;

/** Text of the claimed file; empty where there is none. */
export function contentOf(claims: readonly Claim[], path: string): string {
  const resource = claimOf(claims, path);
  return resource?.kind === "file" && Buffer.isBuffer(resource.content) ? resource.content.toString() : "";
}

/** Text of the characters that end a line, a quote or a value somewhere, among plain ones. */
export const hostile = fc.string({
  unit: fc.constantFrom(..."\n\r\0\t \u2028\u202e\"'`%$(){}[];#<>\\*?!=,é@.:/-019aZ"),
});

/** What a kernel with these values, and no others, answers to each path that is asked for. */
export function kernelFacts(values: ReadonlyMap<string, string>) {
  const lines = [...values].map(([path, value]) => `/proc/sys/${path}:${value}`.replace("/proc/sys//", "/"));
  const paths = [...table.map(({ path }) => path), ...forwardingPaths];
  const absences = paths
    .filter((path) => ![...values.keys()].some(pathMatcher(path)))
    .map((path) => `absent ${path}`);
  const split = splitters.kernel_values!(Buffer.from([...lines, ...absences].join("\n")));
  return Object.fromEntries(
    paths.map((path) => {
      const raw = split([path]);
      const fact = raw.state === "present" ? present(kernelValues(path).parse(raw.data)) : absent;
      return [path, fact];
    }),
  );
}
