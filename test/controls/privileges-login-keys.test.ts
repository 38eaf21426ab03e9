/** Keys, authorities of certificates and commands that open accounts, on facts made by hand. */
import { describe, expect, it } from "vitest";
import { privileges } from "../../src/controls/privileges.ts";
import { keySources } from "../../src/facts/key-sources.ts";
import { absent, present, unknown } from "../../src/facts/probe.ts";
import { access, inputOf, verdict } from "./facts.ts";

const [one, other] = [
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl one",
  "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA other",
];
const ends = ["done\tsource", "done\tauthority"];
const parse = (lines: readonly string[]) =>
  present(keySources(access.visit).parse(Buffer.from(lines.join("\n"))));

function judged(fact: ReturnType<typeof parse> | ReturnType<typeof unknown> | typeof absent) {
  const facts = { keys: present([]), keySources: fact };
  const input = inputOf(privileges, { params: privileges.schema.parse({}), facts, access });
  return verdict(privileges, "privileges.login-keys", input);
}
const partsOf = (...lines: readonly string[]) =>
  judged(parse([...lines, ...ends])).parts?.map(({ object, verdict: is }) => `${is} ${object}`) ?? [];

const authority = "source\tsshd\ttrustedusercakeys\t/etc/ssh/ca.pub";

describe("privileges.login-keys", () => {
  it("names each authority by its file and key, once, and another key as another entry", () => {
    const twice = [authority, authority.replace("sshd", "the login root")];
    const names = (key: string) => partsOf(...twice, `authority\t/etc/ssh/ca.pub\t${key}`);
    expect(names(one!)).toEqual([
      expect.stringMatching(/^fail TrustedUserCAKeys \/etc\/ssh\/ca\.pub SHA256:/),
    ]);
    expect(names(one!)).not.toEqual(names(other!));
    expect(partsOf(authority)).toEqual(["fail TrustedUserCAKeys /etc/ssh/ca.pub"]);
  });

  it("names each command that says who comes in", () => {
    const lines = [
      "source\t/etc/ssh/sshd_config:9 Match User op\tauthorizedkeyscommand\t/usr/local/sbin/akc %u",
      "source\tsshd\tauthorizedprincipalscommand\t/opt/who",
      "source\tsshd\tauthorizedprincipalsfile\t/etc/ssh/p/%u",
    ];
    expect(partsOf(...lines)).toEqual([
      "fail AuthorizedKeysCommand /usr/local/sbin/akc %u",
      "fail AuthorizedPrincipalsCommand /opt/who",
    ]);
  });

  it("passes without any, and without sshd", () => {
    expect(judged(parse(ends)).verdict).toBe("pass");
    expect(judged(absent).verdict).toBe("pass");
  });

  it("is not known where sshd's configuration or a file of keys could not be read", () => {
    expect(judged(unknown("needs root")).verdict).toBe("error");
    expect(partsOf("unread\tauthority\t/opt/ca.pub: /opt belongs to op")).toEqual(["error "]);
    expect(judged(parse([])).verdict).toBe("error");
  });
});
