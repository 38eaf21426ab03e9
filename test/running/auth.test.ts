/** What real attempts gave, judged. */
import { describe, expect, it } from "vitest";
import { type Attempt, serviceAuth } from "../../src/facts/service-auth.ts";
import { hostAuthCheck } from "../../src/running/auth.ts";
import { askedOf, auditOf } from "./recorded.ts";

const asked = askedOf("debian13");
const [first] = asked.containers;
const attempt = (more: Partial<Attempt>): Attempt => ({
  id: first!.id,
  service: "redis",
  address: "172.18.0.2",
  ports: [6379],
  answer: "password",
  shown: false,
  ...more,
});
const byAttempts = ["auth.redis", "auth.postgres", "auth.others"];
const results = (...attempts: Attempt[]) =>
  auditOf(asked, [], attempts)
    .checks.filter(({ id, verdict }) => byAttempts.includes(id) && verdict !== "not applicable")
    .map(({ id, object, verdict }) => `${id} ${object.split(" ")[1] ?? ""}: ${verdict}`);

describe("services that are asked", () => {
  it.each([
    ["redis", "open", "fail"],
    ["redis", "usual", "fail"],
    ["redis", "password", "pass"],
    ["redis", "denied", "pass"],
    ["redis", "silent", "pass"],
    ["redis", "strange", "error"],
    ["redis", "unread", "error"],
    ["redis", "elsewhere", "error"],
    ["postgres", "open", "fail"],
    ["postgres", "usual", "fail"],
    ["postgres", "untried", "error"],
    ["postgres", "clear", "fail"],
    ["postgres", "md5", "fail"],
    ["postgres", "scram", "pass"],
    ["postgres", "denied", "pass"],
    ["postgres", "silent", "pass"],
    ["postgres", "strange", "error"],
    ["postgres", "unread", "error"],
    ["postgres", "elsewhere", "error"],
  ] as const)("%s that says %s: %s", (service, answer, verdict) => {
    expect(results(attempt({ service, answer }))).toEqual([`auth.${service} : ${verdict}`]);
  });

  it("are told by the port that was asked, where it isn't the usual one", () => {
    const found = (...ports: number[]) =>
      auditOf(asked, [], [attempt({ ports, answer: "open" })]).checks.find(({ id }) => id === "auth.redis")!
        .found;
    expect(found(6379)).toMatch(/ \(asked at 172\.18\.0\.2\)$/);
    expect(found(6380, 6381)).toMatch(/ \(asked at 172\.18\.0\.2:6380,6381\)$/);
  });

  it("a password in the command is told by itself", () => {
    expect(results(attempt({ shown: true }))).toEqual(["auth.redis : pass", "auth.redis command: fail"]);
    // Once, on however many ports it was asked.
    expect(results(attempt({ shown: true }), attempt({ shown: true, ports: [6380] }))).toEqual([
      ...["auth.redis : pass", "auth.redis : pass", "auth.redis command: fail"],
    ]);
  });

  it("each address by itself, and none that was not asked is green", () => {
    const two = [attempt({ answer: "open" }), attempt({ address: "172.19.0.2" })];
    expect(results(...two)).toEqual(["auth.redis : fail", "auth.redis : pass"]);
    const unasked = auditOf(asked, [], "it could not be read").checks.filter(({ id }) =>
      byAttempts.includes(id),
    );
    expect(unasked.map(({ verdict }) => verdict)).toEqual(["error", "error", "error"]);
    const none = auditOf(asked).checks.filter(({ id }) => byAttempts.includes(id));
    expect(none.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual([
      "auth.redis not applicable",
      "auth.postgres not applicable",
      "auth.others error",
    ]);
  });
});

describe("of the host's own", () => {
  const own = (...answers: Attempt["answer"][]) =>
    hostAuthCheck
      .test({ attempts: answers.map((answer) => attempt({ id: "host", answer })) })
      .map(({ object, verdict }) => `${object} ${verdict}`);

  it("what lets anybody in fails, and what nobody could ask is not known", () => {
    expect(own("open", "usual", "password", "denied", "unread")).toEqual([
      ...["redis fail", "redis fail", "redis pass", "redis pass", "redis error"],
    ]);
    expect(own()).toEqual([" not applicable"]);
    expect(hostAuthCheck.test({ attempts: "why" })).toMatchObject([{ verdict: "error", found: "why" }]);
  });

  it("a container's attempt is the container's", () => {
    expect(hostAuthCheck.test({ attempts: [attempt({ answer: "open" })] })).toMatchObject([
      { verdict: "not applicable" },
    ]);
  });
});

describe("the answer", () => {
  const read = (text: string) => serviceAuth.parse(Buffer.from(text));
  const id = "a".repeat(64);

  it("is a line an attempt, whole or not at all", () => {
    expect(read(`${id} redis 172.18.0.2 6379 open shown\nend\n`)).toEqual([
      { id, service: "redis", address: "172.18.0.2", ports: [6379], answer: "open", shown: true },
    ]);
    expect(read("host redis 192.0.2.1 6379 denied -\nend\n")).toMatchObject([
      { id: "host", answer: "denied" },
    ]);
    expect(read("end\n")).toEqual([]);
    for (const wrong of [
      "",
      `${id} redis 172.18.0.2 6379 open -\n`,
      `${id} redis x 6379 open -\nend\n`,
      "x\nend\n",
      `${id} redis 172.18.0.2 open -\nend\n`,
    ])
      expect(() => read(wrong)).toThrow();
  });
});
