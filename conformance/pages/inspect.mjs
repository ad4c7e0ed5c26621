// What holds for every page, whoever sees it: reflow, contrast, labels, names, a quiet console. Takes the pictures too.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { assert, equal } from "../harness/checks.mjs";
import { PAGES } from "../harness/places.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const WIDTHS = [360, 1440];
const SCHEMES = ["light", "dark"];
const HEIGHT = 800;

mkdirSync(PAGES, { recursive: true });

/** Collects what the browser complains about, from now on; a refused script or style is such a complaint. */
export function listen(page) {
  const complaints = [];
  page.on("console", (message) => {
    const own = message.location().url === page.url() && message.text().startsWith("Failed to load resource");
    if (message.type() === "error" && !own) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  return complaints;
}

/** Takes the page's four pictures: light and dark, narrow and wide. */
export async function photograph(page, name) {
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: HEIGHT });
      await page.screenshot({ path: path.join(PAGES, `${name}-${colorScheme}-${width}.png`), fullPage: true });
    }
  }
}

export async function inspect(page) {
  await hasOneOfEach(page);
  await reflows(page);
  await isAccessible(page);
}

async function reflows(page) {
  for (const width of [320, ...WIDTHS]) {
    await page.setViewportSize({ width, height: HEIGHT });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    assert(wide <= width, `it is ${wide} px wide in a window of ${width} px`);
  }
}

async function isAccessible(page) {
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(AXE);
    const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: "tag", values } }), RULES);
    equal(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" ")}`), [], `what axe finds, ${colorScheme}`);
  }
}

async function hasOneOfEach(page) {
  const found = await page.evaluate(() => ({
    h1: document.querySelectorAll("h1").length,
    main: document.querySelectorAll("main").length,
    lang: document.documentElement.lang,
    title: document.title.length > 0,
    foreign: [...document.querySelectorAll("[src], link[href]")].map((each) => each.src || each.href).filter((url) => new URL(url, location).origin !== location.origin),
    inline: document.querySelectorAll("style, script:not([src]), [style], [onclick], [onload]").length,
    low: [...document.querySelectorAll("button")].filter((each) => each.checkVisibility() && each.getBoundingClientRect().height < 24).map((each) => each.id),
  }));
  equal(found, { h1: 1, main: 1, lang: "en", title: true, foreign: [], inline: 0, low: [] }, "the page has");
}
