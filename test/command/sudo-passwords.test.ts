/** Several passwords of sudo: each host's own, and nothing of them is said, whatever is wrong with the file. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sudoPasswordsIn } from "../../src/command/sudo-passwords.ts";
import type { HardenError } from "../../src/errors.ts";
import { errorText } from "../../src/reports/error.ts";
import { routeOf } from "../../src/targets.ts";
import { createSudoPasswords } from "../../src/transports/sudo.ts";

fc.configureGlobal({ seed: 831610384 });

const read = (text: string) => sudoPasswordsIn({ text, name: "sudo.yaml" });
const refusal = (text: string) =>
  read(text).then(
    () => expect.fail("it was taken"),
    (error: HardenError) => error,
  );

describe("a file of sudo's passwords", () => {
  it("has every password as text, to the letter", async () => {
    const text = `web1: 0042
op@203.0.113.7:2222: "op-Secret 1'$x"
"[2001:db8::7]:22": yes # a remark
this machine: ' with blanks '
`;
    expect([...(await read(text))]).toEqual([
      ["web1", "0042"],
      ["op@203.0.113.7:2222", "op-Secret 1'$x"],
      ["[2001:db8::7]:22", "yes"],
      ["this machine", " with blanks "],
    ]);
  });

  it.each([
    ["s3cret\n", "sudo.yaml:1:1", "no map"],
    ["- web1: s3cret\n", "sudo.yaml:1:1", "no map"],
    ["web1: s3cret\nweb1: s3cret\n", "sudo.yaml:2:1", "twice"],
    ['"@web": s3cret\n', "sudo.yaml:1:1", "a group has no password of its own"],
    ["web1: {s3cret: s3cret}\n", "sudo.yaml:1:1", "no text as its password"],
    ["web1: a\nweb2:\n", "sudo.yaml:2:1", "no text as its password"],
    ['web1: ""\n', "sudo.yaml:1:1", "no text as its password"],
    ['web1: "s3cret\\q"\n', "sudo.yaml:1:", "no YAML"],
    ["web1: *s3cret\n", "sudo.yaml:1:", "can't be used"],
    ["web1: |\n  s3cret\n  s3cret\n", "sudo.yaml:1:1", "line end"],
    ["web1: !!binary s3cret: s3cret\n", "sudo.yaml:1:", "can't be used"],
  ])("says where %j is wrong, and nothing of what stands there", async (text, where, why) => {
    const error = await refusal(text);
    expect(error).toMatchObject({ code: "usage" });
    const said = errorText(error);
    expect(said).toContain(where);
    expect(said).toContain(why);
    expect(`${said}${error.message}`).not.toContain("s3cret");
  });

  it("says nothing of it whatever it is", () =>
    fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom(..."\n :-{}[]&*!|>'\"%@`#\\,?\t") }),
        async (text) => {
          try {
            await read(`web1: ${text}s3cret${text}`);
          } catch (error) {
            expect(error).toMatchObject({ code: "usage" });
            expect(errorText(error as HardenError)).not.toContain("s3cret");
          }
        },
      ),
    ));

  it("goes to the host that it names, and what all have to the others", () => {
    const options = {
      identityFiles: [],
      acceptNewHostKey: false,
      sudoPassword: "of all",
      sudoPasswords: new Map([["op@web1", "own"]]),
    };
    expect(routeOf("op@web1", options)).toMatchObject({ host: "web1", sudoPassword: "own" });
    expect(routeOf("web1", options)).toMatchObject({ sudoPassword: "of all" });
    expect(routeOf("op@web10", options)).toMatchObject({ sudoPassword: "of all" });
  });
});

it("each login is asked for its own, once", async () => {
  const asked: string[] = [];
  const passwords = createSudoPasswords(
    async (question) => {
      asked.push(question);
      return `${asked.length}`;
    },
    { each: true },
  );
  expect(await Promise.all([passwords("op@web1").ask(), passwords("op@web1").ask()])).toEqual(["1", "1"]);
  expect(await passwords("op@web2").ask()).toBe("2");
  expect([passwords("op@web1").known(), passwords("deploy@web1").known()]).toEqual(["1", undefined]);
  expect(asked).toEqual(["sudo password of op@web1: ", "sudo password of op@web2: "]);
});
