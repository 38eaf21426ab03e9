import fc from "fast-check";
import { expect, test } from "vitest";
import { HardenError } from "../../src/errors.ts";
import { parseRecorded, serializeRecorded } from "../../src/facts/recorded.ts";

const state = fc.constantFrom("present", "absent", "unknown", "unsupported");
const recorded = fc.record({
  identity: fc.record({ login: fc.string(), privilege: fc.constant({ level: "root" } as const) }),
  facts: fc
    .array(fc.tuple(fc.string(), fc.record({ state, data: fc.uint8Array().map((all) => Buffer.from(all)) })))
    .map((all) => new Map(all)),
});

test("what is written is read again", () => {
  fc.assert(
    fc.property(recorded, (host) => {
      const { identity, facts } = parseRecorded(serializeRecorded(host as never));
      expect(identity).toEqual(host.identity);
      expect(facts).toEqual(new Map(host.facts));
    }),
    { seed: 5, numRuns: 300 },
  );
});

/** Near to one: a value somewhere is another. */
const nearly = fc
  .tuple(
    recorded,
    fc.jsonValue(),
    fc.constantFrom("identity", "facts", "login", "privilege", "fact", "state", "text"),
  )
  .map(([host, value, where]) => {
    const file = JSON.parse(serializeRecorded(host as never));
    const fact = { state: "present", text: "x" };
    if (where === "identity" || where === "facts") file[where] = value;
    else if (where === "login" || where === "privilege") file.identity[where] = value;
    else file.facts.one = where === "fact" ? value : { ...fact, [where]: value };
    return JSON.stringify(file);
  });

test("anything else is refused in one sentence that names the file", () => {
  const text = fc.oneof(
    nearly,
    fc.json(),
    fc.string(),
    recorded.map((host) => serializeRecorded(host as never).slice(0, -3)),
  );
  fc.assert(
    fc.property(text, (given) => {
      try {
        for (const { data } of parseRecorded(given, "/x").facts.values())
          expect(Buffer.isBuffer(data)).toBe(true);
      } catch (error) {
        expect(error).toBeInstanceOf(HardenError);
        expect(error).toMatchObject({
          code: "usage",
          message: expect.stringMatching(/^\/x is no recorded host: [^\n]+\.$/),
        });
      }
    }),
    { seed: 5, numRuns: 1000 },
  );
});
