import { describe, expect, it } from "vitest";
import { accounts, authorizedKeys } from "../../src/facts/accounts.ts";
import { innerFrames } from "../../src/facts/frames.ts";
import { parseEffective, sshdEffective, sshdFiles, type Visit } from "../../src/facts/sshd.ts";

const visit: Visit = { login: "a", planned: "b", address: "", serverAddress: "", serverPort: "" };
const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIF1h7HO4ATrWMyVQgzoTJjOkGkB8Ur5Si5RPvCB3mN5j";

describe("frames", () => {
  it("have the nonce of the first one: a user's text can't add another", () => {
    const text = `\n@ab keys a:/home/a:/home/a/k\n81a4 0 0 /k\n\n@cd keys root:/root:/k ${key}\n`;
    expect(innerFrames(Buffer.from(text)).map(({ rest }) => rest)).toEqual(["a:/home/a:/home/a/k"]);
    expect(innerFrames(Buffer.from("text\n@ab keys x\n"))).toEqual([]);
    expect(innerFrames(Buffer.alloc(0))).toEqual([]);
  });
});

it("key files have their folders and their lines", () => {
  const text = `\n@ab keys a:/home/a:/home/a/.ssh/k\n8180 1000 1000 /home/a/.ssh/k\n41c0 1000 1000 /home/a/.ssh\n\n${key}\nx ${key}\n\n@ab keys b:/home/b:/x:y\n`;
  expect(authorizedKeys(visit).parse(Buffer.from(text))).toEqual([
    {
      user: "a",
      home: "/home/a",
      path: "/home/a/.ssh/k",
      steps: [
        { path: "/home/a/.ssh/k", mode: 0o100600, uid: 1000, gid: 1000 },
        { path: "/home/a/.ssh", mode: 0o040700, uid: 1000, gid: 1000 },
      ],
      lines: [key, `x ${key}`],
    },
    { user: "b", home: "/home/b", path: "/x:y", steps: [], lines: [] },
  ]);
  const unread = "\n@ab keys a:/h:/k\n\n@ab unread a:/h:/k\nit is no regular file";
  expect(authorizedKeys(visit).parse(Buffer.from(unread))).toMatchObject([
    { path: "/k", steps: [], unread: "it is no regular file" },
  ]);
});

it("accounts have their groups and what shadow says", () => {
  const text =
    "now:1700000000\nshadow:a:locked:20000:-\ngroups:a:a,sudo\naccount:a:1000:1000:/home/a:/bin/bash:yes\naccount:b:0:0:/:/bin/no:no\n";
  expect(accounts(["a", "a"]).args).toEqual(["a"]);
  const fact = accounts(["a"]).parse(Buffer.from(text));
  expect(fact).toMatchObject({ now: 1_700_000_000, nologin: false });
  expect(fact.accounts[0]).toMatchObject({ name: "a", groups: ["a", "sudo"], shellRuns: true });
  expect(fact.accounts[0]?.shadow).toEqual({ password: "locked", ends: 20000 });
  expect(fact.accounts[1]).toMatchObject({ name: "b", uid: 0, groups: [], shellRuns: false });
  expect(fact.accounts[1]).not.toHaveProperty("shadow");
});

describe("sshd -T", () => {
  it("is read line by line, warnings left out", () => {
    const read = parseEffective(
      "/etc/ssh/sshd_config line 3: Deprecated option X\nport 22\nallowusers a\nallowusers b\nversionaddendum\n",
    );
    expect([...read]).toEqual([
      ["port", ["22"]],
      ["allowusers", ["a", "b"]],
      ["versionaddendum", [""]],
    ]);
    expect(parseEffective("sshd: no hostkeys available -- exiting.").size).toBe(0);
  });
  it("is the same for all where there is no Match block", () => {
    const fact = sshdEffective(visit).parse(Buffer.from("\n@ab spec global\nport 22\n"));
    expect(fact.planned).toBe(fact.global);
    expect(() => sshdEffective(visit).parse(Buffer.from("\n@ab spec global\nBad configuration\n"))).toThrow();
  });
  it("has a connection for each Match block", () => {
    const text =
      "\n@ab spec global\nport 22\n@ab spec now\nport 22\n@ab spec planned\nport 23\n@ab spec /etc/ssh/a b:7 user=x,host=h,addr=10.0.0.1,laddr=l,lport=22 Match User x # y\nport 24";
    const fact = sshdEffective(visit).parse(Buffer.from(text));
    expect(fact.planned.get("port")).toEqual(["23"]);
    expect(fact.matches[0]).toMatchObject({
      file: "/etc/ssh/a b",
      line: 7,
      text: "Match User x # y",
      spec: { user: "x", addr: "10.0.0.1" },
    });
  });
  it("has files with their times", () => {
    const text =
      "\n@ab file /etc/ssh/sshd_config\nPort 22\n\n@ab stats -\n644 root root 1795611058.125893981 /etc/ssh/sshd_config\n";
    const fact = sshdFiles().parse(Buffer.from(text));
    expect(fact.files[0]?.content.toString()).toBe("Port 22\n");
    expect(fact.stats[0]).toMatchObject({ mode: "0644", path: "/etc/ssh/sshd_config" });
    expect(fact.stats[0]?.changed).toBeCloseTo(1795611058.1259, 3);
    expect(() => sshdFiles().parse(Buffer.from("\n@ab file /x\n"))).toThrow();
  });
});
