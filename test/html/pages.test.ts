/** The pages in Debian's Chromium, as people have them: wide and narrow, light and dark, by keyboard and on paper. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hostile } from "./hostile.ts";
import { pages } from "./reports.ts";

const run = promisify(execFile);
const names = ["plan", "verify", "audit", "compose", "checklist", "evidence"] as const;
const screens = [
  { width: 1280, height: 900, colorScheme: "light" },
  { width: 360, height: 740, colorScheme: "dark" },
] as const;

let folder: string;
let browser: Browser;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "harden-html-"));
  for (const [name, text] of await pages()) await writeFile(join(folder, `${name}.html`), text);
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    // Root, who runs the suites in CI, has no sandbox there.
    args: ["--no-sandbox"],
  });
});
afterAll(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

const unfolded: ReadonlySet<string> = new Set(["plan", "compose"]);

interface Opened {
  readonly page: Page;
  /** What the console said, and each URL that was asked for beside the page's own. */
  readonly said: readonly string[];
}

async function opened(name: string, screen: (typeof screens)[number] = screens[0]): Promise<Opened> {
  const { colorScheme, ...viewport } = screen;
  const context = await browser.newContext({ viewport, colorScheme });
  const page = await context.newPage();
  const url = pathToFileURL(join(folder, `${name}.html`)).href;
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(error.message));
  page.on("request", (request) => {
    if (request.url() !== url) said.push(request.url());
  });
  await page.goto(url);
  return { page, said };
}

async function violationsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .options({ resultTypes: ["violations"] })
    .setLegacyMode()
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}

/** Ids, addresses, and what a plan would change. */
const codesOf = (page: Page) => page.locator("code").allTextContents();

describe.each(names)("the page of %s", (name) => {
  it.each(screens)("is read on a screen of $width points, $colorScheme", async (screen) => {
    const { page, said } = await opened(name, screen);
    const back = await page.evaluate("getComputedStyle(document.body).backgroundColor");
    expect(back).toBe(screen.colorScheme === "dark" ? "rgb(15, 20, 26)" : "rgb(255, 255, 255)");
    const broken = await violationsOf(page);
    // What is folded, too: of all pages it is made of the same, and axe takes long for much of it.
    await page.evaluate("for (const each of document.querySelectorAll('details')) each.open = true");
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(screen.width);
    if (screen.colorScheme === "light" && unfolded.has(name)) broken.push(...(await violationsOf(page)));
    expect(broken).toEqual([]);
    expect(said).toEqual([]);
    await page.context().close();
  });

  it("loses nothing on paper", async () => {
    const { page } = await opened(name);
    const file = join(folder, `${name}.pdf`);
    await writeFile(file, await page.pdf({ format: "A4" }));
    const { stdout } = await run("pdftotext", [file, "-"], { maxBuffer: 1e8 });
    // Where a line ends pdftotext takes a hyphen for that of a broken word.
    const bare = (text: string) => text.replace(/[\s-]/g, "");
    const printed = bare(stdout);
    const codes = [...new Set(await codesOf(page))];
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !printed.includes(bare(code)))).toEqual([]);
    await page.context().close();
  });
});

describe("the page of an audit", () => {
  it("shows the score over time, as a line and as a table", async () => {
    const { page } = await opened("audit", screens[1]);
    const name = /^Score over time: \d+ on 2026-10-30, \d+ on 2027-01-31$/;
    const box = await page.getByRole("img", { name }).boundingBox();
    expect(box?.width).toBeGreaterThan(300);
    expect(await page.getByRole("img").locator("circle").count()).toBe(4);
    const rows = page.getByRole("group", { name: "History of web1" }).getByRole("rowheader");
    expect((await rows.allTextContents()).map((text) => text.slice(0, 10))).toEqual([
      ...["2027-01-31", "2026-12-30", "2026-11-30", "2026-10-30"],
    ]);
    await page.context().close();
  });

  it("is gone through by keyboard: to the report, into a fold, along a wide table", async () => {
    const { page } = await opened("audit", screens[1]);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("To the report");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("report");
    const isOpen = "(document.activeElement.parentElement.open)";
    await page.locator("details:not([open]) > summary").first().focus();
    expect(await page.evaluate(isOpen)).toBe(false);
    await page.keyboard.press("Enter");
    expect(await page.evaluate(isOpen)).toBe(true);
    const table = page.getByRole("group", { name: "Containers" });
    await table.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => page.evaluate("document.activeElement.scrollLeft")).toBeGreaterThan(0);
    await page.context().close();
  });

  it("says who reaches whom, which doors are open, and what guards what", async () => {
    const { page } = await opened("audit");
    const row = page.getByRole("group", { name: "Who reaches whom" }).getByRole("row", { name: /proxy/ });
    expect(await row.getByRole("cell").allTextContents()).toEqual([
      "yes",
      "no",
      "–",
      "no",
      "yes",
      "?",
      "yes",
    ]);
    const doors = page.getByRole("group", { name: "Ports" });
    expect(await doors.getByRole("row", { name: /443/ }).textContent()).toContain("open, HTTP (301)");
    const layers = page.getByRole("group", { name: "Layers" });
    expect(await layers.getByRole("rowheader").allTextContents()).toEqual([
      "host",
      "network",
      "runtime",
      "application",
    ]);
    await page.context().close();
  });
});

it("no text of a host makes an element, an attribute, a request or a style in a real parser", async () => {
  const { page, said } = await opened("audit");
  const bones = `(text) => [...new DOMParser().parseFromString(text, "text/html").querySelectorAll("*")]
    .map((each) => each.localName + [...each.attributes].map(({ name }) => " " + name).join("")).join("\\n")`;
  const bonesOf = (text: string) => page.evaluate<string[]>(`${JSON.stringify(hostile(text))}.map(${bones})`);
  const expected = await bonesOf("x");
  for (const text of evils) expect(await bonesOf(text), text).toEqual(expected);
  for (const [at, text] of hostile(evils.join(" ")).entries()) {
    await writeFile(join(folder, `hostile-${at}.html`), text);
    expect((await opened(`hostile-${at}`)).said).toEqual([]);
  }
  expect(said).toEqual([]);
  await page.context().close();
});

const evils = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '" style="background:url(//x.org/)" class="',
  "</title></style></pre></code></main><iframe src=//x.org>",
  "<!--",
  "]]><![CDATA[",
  "&lt;script&gt;&#60;b&#62;",
  "<svg/onload=alert(1)>",
  "javascript:alert(1)",
  "@import url(//x.org/); } * { color: red",
  "` onclick=`alert(1)",
  "\u0000<\u0000b>",
  "<\ud800b>\udfff",
  "<base href=//x.org><meta http-equiv=refresh content=0;//x.org>",
];
