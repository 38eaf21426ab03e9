/** Who reaches whom, by the networks that containers share. */
import { describe, expect, it } from "vitest";
import type { Container } from "../../src/facts/containers.ts";
import { beyondFirewall, reachNotes, reachOf } from "../../src/running/reach.ts";
import { askedOf } from "./recorded.ts";

const { containers, networks } = askedOf("debian13");
const named = (name: string) => containers.find((each) => each.name === name)!;
const answer = (from: string, to: string, all: readonly Container[] = containers, of = networks) =>
  reachOf(all, of).find((each) => each.from === from && each.to === to);

describe("reach", () => {
  it("is by a network that both are on", () => {
    expect(answer("proxy", "well")).toEqual({ from: "proxy", to: "well", answer: "yes", by: ["inside"] });
    expect(answer("proxy", "shop-web-1")).toBeUndefined();
  });

  it("is no where the network keeps its containers apart", () => {
    const apart = networks.map((each) => (each.name === "inside" ? { ...each, open: false } : each));
    expect(answer("proxy", "well", containers, apart)).toBeUndefined();
  });

  it("is somebody else's of a container that has no network of its own", () => {
    expect(answer("side", "db")).toMatchObject({ by: ["its own"] });
    expect(answer("side", "well")).toMatchObject({ by: ["inside"] });
  });

  it("from the host's network is to all, and to it nobody knows", () => {
    expect(answer("weak", "well")).toMatchObject({ answer: "yes", by: ["host"] });
    expect(answer("well", "weak")).toMatchObject({ answer: "not known" });
    const none = { ...named("well"), network: "none", networks: { none: "" } };
    expect(reachOf([none, named("weak")], networks)).toEqual([]);
  });

  it("of a proxy to data is a note", () => {
    expect(reachNotes(containers, reachOf(containers, networks), [])).toMatchObject([
      {
        id: "networks.proxy-reaches-data",
        level: "note",
        message: expect.stringContaining("proxy reaches db by inside"),
      },
    ]);
  });

  it("past every rule of the host is a warning, where somebody is on such a network", () => {
    const of = (driver: string, all = containers) =>
      beyondFirewall(all, [{ ...networks.find(({ name }) => name === "inside")!, driver }]);
    expect(of("macvlan")).toMatchObject([
      { id: "networks.beyond-firewall", level: "warn", message: expect.stringContaining("well") },
    ]);
    expect(of("ipvlan")).toHaveLength(1);
    expect([of("bridge"), of("macvlan", [])]).toEqual([[], []]);
  });
});
