/** Containers beside the files that they should be. */
import { describe, expect, it } from "vitest";
import { checked } from "../../src/audit/files.ts";
import type { Container } from "../../src/facts/containers.ts";
import type { File } from "../../src/running/running.ts";
import { keep } from "../compose/world.ts";
import { askedOf, auditOf } from "./recorded.ts";

const asked = askedOf("debian13");

async function fileOf(text: string, folder = "elsewhere"): Promise<File> {
  const done = await checked(["compose.yaml"], {
    read: async (path) => (path === "compose.yaml" ? text : undefined),
    keep,
    today: "2027-01-31",
  });
  if (!done.ok) throw done.error;
  return { file: "compose.yaml", folder, project: done.value.seen, checks: done.value.composed.checks };
}

const web = (more = "", top = "") => `${top}
services:
  web:
    image: app:1.0
    group_add: ["1003"]
    volumes: ["/etc/letsencrypt:/etc/letsencrypt:ro"]
${more}`;

const group = (files: readonly File[], value = asked) =>
  auditOf(value, files).checks.filter(
    ({ id, verdict }) => id === "containers.certificates-group" && verdict !== "not applicable",
  );

describe("a compose file beside its host", () => {
  it("says the number that it has, beside the container's and the host's", async () => {
    expect(group([await fileOf(web())])).toMatchObject([
      {
        verdict: "fail",
        object: "shop-web-1 (shop/web)",
        found:
          "ssl-docker is 1003 on the host; group_add is 1003 in compose.yaml and 1002 in the container; sleep is in 1000, 1002",
      },
    ]);
    const same = { ...asked, host: { ...asked.host, certificateGroup: 1002 } };
    expect(group([], same)).toMatchObject([{ verdict: "pass" }]);
    expect(group([await fileOf(web())], same)).toMatchObject([{ verdict: "fail" }]);
  });

  it("is compared by itself where nothing of it runs", async () => {
    const other = await fileOf(web("", "name: other"));
    const all = group([other]);
    expect(all).toMatchObject([
      { object: "shop-web-1 (shop/web)" },
      { object: "compose.yaml web", verdict: "pass" },
    ]);
    expect(auditOf(asked, [other]).findings).toContainEqual(
      expect.objectContaining({ id: "containers.not-running", message: expect.stringContaining("for web") }),
    );
  });

  it("wants as many containers as it says, of a job and of a profile none, and none of docker compose run", async () => {
    const told = async (more: string, change: (one: Container) => Container = (one) => one) => {
      const value = { ...asked, containers: asked.containers.map(change) };
      const { findings } = auditOf(value, [await fileOf(web(more, "name: shop"))]);
      return findings.flatMap(({ id, message }) =>
        id === "containers.not-running" ? [/ here for (.*?): what/.exec(message)?.[1]] : [],
      );
    };
    expect(await told("")).toEqual([]);
    expect(await told("    deploy: {replicas: 3}\n")).toEqual(["web (1 of 3 runs)"]);
    expect(await told("    scale: 2\n")).toEqual(["web (1 of 2 runs)"]);
    expect(await told("", (one) => ({ ...one, oneoff: "True" }))).toEqual(["web"]);
    expect(await told("  more: {image: app:1.0}\n")).toEqual(["more"]);
    expect(await told("  more: {image: app:1.0, profiles: [tools]}\n")).toEqual([]);
    const after = "    depends_on: {more: {condition: service_completed_successfully}}\n";
    expect(await told(`${after}  more: {image: app:1.0}\n`)).toEqual([]);
  });

  it("is of no project where it could be of several, unless its folder or it says which", async () => {
    const twin = asked.containers.find(({ name }) => name === "shop-web-1")!;
    const two = {
      ...asked,
      containers: [
        ...asked.containers,
        { ...twin, id: "f".repeat(64), name: "other-web-1", project: "other" },
      ],
    };
    const told = (file: File) => auditOf(two, [file]).findings.map(({ id }) => id);
    expect(told(await fileOf(web()))).toContain("containers.which-project");
    expect(told(await fileOf(web(), "Shop"))).not.toContain("containers.which-project");
    expect(told(await fileOf(web("", "name: shop")))).not.toContain("containers.which-project");
  });

  it("waives of its containers what it waives of itself", async () => {
    const defaults = (files: readonly File[]) =>
      auditOf(asked, files).checks.find(
        ({ id, object }) => id === "networks.default" && object.startsWith("shop-web-1"),
      );
    expect(defaults([])).toMatchObject({ verdict: "fail" });
    expect(defaults([])?.waiver).toBeUndefined();
    const waived =
      "    x-harden: {waivers: [{check: networks.default, reason: alone there, until: 2027-02-01}]}\n";
    expect(defaults([await fileOf(web(waived))])).toMatchObject({
      verdict: "fail",
      waiver: { state: "waived", reason: "alone there" },
    });
    expect(defaults([await fileOf(web(waived.replace("2027-02", "2027-01")))])?.waiver).toBeUndefined();
  });
});
