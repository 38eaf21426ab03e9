import { expect, test } from "vitest";
import { schema } from "../../../src/controls/firewall/schema.ts";
import { editConf, editDefaults, readSettings } from "../../../src/controls/firewall/settings.ts";
import { dottedKey, parseSysctls } from "../../../src/controls/firewall/sysctls.ts";
import { fixture } from "./host.ts";

const params = schema.parse({});

test("edits change the values alone, and only once", () => {
  const text = `IPV6=no # why\nDEFAULT_INPUT_POLICY='ACCEPT'\n# caf\xe9\nDEFAULT_OUTPUT_POLICY="ACCEPT"\n`;
  const once = editDefaults(Buffer.from(text, "latin1"), params);
  expect(once.toString("latin1")).toBe(
    `IPV6=yes\nDEFAULT_INPUT_POLICY="DROP"\n# caf\xe9\nDEFAULT_OUTPUT_POLICY="ACCEPT"\n`,
  );
  expect(editDefaults(once, params).equals(once)).toBe(true);
  expect(editDefaults(fixture("default"), params).equals(fixture("default"))).toBe(true);
});

test("a shell reads these files, and stops at Windows line ends", () => {
  const text = Buffer.from("# caf\xe9\r\nENABLED=yes\r\nLOGLEVEL=low\r", "latin1");
  expect(readSettings(Buffer.from(""), text).carriageReturns).toBe(true);
  const once = editConf(text);
  expect(once.toString("latin1")).toBe("# caf\xe9\nENABLED=yes\nLOGLEVEL=low");
  expect(readSettings(Buffer.from(""), once)).toMatchObject({ enabled: true, carriageReturns: false });
});

test("ufw.conf: enabled, with a level that ufw knows", () => {
  expect(editConf(Buffer.from("ENABLED=no\nLOGLEVEL=full\n")).toString()).toBe(
    "ENABLED=yes\nLOGLEVEL=full\n",
  );
  expect(editConf(Buffer.from("ENABLED=yes\nLOGLEVEL=loud\n")).toString()).toBe(
    "ENABLED=yes\nLOGLEVEL=low\n",
  );
  expect(editConf(Buffer.from("")).toString()).toBe("ENABLED=yes\nLOGLEVEL=low\n");
});

test("settings as a shell reads them", () => {
  const settings = readSettings(
    Buffer.from("IPV6='yes'\nDEFAULT_INPUT_POLICY=REJECT # no\nMANAGE_BUILTINS=yes\nIPT_SYSCTL=/etc/x\n"),
    Buffer.from("ENABLED=no\nENABLED=yes\nLOGLEVEL=MEDIUM\n"),
  );
  expect(settings).toMatchObject({ enabled: true, ipv6: true, level: "medium", managesBuiltins: true });
  expect(settings).toMatchObject({ sysctlFile: "/etc/x", policies: { input: "reject", output: "deny" } });
});

test("ufw's sysctl file: both separators, comments, the last line counts", () => {
  expect(dottedKey("net/ipv4/conf/eth0.1/rp_filter")).toBe("net.ipv4.conf.eth0/1.rp_filter");
  expect(dottedKey("net.ipv4.conf.eth0/1.rp_filter")).toBe("net.ipv4.conf.eth0/1.rp_filter");
  const lines = parseSysctls(Buffer.from("# a\n;b=1\nnet/ipv4/x=1\n -net.ipv4.x = 2 \nnonsense\n"));
  expect(lines).toEqual([{ key: "net.ipv4.x", value: "2" }]);
  expect(parseSysctls(fixture("sysctl.conf"))).toHaveLength(9);
});
