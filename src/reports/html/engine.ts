/** What runs on a host, who reaches whom there, and what answers from elsewhere, as tables. Pure. */
import { failing } from "../../assess/assess.ts";
import type { Audited } from "../../results/audited.ts";
import { answerText, isOpen } from "../../running/doors.ts";
import { mebibytes, verdictOf } from "../audit.ts";
import { engineText } from "../engine.ts";
import { html, type Markup, nothing } from "./markup.ts";
import { table, word } from "./parts.ts";

function containersOf({ containers, checks }: Audited): Markup {
  if (containers.length === 0) return html`<p>No container runs.</p>`;
  const names = new Set(failing(checks).map(({ object }) => object.split(" ")[0]));
  const rows = containers.map((each) => {
    const { name, image, cpus, memory, networks } = each;
    return [
      name,
      image,
      word(names.has(name) ? "bad" : "good", verdictOf(each, checks)),
      cpus === undefined ? "all" : Math.round(cpus * 100) / 100,
      mebibytes(memory.limit, "all"),
      mebibytes(memory.used, "not known"),
      mebibytes(memory.peak, "not known"),
      networks.join(", ") || "none",
    ];
  });
  const head = ["container", "image", "verdict", "cores", "memory limit", "used", "peak", "networks"];
  return table("Containers", head, rows);
}

/** Columns have the numbers of the rows: names would make them as wide as the longest. */
function matrixOf({ containers, reach }: Audited): Markup {
  if (containers.length < 2) return nothing;
  const cells = new Map(reach.map((pair) => [`${pair.from} ${pair.to}`, pair]));
  const rows = containers.map((from, at) => [
    `${at + 1} ${from.name}`,
    ...containers.map((to) => {
      if (to.name === from.name) return "–";
      const pair = cells.get(`${from.name} ${to.name}`);
      if (pair === undefined) return html`<span class="faint">no</span>`;
      return pair.answer === "yes" ? word("warn", "yes") : word("bad", "?");
    }),
  ]);
  const head = ["row reaches column", ...containers.map((_, at) => at + 1)];
  const by = reach.filter(({ answer }) => answer === "not known").length;
  return html`<h3>Who reaches whom</h3>${table("Who reaches whom", head, rows, "matrix")}${
    by === 0 ? nothing : html`<p class="faint">? is by the host's own address: its firewall decides.</p>`
  }`;
}

function doorsOf({ outside }: Audited): Markup {
  if ("why" in outside) return html`<p>What is open from elsewhere was not asked: ${outside.why}.</p>`;
  if (outside.doors.length === 0) return html`<p>No port of it waits for others.</p>`;
  const rows = outside.doors.map((door) => [
    `${door.port}/tcp`,
    door.of || "not known",
    word(isOpen(door) ? "warn" : "good", answerText(door)),
  ]);
  return table("Ports", ["port", "of", "from where this was run"], rows);
}

export const engineOf = (audited: Audited): Markup =>
  html`<h3>Containers</h3><p>${engineText(audited.engine)}</p>${
    audited.engine.state === "asked" ? [containersOf(audited), matrixOf(audited)] : nothing
  }<h3>Doors</h3>${doorsOf(audited)}`;
