/** The markup of the pages: whatever is said in them, they have the elements and the attributes that we gave them. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { SaxesParser } from "saxes";
import { describe, expect, it } from "vitest";
import { html, lines, written } from "../../src/reports/html/markup.ts";
import { html as page } from "../../src/reports/html.ts";
import { plainPage } from "../../src/reports/page.ts";
import { hostile } from "../html/hostile.ts";
import { madePage, pages, verifyReport } from "../html/reports.ts";

fc.configureGlobal({ seed: 831610384 });

/** As only a host that means harm would have it. */
const evil = fc.string({
  unit: fc.oneof(
    fc.constantFrom(..."\0\n\r\t\x1b\x07\x85\u2028\u202e\ufffe\uffff\ud800\udc00&<>\"'`=/ #;ax1"),
    fc.constantFrom(
      "<b>",
      "</main>",
      "<!--",
      "-->",
      "<script>",
      "]]>",
      "&lt;",
      "&#60;",
      " style=x",
      "\u{1f600}",
    ),
  ),
  maxLength: 16,
});

/** Name and attributes of each element, with its values where they aren't a name or a text for people. */
function bones(...texts: readonly string[]): readonly string[] {
  const found: string[] = [];
  for (const text of texts) {
    const parser = new SaxesParser();
    parser.on("error", (error) => {
      throw error;
    });
    parser.on("opentag", ({ name, attributes }) => {
      const all = Object.entries(attributes as Record<string, string>);
      found.push(
        [name, ...all.map(([key, value]) => (key === "aria-label" ? key : `${key}=${value}`))].join(" "),
      );
    });
    parser.write(text).close();
  }
  return found;
}

const forbidden = /[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|[\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe("a page", () => {
  it("has the same elements and attributes whatever a host, a profile or a file says", () => {
    const own = bones(...hostile("x"));
    expect(own.length).toBeGreaterThan(300);
    fc.assert(
      fc.property(evil, (text) => {
        const all = hostile(`x${text}`);
        for (const page of all) expect(page).not.toMatch(forbidden);
        expect(bones(...all)).toEqual(own);
      }),
      { numRuns: 60 },
    );
  });

  it("has no script, no link but to its own parts, and the one style that its policy names", async () => {
    for (const [name, text] of await pages()) {
      const all = bones(text);
      const urls = all.filter((each) => / (href|src|action|data|poster|style|on\w+)=/.test(each));
      expect(
        urls.filter((each) => !/^a (class=skip )?href=#(report|part-\d+)$/.test(each)),
        name,
      ).toEqual([]);
      expect(
        all.some((each) => /^(script|link|base|iframe|object|form|img)/.test(each)),
        name,
      ).toBe(false);
      const [, style = ""] = /<style>(.*?)<\/style>/s.exec(text) ?? [];
      const hash = createHash("sha256").update(style).digest("base64");
      const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
      expect(all).toContain(`meta http-equiv=Content-Security-Policy content=${policy}`);
      expect(style).not.toMatch(/url\(|@import/);
    }
  });

  it("says when it was made, and by which version", async () => {
    const cloud = ["cloud", page.cloud([], madePage)] as const;
    for (const [name, text] of [...(await pages()), cloud])
      expect(text, name).toMatch(
        name === "evidence"
          ? /<p>Measured on 2027-01-31T12:00:00Z by harden 0\.<\/p>/
          : /<p class="faint">made 2027-01-31T12:00:00Z by harden 1\.2\.3<\/p>/,
      );
  });

  it("has every id that the data has", async () => {
    const all = await pages();
    for (const [name, json] of await pages("json")) {
      const text = all.get(name) ?? "";
      const ids = [...json.matchAll(/"id": "([^"]+)"/g)].map(([, id]) => id!);
      expect(ids.length, name).toBeGreaterThan(3);
      expect(
        [...new Set(ids)].filter((id) => !text.includes(`<code>${id}</code>`)),
        name,
      ).toEqual([]);
    }
  });
});

it("keeps to what fails where somebody asked for that, and says how much was left out", async () => {
  const all = page.verify(await verifyReport(), plainPage);
  const less = page.verify(await verifyReport(), { ...plainPage, failedOnly: true });
  const passed = '<strong class="good">pass</strong>';
  expect([all.includes(passed), less.includes(passed)]).toEqual([true, false]);
  expect(less).toMatch(/Left out: \d+ results that don&#39;t fail\./);
  expect(less).toContain("ssh.");
});

describe("markup", () => {
  it("is only what its template has made", () => {
    const forged = { toString: () => "<b>", markup: "<b>" } as never;
    expect(written(html`<p>${"<b>"}${[1, html`<i>${"&"}</i>`]}</p>`)).toBe("<p>&lt;b&gt;1<i>&amp;</i></p>");
    expect(() => written(html`<p>${forged}</p>`)).toThrow();
    expect(written(html`<p>${JSON.parse('"\\n<"')}</p>`)).toBe("<p> &lt;</p>");
  });

  it("keeps the lines of a text", () => {
    expect(written(html`<pre>${lines("a\n<b>\u001b[2J")}</pre>`)).toBe("<pre>a\n&lt;b&gt;</pre>");
  });
});
