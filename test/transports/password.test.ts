/** A password in place of a key: one try, by the method that sshd has, and never more than the one question. */
import { expect, it } from "vitest";
import { passwordAttempts } from "../../src/transports/password.ts";

const asked = () => {
  const attempts = passwordAttempts("root", "secret");
  expect(attempts.next(undefined)).toEqual({ type: "none", username: "root" });
  return attempts;
};

it("asks which methods there are, and sends it once", () => {
  const attempts = asked();
  expect(attempts.sent()).toBe(false);
  expect(attempts.next(["publickey", "keyboard-interactive", "password"])).toEqual({
    type: "password",
    username: "root",
    password: "secret",
  });
  expect(attempts.sent()).toBe(true);
  expect(attempts.next(["publickey", "password"])).toBeUndefined();
});

it("sends none where sshd takes none, so that keys have their turn", () => {
  const attempts = asked();
  expect(attempts.next(["publickey"])).toBeUndefined();
  expect(attempts.sent()).toBe(false);
});

it("answers one hidden question, and neither a second one, nor one that is shown, nor two at once", () => {
  const answersTo = (questions: readonly { prompt: string; echo?: boolean }[], times = 1) => {
    const attempt = asked().next(["keyboard-interactive"]);
    if (attempt?.type !== "keyboard-interactive") throw new Error("it was not tried");
    let answers: readonly string[] = [];
    for (let n = 0; n < times; n++)
      attempt.prompt("", "", "", questions, (given) => {
        answers = given;
      });
    return answers;
  };
  const hidden = { prompt: "Password: ", echo: false };
  expect(answersTo([hidden])).toEqual(["secret"]);
  expect(answersTo([hidden], 2)).toEqual([""]);
  expect(answersTo([{ prompt: "Code: ", echo: true }])).toEqual([""]);
  expect(answersTo([hidden, hidden])).toEqual(["", ""]);
  expect(answersTo([])).toEqual([]);
});
