import { resolve } from "node:path";
import type { CloudInput } from "../../cloud/input.ts";
import type { Command, Described, Line, Outside, Shown } from "../../command/command.ts";
import { textOf } from "../../command/files.ts";
import { anyFormat, checkReadable, oneOf } from "../../command/formats.ts";
import { file, word } from "../../command/words.ts";
import { dayOf } from "../../day.ts";
import { HardenError } from "../../errors.ts";
import type { ExportName } from "./work.ts";

export const cloud: Described = {
  words: "cloud",
  summary: "who may talk to whom in a cloud: checked, drawn, exported",
};

const source = {
  file: word<string | undefined>({
    spelled: "[file]",
    text: "a project file, or what terraform show -json gives; none: harden.yaml here or above; - is standard input",
  }),
};

/** What the line names. Terraform's is judged beside the project file, where there is one. Throws HardenError. */
async function inputOf(given: string | undefined, outside: Outside): Promise<CloudInput> {
  if (given === undefined) return { project: await outside.project() };
  const text = await textOf({ file: given, what: "file" }, outside);
  const { looksLikeTerraform } = await import("../../cloud/terraform/document.ts");
  const shown = given === "-" ? "standard input" : given;
  if (given.endsWith(".json") || looksLikeTerraform(text))
    return { project: await outside.project(), terraform: { file: shown, text } };
  const { projectOf } = await import("../../command/read-project.ts");
  const { cwd } = await outside.places();
  return { project: projectOf(text, resolve(cwd, shown), { cwd }) };
}

const checkWords = { arguments: source, options: anyFormat };

async function check(line: Line, outside: Outside): Promise<Shown> {
  const { given } = line as Line<typeof checkWords.arguments & typeof checkWords.options>;
  checkReadable(given.format, outside.page);
  const [{ cloudCheck }, { formats }] = await Promise.all([
    import("./work.ts"),
    import("../../reports/formats.ts"),
  ]);
  const { report, status } = cloudCheck(await inputOf(given.file, outside), dayOf(Date.now()));
  return { out: formats[given.format].cloud(report, outside.page), errors: [], status, hosts: [] };
}

export const cloudCheck: Command = {
  words: "cloud check",
  summary: "the tiers of the project file, or Terraform's plan or state, against the guide's security groups",
  ...checkWords,
  run: check,
};

const drawings = ["mermaid", "svg"] as const;

const drawWords = {
  arguments: source,
  options: {
    format: word<(typeof drawings)[number]>({
      spelled: "--format <format>",
      text: "mermaid, as text, or svg",
      parse: oneOf(drawings),
      initial: "mermaid",
    }),
    out: file("--out <file>", "write it into a file"),
  },
};

async function draw(line: Line, outside: Outside): Promise<Shown> {
  const { given } = line as Line<typeof drawWords.arguments & typeof drawWords.options>;
  const { format, out } = given;
  if (out !== undefined) await outside.checkSavable({ path: out, what: "drawing" });
  const { cloudDrawing } = await import("./work.ts");
  const input = await inputOf(given.file, outside);
  const text =
    format === "mermaid"
      ? cloudDrawing(input, "mermaid")
      : await (await import("./svg.ts")).svgOf(cloudDrawing(input, "dot"));
  const end = { errors: [], status: 0, hosts: [] };
  if (out === undefined) return { ...end, out: text.replace(/\n$/, "") };
  return {
    ...end,
    out: "",
    file: { path: out, what: "drawing", text, said: `harden: the drawing is in ${out}.` },
  };
}

export const cloudDraw: Command = {
  words: "cloud draw",
  summary: "the tiers as a picture: Mermaid's text, or SVG",
  ...drawWords,
  run: draw,
};

const targets: readonly ExportName[] = ["terraform", "table", "ufw"];

const exportWords = {
  arguments: {
    file: word<string | undefined>({
      spelled: "[file]",
      text: "a project file; none: harden.yaml here or above; - is standard input",
    }),
  },
  options: {
    to: word<ExportName>({
      spelled: "--to <form>",
      text: "terraform (JSON, for AWS), table (Markdown, for any cloud), or ufw (sections of the profiles of each tier's hosts)",
      parse: oneOf(targets),
      initial: "table",
    }),
  },
};

async function write(line: Line, outside: Outside): Promise<Shown> {
  const { given } = line as Line<typeof exportWords.arguments & typeof exportWords.options>;
  const { cloudExport } = await import("./work.ts");
  const { project, terraform } = await inputOf(given.file, outside);
  if (terraform !== undefined) throw notTiers(terraform.file);
  return { out: cloudExport(project, given.to).replace(/\n$/, ""), errors: [], status: 0, hosts: [] };
}

const notTiers = (name: string) =>
  new HardenError("usage", `${name} is Terraform's, and has no tiers to export.`, {
    hint: "Name a project file, or none: harden.yaml here or above is taken.",
    hostState: "no host was contacted",
  });

export const cloudExport: Command = {
  words: "cloud export",
  summary: "the tiers as rules for a cloud or for the hosts' own firewalls",
  ...exportWords,
  run: write,
};
