import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dropinPath, mainPath, socketDropinPath } from "../../../src/controls/ssh/layout.ts";
import { generatedListen, type Later, portOfAddress, portsLater } from "../../../src/controls/ssh/ports.ts";
import type { TextFile } from "../../../src/facts/sshd-start.ts";
import { debianMain, processOf, startUnit } from "./input.ts";

fc.configureGlobal({ seed: 831610384 });

const own = "Port 2022\n";
const other = "/etc/ssh/sshd_config.d/10-mine.conf";
const ourBlock = `# harden: begin\n${own}# harden: end\n`;
const without: Later = { without: "our lines" };
const back = (...files: readonly (readonly [string, string])[]): Later => ({
  contents: new Map(files.map(([path, text]) => [path, Buffer.from(text)])),
});

interface Host {
  readonly main?: string;
  readonly files?: Readonly<Record<string, string>>;
  readonly command?: string;
  readonly dropins?: readonly TextFile[];
}

const later = (host: Host, by: Later) =>
  portsLater(
    [2022],
    {
      files: Object.entries({ [mainPath]: host.main ?? debianMain, ...host.files }).map(([path, text]) => ({
        path,
        content: Buffer.from(text),
      })),
      running: processOf(host.command),
      socket: host.dropins && startUnit({ dropins: host.dropins }),
    },
    by,
  );

describe("sshd's ports when our lines go", () => {
  const files = { [dropinPath]: own };
  it.each<[string, Host, readonly number[]]>([
    ["22, where no file names another", { files }, [22]],
    ["those of other files", { files: { ...files, [other]: "Port 2200\nPort 24\n" } }, [24, 2200]],
    ["none that stands in a Match block", { files: { ...files, [other]: "Match all\nPort 2200\n" } }, [22]],
    [
      "those of addresses, and Port for an address alone",
      { files: { ...files, [other]: "ListenAddress 10.0.0.1:24\nListenAddress ::1\nPort 2200" } },
      [24, 2200],
    ],
    ["those of the command line", { files, command: "/usr/sbin/sshd -D -p 2022" }, [2022]],
    ["22, from the top of sshd_config", { main: `${ourBlock}${debianMain}` }, [22]],
    ["what was put aside there", { main: `${ourBlock}#harden# Port 2200\n${debianMain}` }, [2200]],
    ["those of today, where ours name none", { files: { [dropinPath]: "X11Forwarding no\n" } }, [2022]],
    [
      "those of systemd, which keeps its drop-in",
      { files, dropins: [{ path: socketDropinPath, text: "ListenStream=\nListenStream=2022\n" }] },
      [2022],
    ],
    [
      "those that Ubuntu makes of sshd's files",
      { files, dropins: [{ path: generatedListen, text: "ListenStream=\nListenStream=0.0.0.0:2022\n" }] },
      [22],
    ],
  ])("are %s", (_what, host, wanted) => {
    expect(later(host, without)).toEqual(wanted);
  });
});

describe("sshd's ports when files come back", () => {
  it.each<[string, Host, Later, readonly number[]]>([
    ["of a drop-in that goes", { files: { [dropinPath]: own } }, back([dropinPath, ""]), [22]],
    ["of a drop-in that comes", {}, back([dropinPath, "Port 2222\n"]), [2222]],
    ["of sshd_config", { main: `Port 24\n${debianMain}` }, back([mainPath, debianMain]), [22]],
    ["of others' files", {}, back(["/etc/ufw/user.rules", "Port 1\n"]), [2022]],
    [
      "of the socket's drop-in that goes",
      { dropins: [{ path: socketDropinPath, text: "ListenStream=\nListenStream=2022\n" }] },
      back([socketDropinPath, ""]),
      [22],
    ],
    [
      "of the socket's drop-in that comes",
      { dropins: [] },
      back([socketDropinPath, "ListenStream=\nListenStream=[::]:24\n"]),
      [24],
    ],
  ])("are those %s", (_what, host, by, wanted) => {
    expect(later(host, by)).toEqual(wanted);
  });

  const listens = fc
    .array(fc.tuple(fc.constantFrom("Port ", "ListenAddress ", "ListenStream=", ""), fc.string()))
    .map((lines) => lines.map((words) => words.join("")).join("\n"));

  it("are never taken from words that are none", () => {
    fc.assert(
      fc.property(listens, listens, (one, two) => {
        const found = later(
          { main: one, files: { [dropinPath]: two }, dropins: [] },
          back([mainPath, two], [socketDropinPath, one]),
        );
        expect(found.length).toBeGreaterThan(0);
        expect(found.filter((port) => !(port > 0 && port < 65_536))).toEqual([]);
      }),
    );
  });
});

describe("the port of an address", () => {
  it.each([
    ["10.0.0.1:24", 24],
    ["[::1]:24", 24],
    ["host:24", 24],
    ["::1", undefined],
    ["10.0.0.1", undefined],
    ["[::1]", undefined],
  ])("%s: %s", (address, port) => {
    expect(portOfAddress(address)).toBe(port);
  });
});
