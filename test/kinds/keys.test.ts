/** What becomes of the text of an authorized_keys file. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fingerprintOf, keyOf } from "../../src/kinds/keys/line.ts";
import { wantedText } from "../../src/kinds/keys/lines.ts";
import { shownDiff } from "../../src/kinds/keys/shown.ts";
import { key } from "./key.ts";

const keep = (text: string, ...lines: string[]) => wantedText(text, { lines, others: "keep" });
const remove = (text: string, ...lines: string[]) => wantedText(text, { lines, others: "remove" });

describe("the text of authorized_keys", () => {
  it.each([
    ["a file that isn't there yet", "", [key(1), key(2)], `${key(1)}\n${key(2)}\n`],
    [
      "one that has it, with another comment",
      `${key(1, "old laptop")}\n`,
      [key(1)],
      `${key(1, "old laptop")}\n`,
    ],
    ["one without a last newline", key(2), [key(1)], `${key(2)}\n${key(1)}\n`],
    ["Windows line ends", `${key(1)}\r\n${key(2)}\r\n`, [key(1)], `${key(1)}\r\n${key(2)}\r\n`],
    [
      "a key that only runs a command",
      `command="x" ${key(1)}\r\n${key(2)}\n`,
      [key(1)],
      `${key(1)}\r\n${key(2)}\n`,
    ],
    [
      "a key that the profile restricts",
      `${key(1)}\n`,
      [`from="10.0.0.1" ${key(1)}`],
      `from="10.0.0.1" ${key(1)}\n`,
    ],
    ["the same key twice", `${key(1)}\n${key(1)}\n`, [key(1)], `${key(1)}\n${key(1)}\n`],
  ])("%s", (_, text, lines, wanted) => {
    expect(keep(text, ...lines)).toBe(wanted);
    expect(keep(wanted, ...lines)).toBe(wanted);
  });

  it("knows a key by what it says itself, however sshd may be told of it", () => {
    const plain = keyOf(key(1))!;
    const [type, blob = ""] = key(1).split(" ");
    for (const line of [`${type} \f${blob} x`, `\t${type}\t${blob.slice(0, 9)}\v\r${blob.slice(9)}`])
      expect(keyOf(line)).toMatchObject({ blob: plain.blob, options: "" });
    expect(remove(`${type} \f${blob} x\n`)).toBe("");
    const rsa = Buffer.concat([Buffer.from("\0\0\0\x07ssh-rsa", "latin1"), Buffer.alloc(40, 1)]).toString(
      "base64",
    );
    const names = ["ssh-rsa", "rsa-sha2-256", "rsa-sha2-512"];
    const all = names.map((name) => keyOf(`no-pty ${name} ${rsa}`));
    for (const each of all) expect(each).toEqual({ ...all[0], type: "ssh-rsa", options: "no-pty" });
    expect(remove(`${names[1]} ${rsa}\n`)).toBe("");
    expect(keyOf(`ssh-ed25519 ${rsa}`)).toBeUndefined();
  });

  it("shows what goes without the commands of others", () => {
    const own = `command="mine" ${key(1)}`;
    const hidden = fc.stringMatching(/^(?:[a-zA-Z -]|\\\\"){1,30}$/).map((text) => `${text}S4cret`);
    const option = fc.constantFrom("command", "COMMAND", "environment");
    fc.assert(
      fc.property(option, hidden, fc.boolean(), (name, text, isEnded) => {
        const before = Buffer.from(`no-pty,${name}="${text}${isEnded ? '"' : ""} ${key(2)}\n`);
        const after = Buffer.from(`${own}\n`);
        for (const diff of [shownDiff("f", before, after, [own]), shownDiff("f", after, before, [own])]) {
          expect(diff).not.toContain("S4cret");
          expect(diff).toContain(`no-pty,${name}="…`);
        }
        expect(shownDiff("f", before, after, [own])).toContain(`+${own}`);
      }),
      { seed: 1 },
    );
  });

  it("loses other keys only where that is asked for, and never a comment", () => {
    const text = `# a\n\n${key(1)}\nno-pty ${key(1)}\n${key(2)}\r\nnonsense\n`;
    expect(remove(text, key(1))).toBe(`# a\n\n${key(1)}\nnonsense\n`);
    expect(remove(text)).toBe("# a\n\nnonsense\n");
    expect(keep(text, key(1))).toBe(text);
  });

  it("keeps every byte of what it doesn't want, in its order", () => {
    const line = fc.oneof(
      fc.string({ unit: fc.constantFrom(..."# \t\r\"'\\=,aé\u00ff") }),
      fc.integer({ min: 10, max: 20 }).map((n) => key(n)),
    );
    fc.assert(
      fc.property(fc.array(line), fc.boolean(), (lines, ends) => {
        const text = Buffer.from(lines.join("\n") + (ends ? "\n" : "")).toString("latin1");
        const wanted = keep(text, key(1));
        expect(wanted.startsWith(text)).toBe(true);
        expect(wanted.slice(text.length).trimStart()).toBe(`${key(1)}\n`);
        expect(keep(wanted, key(1))).toBe(wanted);
        expect(remove(wanted, key(1)).match(/ssh-ed25519/g)).toHaveLength(1);
      }),
    );
  });
});

it("a key is called as ssh-keygen calls it", () => {
  const line = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl github";
  expect(fingerprintOf(keyOf(line)!)).toBe("SHA256:+DiY3wvvV6TuJJhbpZisF/zLDA0zPMSvHdkr4UvCOqU");
});
