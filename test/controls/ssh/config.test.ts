import { describe, expect, it } from "vitest";
import { readDirectives, splitLine, splitWords } from "../../../src/controls/ssh/config.ts";
import { matchAddress, matchGlob, matchPatterns } from "../../../src/controls/ssh/patterns.ts";
import { simulated } from "../../../src/controls/ssh/simulate.ts";

const spec = { user: "bob", host: "h.example.org", addr: "10.1.2.3", laddr: "192.0.2.1", lport: "22" };
const files = (main: string, others: Readonly<Record<string, string>> = {}) => [
  { path: "/etc/ssh/sshd_config", content: Buffer.from(main) },
  ...Object.entries(others).map(([path, text]) => ({ path, content: Buffer.from(text) })),
];
const value = (all: ReturnType<typeof files>, keyword: string, groups?: readonly string[]) =>
  simulated(readDirectives(all), keyword, { spec, groups });

describe("lines of sshd_config", () => {
  it("splits words as sshd does", () => {
    expect(splitWords(`a "b c" 'd e' f#g # rest`)).toEqual(["a", "b c", "d e", "f#g"]);
    expect(splitLine("  PORT = 22\r")).toEqual({ keyword: "port", words: ["22"] });
    expect(splitLine("Port=22")).toEqual({ keyword: "port", words: ["22"] });
    expect(splitLine("# Port 22")).toBeUndefined();
    expect(splitLine("")).toBeUndefined();
  });
});

describe("the order of sshd_config", () => {
  it("takes the first value, drop-ins in the order of their names", () => {
    const all = files("Include /etc/ssh/sshd_config.d/*.conf\nMaxAuthTries 6\n", {
      "/etc/ssh/sshd_config.d/50-b.conf": "MaxAuthTries 5",
      "/etc/ssh/sshd_config.d/10-a.conf": "maxauthtries 4",
      "/etc/ssh/sshd_config.d/.hidden.conf": "MaxAuthTries 1",
      "/etc/ssh/sshd_config.d/00-x.conf.dpkg-old": "MaxAuthTries 2",
    });
    expect(value(all, "maxauthtries")).toBe("4");
  });

  it("lets a Match block win over what stands before it, and ends the block with its file", () => {
    const all = files("PasswordAuthentication no\nInclude sshd_config.d/*.conf\nX11Forwarding yes\n", {
      "/etc/ssh/sshd_config.d/1.conf": "Match User bob\nPasswordAuthentication yes\n",
      "/etc/ssh/sshd_config.d/2.conf": "MaxAuthTries 2\n",
    });
    expect(value(all, "passwordauthentication")).toBe("yes");
    expect(value(all, "maxauthtries")).toBe("2");
    expect(value(all, "x11forwarding")).toBe("yes");
  });

  it("reads an Include inside a Match block only for it", () => {
    const all = files("Match User alice\nInclude /etc/ssh/alice\n", { "/etc/ssh/alice": "MaxAuthTries 1" });
    expect(value(all, "maxauthtries")).toBeUndefined();
  });

  it("evaluates the criteria that it knows, and leaves out a block whose criteria it doesn't", () => {
    const of = (match: string, groups?: readonly string[]) =>
      value(files(`${match}\nMaxAuthTries 1\n`), "maxauthtries", groups);
    expect(of("Match Address 10.0.0.0/8,!10.1.2.3")).toBeUndefined();
    expect(of("Match Address 10.0.0.0/8 LocalPort 22")).toBe("1");
    expect(of("Match Address=10.0.0.0/8 User=b*")).toBe("1");
    expect(of("Match Group sudo", ["bob", "sudo"])).toBe("1");
    expect(of("Match Group sudo,!bob", ["bob", "sudo"])).toBeUndefined();
    expect(of("Match Group sudo")).toBeUndefined();
    expect(of("Match all")).toBe("1");
    expect(of("Match Host *.EXAMPLE.org")).toBe("1");
    expect(of("Match RDomain x")).toBeUndefined();
  });

  it("adds up lists", () => {
    expect(value(files("AllowUsers a b\nAllowUsers c\n"), "allowusers")).toBe("a b c");
    expect(value(files("AllowUsers a\nMatch User bob\nAllowUsers d\nAllowUsers e\n"), "allowusers")).toBe(
      "d e",
    );
  });

  it("survives an Include of itself", () => {
    expect(value(files("Include /etc/ssh/sshd_config\nPort 1\n"), "maxauthtries")).toBeUndefined();
  });
});

describe("patterns", () => {
  it("match as OpenSSH's do", () => {
    expect(matchPatterns("bob", "al*,b?b")).toBe(true);
    expect(matchPatterns("bob", "*,!bob")).toBe(false);
    expect(matchPatterns("bob", "!alice")).toBe(false);
    expect(matchPatterns("a[b]", "a[?]")).toBe(true);
    expect(matchPatterns("ab", "a[b]")).toBe(false);
    expect(matchAddress("2001:db8::7", "2001:db8::/32")).toBe(true);
    expect(matchAddress("192.168.3.4", "192.168.?.*")).toBe(true);
    expect(matchGlob("/etc/ssh/sshd_config.d/00-harden.conf", "/etc/ssh/sshd_config.d/[0-9]*.conf")).toBe(
      true,
    );
    expect(matchGlob("/etc/ssh/sshd_config.d/.a.conf", "/etc/ssh/sshd_config.d/*.conf")).toBe(false);
    expect(matchGlob("/etc/ssh/sshd_config.d/x/a.conf", "/etc/ssh/sshd_config.d/*.conf")).toBe(false);
  });
});
