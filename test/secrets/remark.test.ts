/** Remarks that people write for people: a password in one stands where nobody looks for it. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { redactFile, redactRemark } from "../../src/secrets/index.ts";

fc.configureGlobal({ seed: 831610384 });

const shown = [
  "postgresql",
  "Office, 2nd floor (VPN)",
  "OPS-1234 until 2027-01-31",
  "web from 10.0.0.0/8 and fd00:1::/64",
  "see https://wiki.example.org/firewall",
  "Büro München, für das Backup",
  "ssh:22 of node-3.example.org",
  "anton@example.org asked for it",
  "IPv6 too: prometheus -> node_exporter",
];

/** A password that somebody chose, and one that a machine drew. */
const secrets = ["sommer2024", "Rosengarten", "aZ3kQ9xW", "dXNlcjpwYXNzd29yZA==", "x1!y2?z3"];

const forms: readonly ((secret: string) => string)[] = [
  (it) => `key=${it}`,
  (it) => `backup key: ${it}`,
  (it) => `admin:${it}@db1`,
  (it) => `pass ${it}`,
  (it) => `db (pw ${it})`,
  (it) => `basic auth ${it}`,
  (it) => `login bob ${it}`,
  (it) => `grafana, password is "${it}" for now`,
  (it) => `PIN=${it}, ask bob`,
  (it) => `api token ${it}`,
];

describe("a remark", () => {
  it.each(shown)("shows %s", (text) => {
    expect(redactRemark(text)).toBe(text);
  });

  it.each(forms.flatMap((form) => secrets.map((secret) => ({ text: form(secret), secret }))))(
    "hides the secret of $text",
    ({ text, secret }) => {
      expect(redactRemark(text)).not.toContain(secret);
      expect(redactRemark(text)).toContain("…");
    },
  );

  it("hides a word that no language has", () => {
    expect(redactRemark("for bob aZ3kQ9xW4pLm until May")).toBe("for bob … until May");
  });

  it("is the same when it goes through twice", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        expect(redactRemark(redactRemark(text))).toBe(redactRemark(text));
      }),
    );
    for (const form of forms) expect(redactRemark(redactRemark(form("x9")))).toBe(redactRemark(form("x9")));
  });

  it("stays hidden in the digits in which ufw's files have it", () => {
    const tuple = (remark: string) =>
      `### tuple ### allow tcp 78 0.0.0.0/0 any 1.2.3.5 in comment=${Buffer.from(remark).toString("hex")}\n-A x`;
    for (const secret of secrets)
      for (const form of forms)
        expect(redactFile(tuple(form(secret)))).toBe(tuple("").replace("comment=", "comment=…"));
    for (const text of shown) expect(redactFile(tuple(text))).toBe(tuple(text));
  });
});
