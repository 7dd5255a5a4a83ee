/** The maths of the page in a real browser, served without any API: the same numbers as the command line and Node. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { createSampler, type SamplingParams } from "@tokenmill/core";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { barProbs, settled, slide, steps } from "./page.ts";
import { serveStatic, type StaticServer } from "./staticServer.ts";
import { type Explained, explain } from "./tokenmill.ts";

const articleLogits = [1.2, 2.0, 3.5, 3.0, 1.8, 1.0];

describe.skipIf(chromiumPath === undefined)("the page without an API", () => {
  let browser: Browser;
  let server: StaticServer;
  let context: BrowserContext;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), serveStatic()]);
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: "reduce" });
    page = await context.newPage();
    errors = [];
    page.on("pageerror", (error) => errors.push(String(error)));
  });
  afterEach(async () => {
    await context.close();
    if (errors.length > 0) throw new Error(`the page threw ${errors.join(", ")}`);
  });

  async function open(fragment = ""): Promise<void> {
    await page.goto(server.url + fragment);
  }

  async function expectAsExplained({ tokens, chain }: Explained): Promise<void> {
    const last = chain!.at(-1)!;
    const expected = tokens.map(({ tokenId }, i) => [tokenId, last.probs[i]]);
    await expect.poll(async () => [...(await barProbs(page))]).toEqual(expected);
    // The last bits of Math.log, which entropies are made of, are the engine's business.
    expect(await steps(page)).toEqual(
      chain!.map(({ stage, keptCount, keptMass, entropy }) => {
        return { stage, keptCount, keptMass, entropy: expect.closeTo(entropy, 12) as number };
      }),
    );
  }

  it("is cross-origin isolated and draws the softmax of the article's row", async () => {
    await open();
    await settled(page, []);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    const { softmax } = await explain();
    expect([...(await barProbs(page)).values()]).toEqual(softmax);
  });

  it("shows after sliders are moved exactly what tokenmill explain --json prints", async () => {
    await open("#distribution?temperature=1.3&topK=6&topP=0.95");
    await settled(page, ["temperature", "topK", "topP"]);
    await slide(page, "temperature", 0.7);
    await slide(page, "topK", 4);
    await slide(page, "topP", 0.93);
    await expectAsExplained(await explain("--temperature", "0.7", "--top-k", "4", "--top-p", "0.93"));
  });

  it("says below a field what it cannot read, until the setting has another value", async () => {
    await open("#distribution?temperature=0.7");
    await settled(page, ["temperature"]);
    const field = page.getByLabel("temperature, number");
    await field.fill("warm");
    await field.press("Enter");
    await expect
      .poll(() => page.locator(".card .error").textContent())
      .toBe('"temperature" expected number ≥ 0, finite, got "warm"');
    await slide(page, "temperature", 1.5);
    await expect.poll(() => field.inputValue()).toBe("1.5");
    expect(await page.locator(".card .error").count()).toBe(0);
  });

  it("keeps a slider under the hand that moves it across the value that is off", async () => {
    await open("#distribution?temperature=0.99");
    await settled(page, ["temperature"]);
    const slider = page.locator('input[data-parameter="temperature"]');
    await slider.press("ArrowRight");
    await settled(page, []);
    expect(await page.locator('.card[data-stage="temperature"] [role="switch"]').getAttribute("aria-checked")).toBe(
      "false",
    );
    await page.keyboard.press("ArrowRight");
    await settled(page, ["temperature"]);
    expect(await slider.inputValue()).toBe("1.01");
  });

  it("switches a stage on and off, and follows a profile", async () => {
    await open();
    await settled(page, []);
    await page.click('.chip[data-stage="minP"]');
    await settled(page, ["minP"]);
    await slide(page, "minP", 0.2);
    await expectAsExplained(await explain("--min-p", "0.2"));
    await page.click('.card[data-stage="minP"] [role="switch"]');
    await settled(page, []);
    await page.selectOption('select[aria-label="Profile"]', "llama.cpp");
    await settled(page, ["topK", "topP", "minP", "temperature"]);
    await expectAsExplained(await explain("--profile", "llama.cpp"));
    await page.click('.card[data-stage="topP"] [role="switch"]');
    await settled(page, ["topK", "minP", "temperature"]);
  });

  it("draws the tokens that Node draws for the same seed, one by one", async () => {
    const params: SamplingParams = { seed: 12345, temperature: 0.8, topP: 0.95 };
    await open("#distribution?seed=12345&temperature=0.8&topP=0.95");
    await settled(page, ["temperature", "topP"]);
    await page.click('button:text-is("100")');
    const sampler = await createSampler({ vocabSize: 6 });
    const draw = (position: number): number => sampler.sample(articleLogits, params, { position }).tokenId;
    const expected = Array.from({ length: 100 }, (_, position) => draw(position));
    const shown = (): Promise<number[]> =>
      page.$$eval(".drawn li", (all) => all.map((item) => Number(item.getAttribute("data-token-id"))));
    await expect.poll(shown).toEqual(expected);
    await page.click('button:text-is("10,000")');
    const { draws } = await explain("--seed", "12345", "--temperature", "0.8", "--top-p", "0.95", "--draws", "10000");
    const counts = (): Promise<number[]> =>
      page.$$eval("#distribution-chart g.row", (rows) => rows.map((row) => Number(row.getAttribute("data-count"))));
    await expect.poll(counts).toEqual(draws.counts);
  });

  it("orders stages by the pointer and by arrow keys, and the chain goes into the link", async () => {
    await open("#distribution?temperature=0.5&topP=0.8&minP=0.1");
    await settled(page, ["temperature", "topP", "minP"]);
    const handle = page.locator('.card[data-stage="minP"] .handle');
    const [from, to] = [(await handle.boundingBox())!, (await page.locator(".card").first().boundingBox())!];
    await page.mouse.move(from.x + 5, from.y + 5);
    await page.mouse.down();
    await page.mouse.move(from.x + 5, to.y + 60, { steps: 4 });
    await page.mouse.move(from.x + 5, to.y + 2, { steps: 4 });
    await page.mouse.up();
    await settled(page, ["minP", "temperature", "topP"]);
    const flags = ["--temperature", "0.5", "--top-p", "0.8", "--min-p", "0.1"];
    await expectAsExplained(await explain(...flags, "--chain", "minP,temperature,topP"));
    await page.locator('.card[data-stage="topP"] .handle').press("ArrowUp");
    await settled(page, ["minP", "topP", "temperature"]);
    expect(await page.evaluate(() => document.activeElement?.closest(".card")?.getAttribute("data-stage"))).toBe(
      "topP",
    );
    await expectAsExplained(await explain(...flags, "--chain", "minP,topP,temperature"));
    await expect.poll(() => page.url()).toContain("chain=minP,topP,temperature");
  });

  it("brings a view back from its link: row, settings, draws, shown stage", async () => {
    const logits = JSON.stringify({ yes: 2, no: 1.5, maybe: 0, "": -1 });
    const link = `#distribution?logits=${encodeURIComponent(logits)}&temperature=2&topK=3&seed=7&draws=100&step=1`;
    await open(link);
    await settled(page, ["temperature", "topK"]);
    const { chain, tokens, draws } = await explain(
      ...["--logits", logits, "--temperature", "2", "--top-k", "3", "--seed", "7", "--draws", "100"],
    );
    await expect
      .poll(async () => [...(await barProbs(page)).values()])
      .toEqual(tokens.map((_, i) => chain![1]!.probs[i]));
    await expect.poll(() => page.locator(".drawn li").count()).toBe(100);
    const counts = await page.$$eval("#distribution-chart g.row", (rows) =>
      rows.map((row) => Number(row.getAttribute("data-count"))),
    );
    expect(counts).toEqual(draws.counts);
    await page.waitForTimeout(400);
    const again = new URL(page.url());
    await page.goto("about:blank");
    await page.goto(again.href);
    await settled(page, ["temperature", "topK"]);
    expect(again.hash).toContain("step=1");
  });

  it("computes with the network gone", async () => {
    await open("#distribution?temperature=0.7");
    await settled(page, ["temperature"]);
    await context.setOffline(true);
    await page.click('.chip[data-stage="topK"]');
    await slide(page, "topK", 2);
    await expectAsExplained(await explain("--temperature", "0.7", "--top-k", "2"));
  });

  it("reads a dropped .npy file and says what is wrong with a bad one", async () => {
    await open();
    await settled(page, []);
    await page.click('button:text-is(".npy")');
    const header = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }".padEnd(117, " ");
    const values = Float32Array.of(9, 9, 9, Math.log(1), Math.log(2), Math.log(5));
    const npy = Buffer.concat([
      Buffer.from("\x93NUMPY\x01\x00", "latin1"),
      Buffer.from(Uint16Array.of(header.length + 1).buffer),
      Buffer.from(`${header}\n`, "latin1"),
      Buffer.from(values.buffer),
    ]);
    const choose = (name: string, buffer: Buffer): Promise<void> =>
      page.setInputFiles('input[type="file"]', { name, mimeType: "application/octet-stream", buffer });
    await choose("row.npy", npy);
    const expected = await explain("--logits", JSON.stringify({ a: values[3], b: values[4], c: values[5] }));
    await expect.poll(async () => [...(await barProbs(page)).values()]).toEqual(expected.softmax);
    await choose("bad.npy", npy.subarray(0, 90));
    await expect.poll(() => page.locator(".problem").textContent()).toContain("ends inside its header");
  });

  it("says what is wrong with a row, a link and a missing server", async () => {
    await open(`#distribution?logits=${encodeURIComponent('{"a": "x"}')}&tempersture=1`);
    await expect.poll(() => page.locator(".problem").allTextContents()).toHaveLength(2);
    expect((await page.locator(".problem").allTextContents()).join(" ")).toMatch(/tempersture.*number or "-Infinity"/);
    await page.goto("about:blank");
    await open("#distribution?prompt=hello");
    await expect.poll(() => page.locator(".results .problem").textContent()).toContain("no tokenmill server answers");
    await page.goto("about:blank");
    await open("#distribution?topP=1.5");
    await expect.poll(() => page.locator(".chain-panel .error").textContent()).toContain('"topP" expected number in');
    await page.goto("about:blank");
    await open("#distribution?bannedTokenIds=9");
    await expect.poll(() => page.locator(".chain-panel .error").textContent()).toContain("got 9");
    await page.getByRole("textbox", { name: "banned token ids" }).fill("1");
    await page.keyboard.press("Enter");
    await settled(page, ["bannedTokenIds"]);
    await page.goto("about:blank");
    await open("#streams");
    await page.click('button:text-is("Start")');
    await expect.poll(() => page.locator(".streams .error").textContent()).toContain("no tokenmill server answers");
  });

  it("compares the article's settings, one click a figure", async () => {
    await open("#compare");
    for (const [figure, flag, shown] of [
      ["Temperature", "--temperature", [0.1, 0.5, 1, 3, 10]],
      ["Top-k", "--top-k", [1, 2, 3, 4, 5, 6]],
      ["Top-p", "--top-p", [0.3, 0.5, 0.7, 0.9, 1]],
    ] as const) {
      await page.click(`button:text-is("${figure} figure")`);
      await expect.poll(() => page.locator(".compared svg").count()).toBe(shown.length);
      const { chain } = await explain(flag, String(shown[1]));
      const bars = (): Promise<number[]> =>
        page.$$eval(".compared:nth-child(2) g.row", (rows) => rows.map((row) => Number(row.getAttribute("data-prob"))));
      await expect.poll(bars).toEqual([...chain!.at(-1)!.probs]);
    }
  });

  it("exports the view as command line, parameters, SVG and PNG", async () => {
    await open("#distribution?temperature=0.7&topK=3");
    await settled(page, ["temperature", "topK"]);
    await page.click("summary:text-is('Export')");
    expect(await page.locator(".menu pre").textContent()).toBe("npx tokenmill explain --temperature 0.7 --top-k 3");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Export");
    await page.keyboard.press("Enter");
    const save = async (label: string): Promise<Buffer> => {
      const [file] = await Promise.all([page.waitForEvent("download"), page.click(`button:text-is("${label}")`)]);
      await page.click("summary:text-is('Export')");
      return readFile(await file.path());
    };
    expect(JSON.parse((await save("Save parameters (JSON)")).toString())).toEqual({ temperature: 0.7, topK: 3 });
    expect((await save("Save SVG")).toString()).toMatch(/^<svg.*nice.*<\/svg>$/s);
    expect((await save("Save PNG")).subarray(1, 4).toString()).toBe("PNG");
  });

  it("goes from bar to bar by arrow keys and tells what a bar is", async () => {
    await open("#distribution?topK=2");
    await settled(page, ["topK"]);
    await page.locator("#distribution-chart g.row").first().focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("aria-label"))).toBe(
      "nice: 62.2 %, softmax 45.6 %, logit 3.5, rank 1",
    );
    await expect.poll(() => page.locator(".tooltip").textContent()).toContain("rank1");
    await page.setViewportSize({ width: 320, height: 600 });
    await expect.poll(async () => (await page.locator(".tooltip").boundingBox())!.x).toBeLessThan(100);
    const { x, width } = (await page.locator(".tooltip").boundingBox())!;
    expect(x + width).toBeLessThanOrEqual(320);
  });

  it.each([
    ["distribution?temperature=0.7&topK=4&minP=0.05&logitBias={%220%22:1}&draws=100", "light", 1280],
    ["distribution?profile=llama.cpp&pLess=true", "dark", 390],
    ["compare?compare={%22topK%22:2}&compare={%22temperature%22:3}", "dark", 1280],
    ["streams", "light", 390],
    ["grammar", "light", 320],
  ] as const)("has no serious accessibility finding: #%s, %s, %i px", async (fragment, colorScheme, width) => {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 844 });
    await open(`#${fragment}`);
    await page.waitForTimeout(400);
    await page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core") });
    const found = await page.evaluate(async () => {
      const { axe } = window as unknown as { axe: typeof import("axe-core") };
      const { violations } = await axe.run();
      return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`);
    });
    expect(found).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
  });
});
