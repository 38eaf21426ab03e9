/** A graph in the language of Graphviz. Pure. */
import { stripControl } from "../../text.ts";
import { areas, type Graph, type GraphNode } from "./graph.ts";

/**
 * A quoted string: a backslash would begin one of its escapes, such as \N, the node's name. Never empty: Graphviz 16.1 in wasm
 * ends on a line without a character ("table index is out of bounds").
 */
export const dotText = (text: string): string =>
  (stripControl(text).trim() || " ")
    .replace(/\s+/g, " ")
    .replace(/\p{Cs}/gu, "\ufffd")
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    // Graphviz reads HTML's entities in any text.
    .replaceAll("&", "&amp;");

const node = ({ id, lines, area }: GraphNode) =>
  `${id} [label="${lines.map(dotText).join("\\n")}"${area === "outside" ? ", style=dashed" : ""}];`;

export function dot({ nodes, edges }: Graph): string {
  const boxes = (["public", "private"] as const).flatMap((area) => {
    const own = nodes.filter((each) => each.area === area);
    if (own.length === 0) return [];
    return [
      `  subgraph cluster_${area} {`,
      `    label="${areas[area]}";`,
      ...own.map((each) => `    ${node(each)}`),
      "  }",
    ];
  });
  return [
    "digraph cloud {",
    '  node [shape=box, fontname="sans-serif"];',
    '  edge [fontname="sans-serif"];',
    ...nodes.filter(({ area }) => area === "outside").map((each) => `  ${node(each)}`),
    ...boxes,
    ...edges.map(({ from, to, label }) => `  ${from} -> ${to} [label="${dotText(label)}"];`),
    "}",
    "",
  ].join("\n");
}
