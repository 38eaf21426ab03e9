/** Stacks of PAM, whether they let in without a right password. */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type AuthLine, isOpenStack } from "../../src/controls/privileges/pam.ts";

fc.configureGlobal({ seed: 831610384 });

const linesOf = (...texts: readonly string[]): readonly AuthLine[] =>
  texts.map((text) => {
    const [, control = "", module = "", rest = ""] = /^(\[.*?\]|\S+)\s*(\S*)\s*(.*)$/.exec(text) ?? [];
    return { control, module, rest };
  });
const isOpen = (service: string, ...texts: readonly string[]) => isOpenStack(linesOf(...texts), service);

const deny = "requisite pam_deny.so";
const permit = "required pam_permit.so";
const common = ["[success=1 default=ignore] pam_unix.so nullok", deny, permit];

describe("a stack of PAM is closed", () => {
  it.each([
    ["as pam-auth-update writes it", common],
    [
      "with a directory",
      [
        "[success=2 default=ignore] pam_unix.so",
        "[success=1 default=ignore] pam_sss.so use_first_pass",
        deny,
        permit,
        "optional pam_cap.so",
      ],
    ],
    [
      "with new_authtok_reqd and user_unknown",
      ["[success=1 new_authtok_reqd=1 user_unknown=ignore default=die] pam_unix.so", deny, permit],
    ],
    [
      "with faillock",
      [
        "required pam_faillock.so preauth",
        "[success=2 default=ignore] pam_unix.so",
        "[default=die] pam_faillock.so authfail",
        "sufficient pam_faillock.so authsucc",
        deny,
        permit,
      ],
    ],
    ["with a factor besides", ["required pam_google_authenticator.so nullok", ...common]],
    ["with a token in the password's place", ["sufficient pam_u2f.so cue", ...common]],
    ["with a database of its own", ["required pam_userdb.so db=/etc/ftp"]],
    ["with what another package adds to it", [...common, "optional pam_ecryptfs.so unwrap"]],
    ["with an unknown module beside the password", ["required pam_strange.so", ...common]],
    ["with a substack that asks", ["(", ...common, ")", permit]],
    ["with what is an entry of its own", ["sufficient pam_permit.so", ...common]],
    ["that jumps too far", ["[default=9] pam_unix.so", permit]],
    ["with an unknown control", ["lenient pam_permit.so"]],
    ["where a failure counts as ok", ["[default=ok] pam_unix.so", permit]],
    ["without a line", []],
  ])("%s", (_, lines) => {
    expect(isOpen("common-auth", ...lines)).toBe(false);
  });

  it("of su, whose caller is root already", () => {
    expect(isOpen("su", "sufficient pam_rootok.so", ...common)).toBe(false);
  });
});

describe("a stack of PAM is open", () => {
  it.each([
    ["that jumps over the denial in any case", ["[success=1 default=1] pam_unix.so", deny, permit]],
    [
      "that does so for a wrong password",
      ["[success=1 auth_err=1 default=ignore] pam_unix.so", deny, permit],
    ],
    ["without its denial", ["[success=1 default=ignore] pam_unix.so", permit]],
    ["that permits in the denial's place", ["[success=1 default=ignore] pam_unix.so", permit, permit]],
    ["that permits alone", [permit]],
    ["that permits first", ["optional pam_permit.so", "optional pam_unix.so"]],
    ["of a module that says what it is told to", ["required pam_debug.so"]],
    ["that goes by what nobody types", ["required pam_succeed_if.so user = op"]],
    ...["pam_echo.so", "pam_stress.so", "pam_ftp.so", "/opt/strange.so", "pam_u2f.so nouserok"].map(
      (module): [string, string[]] => [
        `of ${module}, which succeeds by itself`,
        [`sufficient ${module}`, ...common],
      ],
    ),
    [
      "of an unknown module that jumps over the denial",
      ["[success=2 default=ignore] pam_strange.so", ...common],
    ],
    [
      "that ends a substack early",
      ["(", "[default=done] pam_unix.so", ")", "[default=reset] pam_unix.so", permit],
    ],
    ["for what runs as root itself", ["sufficient pam_rootok.so", ...common]],
  ])("%s", (_, lines) => {
    expect(isOpen("sshd", ...lines)).toBe(true);
  });
});

test("any stack comes to an end", () => {
  const control = fc.oneof(
    fc.constantFrom("(", ")", "required", "requisite", "sufficient", "optional"),
    fc.stringMatching(/^\[(success|default|auth_err|ignore)=(ok|done|bad|die|reset|ignore|\d{1,3})\]$/),
  );
  const line = fc.record({
    control: fc.oneof(control, fc.constantFrom("__proto__", "constructor"), fc.string()),
    module: fc.constantFrom("pam_unix.so", "pam_permit.so", "pam_deny.so", "pam_exec.so", "x"),
    rest: fc.string(),
  });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), (lines) => typeof isOpenStack(lines, "x") === "boolean"),
  );
});
