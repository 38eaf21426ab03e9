/** What listens, and ssh servers beside the main one, on facts made by hand. */
import { describe, expect, it, test } from "vitest";
import { privileges } from "../../src/controls/privileges.ts";
import { type Fact, present, unknown } from "../../src/facts/probe.ts";
import { type SshServersFact, sshServers } from "../../src/facts/ssh-servers.ts";
import { access, debian, inputOf, verdict } from "./facts.ts";

const done = ["done\tlistener", "done\tssh", "done\tasked"];
const factOf = (...lines: readonly string[]): Fact<SshServersFact> =>
  present(sshServers.parse(Buffer.from([...lines, ...done].join("\n"))));

interface Given {
  readonly unexplained?: object;
  readonly accepted?: object;
  readonly opened?: object;
}

function judged(
  kind: string,
  fact: Fact<SshServersFact>,
  { unexplained, accepted = {}, opened }: Given = {},
) {
  const input = inputOf(privileges, {
    params: privileges.schema.parse({ unexplained, accepted }),
    facts: { sshServers: fact },
    access: { ...access, ...(opened && { opened }) },
    host: debian("13"),
  });
  return verdict(privileges, `privileges.${kind}`, input);
}
const objects = (...given: Parameters<typeof judged>) =>
  judged(...given).parts?.map(({ object, verdict: is }) => `${is} ${object}`) ?? [];

const listener = (name: string, path: string, more = "root\t-") =>
  `listener\t${name}\t${name.split(" ")[0]}\t${name.split(" ")[1]}\t${path}\t${more}`;
const openssh = (words: Readonly<Record<string, string>> = {}, where = "all") =>
  `ssh\ttcp 443 sshd\topenssh\t${where}\t${Object.entries({
    usepam: "yes",
    permitrootlogin: "without-password",
    passwordauthentication: "no",
    kbdinteractiveauthentication: "no",
    authenticationmethods: "any",
    ...words,
  })
    .map(([keyword, value]) => `${keyword} ${value}`)
    .join("\t")}`;

describe("privileges.listeners", () => {
  const nginx = listener("tcp 443 nginx", "/usr/sbin/nginx");

  it("names a port that no rule opens, and passes where one does", () => {
    expect(objects("listeners", factOf(nginx))).toEqual(["fail tcp 443 nginx"]);
    expect(judged("listeners", factOf(nginx)).role).toBe("advice");
    const opened = [{ protocol: "tcp", first: 440, last: 443 }];
    expect(objects("listeners", factOf(nginx), { opened })).toEqual([]);
    expect(objects("listeners", factOf(listener("udp 443 nginx", "/usr/sbin/nginx")), { opened })).toEqual([
      "fail udp 443 nginx",
    ]);
    expect(objects("listeners", factOf(nginx), { accepted: { listeners: ["tcp 443 nginx"] } })).toEqual([]);
  });

  it.each([
    ["the main sshd, wherever it listens", listener("tcp 2222 sshd", "/usr/sbin/sshd", "root\tssh")],
    ["the ssh port", listener("tcp 22 systemd", "/usr/lib/systemd/systemd")],
    ["a DHCP client", listener("udp 68 dhclient", "/usr/sbin/dhclient")],
    ["a published port", listener("tcp 8080 docker-proxy", "/usr/bin/docker-proxy")],
  ])("passes for %s", (_, line) => {
    expect(objects("listeners", factOf(line))).toEqual([]);
  });

  it("names a port in another network namespace, which no rule of this one opens", () => {
    const name = "tcp 22 sshd in a network namespace";
    const opened = [{ protocol: "tcp", first: 22, last: 22 }];
    const fact = factOf(listener(name, "/usr/sbin/sshd", "root\tnamespace"));
    expect(objects("listeners", fact, { opened })).toEqual([`fail ${name}`]);
  });

  it("names what users of the host alone reach, whatever a rule opens, but a published port", () => {
    const opened = [{ protocol: "tcp", first: 1, last: 65535 }];
    const lines = [
      listener("tcp 22 python", "/usr/bin/python3", "root\tnear"),
      "listener\tunix /srv/s python\tunix\t/srv/s\t/usr/bin/python3\troot\tnear",
      listener("tcp 8080 docker-proxy", "/usr/bin/docker-proxy", "root\tnear"),
    ];
    expect(objects("listeners", factOf(...lines), { opened })).toEqual([
      "fail tcp 22 python",
      "fail unix /srv/s python",
    ]);
  });

  it("fails for a program that is only called docker-proxy", () => {
    const elsewhere = listener("tcp 8080 docker-proxy", "/home/eve/docker-proxy");
    const hers = listener("tcp 8081 docker-proxy", "/usr/bin/docker-proxy", "eve\t-");
    expect(objects("listeners", factOf(elsewhere, hers))).toHaveLength(2);
  });

  it("names ports of one name once, by that which nothing explains", () => {
    const at = (port: number) =>
      `listener\ttcp ephemeral mountd\ttcp\t${port}\t/usr/sbin/rpc.mountd\troot\t-`;
    const opened = [{ protocol: "tcp", first: 40000, last: 40000 }];
    const { parts } = judged("listeners", factOf(at(40000), at(40001)), { opened });
    expect(parts).toMatchObject([
      { object: "tcp ephemeral mountd", found: expect.stringContaining("40001") },
    ]);
  });

  it("is an error where not all could be listed", () => {
    const fact = factOf("unread\tlistener\tthere are too many sockets", "more\tlistener\t7");
    expect(judged("listeners", fact).parts).toMatchObject([
      { verdict: "error", found: "there are too many sockets" },
      { verdict: "error", found: "7 more were left out" },
    ]);
    expect(objects("ssh-servers", fact)).toEqual([]);
  });
});

