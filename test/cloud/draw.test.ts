/** The picture: who is where, and that no name is ever more than a text in it. */
import fc from "fast-check";
import { SaxesParser } from "saxes";
import { describe, expect, it } from "vitest";
import { dot } from "../../src/cloud/draw/dot.ts";
import { type Graph, graphOf } from "../../src/cloud/draw/graph.ts";
import { mermaid } from "../../src/cloud/draw/mermaid.ts";
import { cloudOfTiers } from "../../src/cloud/from-tiers.ts";
import { svgOf } from "../../src/features/cloud/svg.ts";
import { stripControl } from "../../src/text.ts";
import { good, tiersOf } from "./world.ts";

fc.configureGlobal({ seed: 831610384 });

const graph = () => {
  const { tiers, origin } = tiersOf(good);
  return graphOf(cloudOfTiers("harden.yaml", tiers, origin));
};

const line =
  /^(?:flowchart TB| {2}subgraph (?:public|private)\["(?:Public|Private) subnet"\]| {2}end| {2,4}n\d+\["(?:[\p{L}\p{N} .,:/()@_*-]|#\d+;|<br\/>)*"\]| {2}n\d+ -->\|"(?:[\p{L}\p{N} .,:/()@_*-]|#\d+;)*"\| n\d+|)$/u;

/** All texts of an SVG, in its order. Throws where it is no XML. */
function textsOf(svg: string): readonly string[] {
  const texts: string[] = [];
  let open = false;
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name }) => {
    open = name === "text";
    if (open) texts.push("");
    expect(["svg", "g", "polygon", "path", "text", "title", "ellipse", "polyline"]).toContain(name);
  });
  parser.on("closetag", () => {
    open = false;
  });
  parser.on("text", (text) => {
    if (open) texts[texts.length - 1] += text;
  });
  parser.write(svg).close();
  return texts;
}

const plain = (text: string) =>
  stripControl(text)
    .replace(/\s+/g, " ")
    .replace(/\p{Cs}/gu, "\ufffd");

/** A graph with texts of somebody's in every place. */
const hostile = (texts: readonly string[], label: string): Graph => ({
  nodes: [
    { id: "n0", lines: texts, area: "outside" },
    { id: "n1", lines: ["app", ...texts], area: "private" },
  ],
  edges: [{ from: "n0", to: "n1", label }],
});

const nasty = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.constantFrom(
    '"]',
    "end",
    "\\N \\G",
    "&lt;b&gt;",
    "<script>",
    "`x`",
    "%%{init}%%",
    "a\\",
    "#quot;",
    "-->|x|",
    "\u202e",
    "]]>",
    "${x}",
  ),
);

describe("the picture", () => {
  it("has the guide's subnets, and each rule once", () => {
    const text = mermaid(graph());
    expect(text).toMatch(
      /subgraph public\["Public subnet"\]\n.*bastion.*\n.*web<br\/>load-balancer<br\/>lb1/,
    );
    expect(text).toMatch(
      /subgraph private\["Private subnet"\]\n.*app<br\/>app<br\/>@app.*\n.*db<br\/>data<br\/>db1/,
    );
    const [internet, web, app] = ["Internet", "web<br/>", "app<br/>"].map(
      (name) => new RegExp(`(n\\d+)\\["${name}`).exec(text)?.[1],
    );
    expect(text).toContain(`${internet} -->|"443, 80"| ${web}\n`);
    expect(text).toContain(`${web} -->|"8080"| ${app}\n`);
  });

  it("is Mermaid line by line, whatever names are", () => {
    for (const each of mermaid(graph()).split("\n")) expect(each).toMatch(line);
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1, maxLength: 3 }), nasty, (texts, label) => {
        for (const each of mermaid(hostile(texts, label)).split("\n")) expect(each).toMatch(line);
      }),
    );
  });

  it("is SVG whose texts are the names, whatever they are", async () => {
    expect(textsOf(await svgOf(dot(graph())))).toEqual(
      expect.arrayContaining(["Public subnet", "web", "lb1", "443, 80"]),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(nasty, { minLength: 1, maxLength: 3 }), nasty, async (texts, label) => {
        const wanted = [...texts, "app", ...texts, label].map(plain).map((text) => text.trim());
        const found = textsOf(await svgOf(dot(hostile(texts, label)))).map((text) => text.trim());
        expect(found.filter((text) => text !== "" && text !== "Private subnet").sort()).toEqual(
          wanted.filter((text) => text !== "").sort(),
        );
      }),
      { numRuns: 60 },
    );
  });
});
