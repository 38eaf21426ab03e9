/** Twenty compose files as people write them: each is read without an error, and of each everything is judged. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { composeChecks } from "../../src/compose/checks/index.ts";
import { check, composed } from "./world.ts";

const folder = join(import.meta.dirname, "../fixtures/compose");
/** Others are about networks, Dockerfiles, and files of secrets. */
const ofServices = /^(containers|exposure)\.|^secrets\.(found|visible)$/;
const names = readdirSync(folder).sort();

it("are twenty", () => expect(names).toHaveLength(20));

it.each(names)("%s", async (name) => {
  const text = readFileSync(join(folder, name), "utf8");
  const { checks, services, findings } = await composed(text);
  // Each service has a verdict of each check that is about services.
  for (const service of services)
    for (const { id } of composeChecks.filter((each) => ofServices.test(each.id)))
      expect(
        checks.some((report) => report.id === id && report.object.split(" ")[0] === service),
        `${id} ${service}`,
      ).toBe(true);
  expect(findings.filter(({ message }) => !message.includes("of the variable"))).toEqual([]);
  expect((await check({ [name]: text })).status).toBe(2);
});