describe("privileges.ssh-password-servers", () => {
  const fails = ["fail tcp 443 sshd"];
  test.each<[string, string, readonly string[]]>([
    ["by password", openssh({ passwordauthentication: "yes" }), fails],
    ["by questions of PAM", openssh({ kbdinteractiveauthentication: "yes" }), fails],
    ["by questions, and has no PAM", openssh({ kbdinteractiveauthentication: "yes", usepam: "no" }), []],
    ["by key alone", openssh(), []],
    [
      "by key and password together",
      openssh({ passwordauthentication: "yes", authenticationmethods: "publickey,password" }),
      [],
    ],
    [
      "by key, or by password twice",
      openssh({
        passwordauthentication: "yes",
        kbdinteractiveauthentication: "yes",
        authenticationmethods: "publickey password,keyboard-interactive:pam",
      }),
      fails,
    ],
    ["what sshd does not say", "ssh\ttcp 443 sshd\topenssh\tMatch User bob", ["error tcp 443 sshd"]],
    ["dropbear", "ssh\ttcp 443 dropbear\tdropbear\tRp", ["fail tcp 443 dropbear"]],
    ["dropbear for users alone", "ssh\ttcp 443 dropbear\tdropbear\tg", ["fail tcp 443 dropbear"]],
    ["dropbear -s", "ssh\ttcp 443 dropbear\tdropbear\ts", []],
    ["dropbear -t", "ssh\ttcp 443 dropbear\tdropbear\tt", []],
    ["an unknown server", "ssh\ttcp 443 x\tunknown\tits program is not known", ["error tcp 443 x"]],
  ])("%s", (_, line, expected) => {
    expect(objects("ssh-password-servers", factOf(line))).toEqual(expected);
    expect(objects("ssh-servers", factOf(line))).toEqual([`fail ${line.split("\t")[1]}`]);
  });

  it("fails where a Match block alone takes passwords", () => {
    const match = openssh({ passwordauthentication: "yes" }, "Match User bob");
    expect(judged("ssh-password-servers", factOf(openssh(), match)).parts).toMatchObject([
      { verdict: "fail", found: expect.stringContaining("by Match User bob") },
    ]);
  });

  it("tells of root's password, and who else may come", () => {
    const words = { passwordauthentication: "yes", permitrootlogin: "yes", allowusers: "eve" };
    expect(judged("ssh-password-servers", factOf(openssh(words))).found).toMatch(
      /takes passwords; root's, too; allowusers eve$/,
    );
    expect(judged("ssh-servers", factOf("ssh\ttcp 1 dropbear\tdropbear\tg")).found).toMatch(
      /takes passwords; root's key alone$/,
    );
  });

  it("goes by the setting, and by what is accepted", () => {
    const fact = factOf(openssh({ passwordauthentication: "yes" }));
    const kind = "ssh-password-servers";
    expect(judged(kind, fact, { unexplained: { [kind]: "fail" } }).role).toBeUndefined();
    expect(judged(kind, fact, { unexplained: { [kind]: "warn" } }).role).toBe("advice");
    expect(judged(kind, fact, { unexplained: { [kind]: "keep" } }).verdict).toBe("pass");
    expect(judged(kind, fact, { accepted: { [kind]: ["tcp 443 sshd"] } }).verdict).toBe("pass");
  });

  it("is an error where the host gave no answer, and not where users have more ports than were asked", () => {
    expect(objects("ssh-password-servers", unknown("perl is missing"))).toEqual(["error "]);
    const cut = present(sshServers.parse(Buffer.from("done\tlistener\n")));
    expect(objects("ssh-password-servers", cut)).toEqual(["error "]);
    const many = factOf("unread\tasked\t9 listening ports of unknown programs were not asked");
    expect(objects("ssh-password-servers", many)).toEqual([]);
    expect(objects("ssh-servers", many)).toEqual(["error "]);
  });

  it("takes a hostile name for a name", () => {
    const name = "tcp 443 \\x0assh\\x09tcp 1 sshd\\x1b[2J";
    const fact = factOf(`ssh\t${name}\tunknown\tx`, listener("tcp 443 \\x0a", "/tmp/\\x0a", "eve\t-"));
    expect(objects("ssh-servers", fact)).toEqual([`fail ${name}`]);
    expect(objects("listeners", fact)).toEqual(["fail tcp 443 \\x0a"]);
  });
});
