/** Graphviz, compiled to WebAssembly: a drawing without a program of that name on the machine. */
import { instance } from "@viz-js/viz";

export async function svgOf(dot: string): Promise<string> {
  const viz = await instance();
  return viz.renderString(dot, { format: "svg", engine: "dot" });
}
