import ssh2 from "ssh2";
import { expect, test } from "vitest";
import { clientAlgorithms } from "../../src/transports/algorithms.ts";
import { createConnect } from "../../src/transports/connect.ts";
import { inTurn } from "../../src/transports/keyring.ts";

test("the local route needs no ssh", async () => {
  const connect = createConnect({ askSecret: async () => undefined, sshConfig: { env: {} } });
  const transport = await connect({ kind: "local" });
  const ran = await transport.run("exit 3", { timeoutMs: 10_000, maxBytes: 1000 });
  await transport.close();
  expect([ran.exit, transport.identity.ssh]).toEqual([{ code: 3 }, undefined]);
});

test("what hosts ask at the same time is asked one after the other, also when nobody answers one", async () => {
  const open: {
    question: string;
    answer: (text: string | undefined) => void;
    fail: (error: Error) => void;
  }[] = [];
  const ask = inTurn((question) => new Promise((answer, fail) => open.push({ question, answer, fail })));
  const turn = () => new Promise(setImmediate);
  const answers = ["a", "b", "c"].map((question) => ask(question));
  await turn();
  expect(open.map(({ question }) => question)).toEqual(["a"]);
  open[0]!.fail(new Error("the terminal is gone"));
  await expect(answers[0]).rejects.toThrow("gone");
  await turn();
  open[1]!.answer("2");
  expect(await answers[1]).toBe("2");
  await turn();
  expect(open.map(({ question }) => question)).toEqual(["a", "b", "c"]);
  open[2]!.answer(undefined);
  expect(await answers[2]).toBeUndefined();
});

test("ssh2 knows every algorithm that we say we speak", () => {
  const config = {
    host: "127.0.0.1",
    username: "x",
    sock: new (class extends EventTarget {})() as never,
    algorithms: {
      kex: [...clientAlgorithms.kex],
      cipher: [...clientAlgorithms.ciphers],
      hmac: [...clientAlgorithms.macs],
      serverHostKey: [...clientAlgorithms.hostKeys],
    },
  };
  // An unknown name throws before the socket is used.
  expect(() => new ssh2.Client().connect(config)).not.toThrow(/Unsupported algorithm/);
  const wrong = { ...config, algorithms: { ...config.algorithms, kex: ["no-such-kex" as never] } };
  expect(() => new ssh2.Client().connect(wrong)).toThrow(/Unsupported algorithm/);
  expect(clientAlgorithms.kex).not.toContain("diffie-hellman-group-exchange-sha256");
});
