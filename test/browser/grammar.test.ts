/** What a grammar forbids at each step: on the embedded model's rows, and without a server on single characters. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { serveStatic } from "./staticServer.ts";
import { startPlayground } from "./tokenmill.ts";

describe.skipIf(chromiumPath === undefined)("the grammar view", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  });
  afterAll(() => browser?.close());

  async function open(server: { readonly url: string; close(): Promise<void> }, query: object): Promise<Page> {
    const page = await browser.newPage();
    onTestFinished(async () => {
      await page.close();
      await server.close();
    });
    await page.goto(`${server.url}#grammar?${new URLSearchParams(Object.entries(query))}`);
    return page;
  }

  const status = (page: Page): Promise<string | null> => page.textContent(".output-panel [role=status]");
  const outputOf = async (page: Page): Promise<string> =>
    (await page.locator(".output-token").allTextContents()).join("").replaceAll("␣", " ");
  const listed = (page: Page, list: number): Promise<{ text: string; isAllowed: boolean; isStruck: boolean }[]> =>
    page
      .locator(".token-list")
      .nth(list)
      .locator("li")
      .evaluateAll((rows) =>
        rows.map((row) => ({
          text: row.querySelector("button")!.textContent,
          isAllowed: row.getAttribute("data-allowed") === "true",
          isStruck: row.querySelector("s") !== null,
        })),
      );

  it("strikes what is forbidden, counts it, goes on by choice and by draws, and goes back", async () => {
    const page = await open(await startPlayground(), {
      "grammar.form": "choice",
      "grammar.text": "the whale sleeps\nthe sea",
      "grammar.prompt": "At night",
    });
    await expect.poll(() => status(page)).toMatch(/^Forbidden: 50,2\d\d of 50,257 tokens with .* Allowed: \d\./);
    const before = await listed(page, 0);
    expect(before).toHaveLength(24);
    expect(before.map(({ isStruck }) => isStruck)).toEqual(before.map(({ isAllowed }) => !isAllowed));
    expect(before.some(({ isStruck }) => isStruck)).toBe(true);
    const after = await listed(page, 1);
    expect(after.map(({ text }) => text).sort()).toEqual(["t", "th", "the"]);
    await page.click('.token-list button:text-is("the"):not([disabled])');
    await expect.poll(() => outputOf(page)).toBe("the");
    await page.click('button:text-is("To the end")');
    await expect.poll(() => page.getAttribute(".output-panel", "data-state")).toBe("ended");
    expect(["the whale sleeps", "the sea"]).toContain((await outputOf(page)).replace("<|endoftext|>", ""));
    await page.locator(".output-token").nth(1).click();
    await expect.poll(() => outputOf(page)).toBe("the");
    // a server that is away costs no output
    await page.route("**/v1/logits", (route) => route.abort());
    await page.click('button:text-is("Draw a token")');
    await expect.poll(() => page.textContent(".grammar-error")).toContain("no tokenmill server answers");
    expect(await outputOf(page)).toBe("the");
    await page.unroute("**/v1/logits");
    await page.click('button:text-is("Draw a token")');
    await expect.poll(() => outputOf(page)).toMatch(/^the /);
    expect(await page.locator(".grammar-error").count()).toBe(0);
  });

  it("asks again for a model that was away, and for the tokens of another one", async () => {
    const server = await startPlayground();
    const page = await open(server, { "grammar.form": "choice", "grammar.text": "aye" });
    await expect.poll(() => status(page)).toMatch(/of 50,257 tokens/);
    await page.route("**/v1/vocabulary", (route) => route.abort());
    await page.reload();
    await expect.poll(() => status(page)).toMatch(/of 97 tokens/);
    expect(await page.textContent(".controls form + .note")).toMatch(/all as likely: no tokenmill server answers here/);
    await page.unroute("**/v1/vocabulary");
    await page.click('button:text-is("Restart")');
    await expect.poll(() => status(page)).toMatch(/of 50,257 tokens/);
    await page.route("**/v1/vocabulary", (route) => route.fulfill({ json: ["a", "y", "e", "<end>"] }));
    await page.reload();
    await expect.poll(() => page.textContent(".grammar-error")).toContain("expected 4 logits, got 50257");
    await page.unroute("**/v1/vocabulary");
    await page.click('button:text-is("Restart")');
    await expect.poll(() => status(page)).toMatch(/of 50,257 tokens/);
  });

  it("tells what is wrong with a schema by keyword and pointer, and goes on when it is mended", async () => {
    const page = await open(await serveStatic(), { "grammar.text": '{"properties": {"a": {"type": "nul"}}}' });
    await expect.poll(() => page.textContent(".grammar-error")).toMatch(/"type" at "\/properties\/a"/);
    await page.fill("textarea", '{"type": "object", "properties": {"a": {"type": "null"}}, "required": ["a"]');
    await expect.poll(() => page.textContent(".grammar-error")).toMatch(/JSON/);
    await page.fill("textarea", '{"type": "null"}');
    await expect.poll(() => status(page)).toMatch(/^Forbidden: 96 of 97 tokens with 99\.0 % .* Allowed: 1\./);
    await page.click('button:text-is("To the end")');
    await expect.poll(() => outputOf(page)).toBe("null<end>");
  });

  it("says that its thread did not load, and loads it at the next try", async () => {
    const page = await open(await serveStatic(), {});
    await expect.poll(() => status(page)).toMatch(/^Forbidden: /);
    await page.route("**/assets/worker-*", (route) => route.abort());
    await page.reload();
    await expect.poll(() => page.textContent(".grammar-error")).toContain("the grammar engine could not start");
    await page.click('button:text-is("distribution")');
    await expect.poll(() => page.textContent(".row-panel .error")).toContain("the kernels could not start");
    await page.click('button:text-is("Article")');
    await expect.poll(() => page.textContent(".row-panel .error")).toContain("the kernels could not start");
    await page.unroute("**/assets/worker-*");
    await page.click('button:text-is("grammar")');
    await page.click('button:text-is("Restart")');
    await expect.poll(() => status(page)).toMatch(/^Forbidden: /);
  });

  it("fits a phone, with a grammar of each form", async () => {
    const page = await open(await serveStatic(), {});
    await page.setViewportSize({ width: 390, height: 844 });
    for (const form of ["JSON schema", "Regex", "Choices", "EBNF"]) {
      await page.click(`button:text-is("${form}")`);
      await expect.poll(() => status(page)).toMatch(/^Forbidden: /);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    }
  });
});
