/** Containers of images that a profile knows: their roles, rights and ways out are those that it says. */
import { describe, expect, it } from "vitest";
import { imagesOf } from "../../src/compose/images.ts";
import type { Container } from "../../src/facts/containers.ts";
import { doorsOf } from "../../src/running/doors.ts";
import { reachNotes, reachOf } from "../../src/running/reach.ts";
import { askedOf, auditOf } from "./recorded.ts";

const asked = askedOf("debian13");
const well = asked.containers.find(({ name }) => name === "well")!;
const own = "registry.example/team/own:1";
const why = "it says so";

/** The well-made one as of that image. */
const as = (change: Partial<Container>) => ({
  ...asked,
  containers: asked.containers.map((each) => (each === well ? { ...each, image: own, ...change } : each)),
});

const verdicts = (images: Parameters<typeof imagesOf>[0], change: Partial<Container> = {}) =>
  auditOf(as(change), [], [], imagesOf(images))
    .checks.filter(
      ({ object, verdict, role }) =>
        role === "audit" && object.split(" ")[0] === "well" && verdict === "fail",
    )
    .map(({ id, object }) => `${id} ${object}`);

describe("a container of an image that the profile knows", () => {
  it("may have the capability that it needs", () => {
    const process = { ...well.kernel!.processes[0]!, bound: ["NET_RAW"], effective: [] };
    const raw = { capDrop: ["ALL"], capAdd: ["NET_RAW"], kernel: { ...well.kernel!, processes: [process] } };
    expect(verdicts({}, raw)).toContain("containers.capabilities well cap_add NET_RAW");
    expect(verdicts({ "team/own": { why, capAdd: ["NET_RAW"] } }, raw)).toEqual([]);
  });

  it("is told the user that the profile says, where it runs as root", () => {
    const process = { ...well.kernel!.processes[0]!, uids: [0, 0, 0, 0] };
    const root = as({ kernel: { ...well.kernel!, processes: [process] } });
    const remedies = (images: Parameters<typeof imagesOf>[0]) =>
      auditOf(root, [], [], imagesOf(images)).checks.flatMap(({ id, object, remedy }) =>
        id === "containers.user" && object === "well" ? [remedy] : [],
      );
    expect(remedies({})).toEqual([expect.stringMatching(/^Write user: "1000:1000", or the numbers/)]);
    expect(remedies({ "team/own": { why, user: "5:6" } })).toEqual([
      expect.stringMatching(/^Write user: "5:6"\. A volume/),
    ]);
  });

  it("has its data where the profile says", () => {
    expect(verdicts({ "team/own": { why, data: ["/kept"] } })).toEqual(["containers.data well /kept"]);
  });

  it("is a database, a proxy or neither for all who reach it", () => {
    const { containers, networks } = as({});
    const notes = (images: Parameters<typeof imagesOf>[0]) =>
      reachNotes(containers, reachOf(containers, networks), imagesOf(images)).map(({ message }) => message);
    expect(notes({}).filter((each) => each.includes("reaches well"))).toEqual([]);
    expect(notes({ "team/own": { why, role: "queue" } })).toContainEqual(
      expect.stringContaining("proxy reaches well by inside"),
    );
    const ports = { "9/tcp": [{ HostIp: "10.0.0.1", HostPort: "9" }] };
    const doors = (images: Parameters<typeof imagesOf>[0]) =>
      doorsOf([{ ...well, image: own, ports }], undefined, imagesOf(images));
    expect(doors({})).toMatchObject([{ role: "other" }]);
    expect(doors({ "team/own": { why, role: "cache" } })).toMatchObject([{ role: "data" }]);
  });

  it("that must call out is found where it can't, by its own name or by its service's", () => {
    const shop = { project: "shop", service: "worker" };
    const object = "networks.egress well (shop/worker)";
    expect(verdicts({ "team/own": { why, egress: true } }, shop)).toEqual([object]);
    expect(verdicts({ "team/own": { why, egress: ["worker"] } }, shop)).toEqual([object]);
    expect(verdicts({ "team/own": { why, egress: ["web"] } }, shop)).toEqual([]);
    expect(verdicts({ "team/own": { why, egress: ["well"] } })).toEqual(["networks.egress well"]);
  });
});
