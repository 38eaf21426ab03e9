import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { parseRecorded } from "../../src/facts/recorded.ts";
import { choiceOf } from "../choice.ts";
import { greenUnread } from "../unread.ts";

it.each(["debian12", "debian13"])(
  "no check is green on the recorded %s for a fact that is unread",
  async (name) => {
    const text = readFileSync(new URL(`../fixtures/hosts/${name}.json`, import.meta.url), "utf8");
    expect(greenUnread(parseRecorded(text), await choiceOf("production"))).toEqual([]);
  },
);
