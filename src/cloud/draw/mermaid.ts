/** A graph as Mermaid's text. Pure. */
import { stripControl } from "../../text.ts";
import { areas, type Graph, type GraphNode } from "./graph.ts";

/** Mermaid's own entities: nothing that it, Markdown or HTML could take for anything but text is left. */
export const mermaidText = (text: string): string =>
  stripControl(text)
    .replace(/\s+/g, " ")
    .replace(/\p{Cs}/gu, "\ufffd")
    .replace(/[^\p{L}\p{N} .,:/()@_*-]/gu, (char) => `#${char.codePointAt(0)};`);

const node = ({ id, lines }: GraphNode) => `${id}["${lines.map(mermaidText).join("<br/>")}"]`;

export function mermaid({ nodes, edges }: Graph): string {
  const boxes = (["public", "private"] as const).flatMap((area) => {
    const own = nodes.filter((each) => each.area === area);
    if (own.length === 0) return [];
    return [`  subgraph ${area}["${areas[area]}"]`, ...own.map((each) => `    ${node(each)}`), "  end"];
  });
  const outside = nodes.filter(({ area }) => area === "outside");
  return [
    "flowchart TB",
    ...outside.map((each) => `  ${node(each)}`),
    ...boxes,
    ...edges.map(({ from, to, label }) => `  ${from} -->|"${mermaidText(label)}"| ${to}`),
    "",
  ].join("\n");
}
