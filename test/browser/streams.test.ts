/** The page with the server that it comes from: prompts on the embedded model, and live sequences. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { chromiumPath, launchChromium } from "./chromium.ts";
import { barProbs, settled } from "./page.ts";
import { explain, type PlaygroundServer, startPlayground } from "./tokenmill.ts";

describe.skipIf(chromiumPath === undefined)("the page from tokenmill playground", () => {
  let browser: Browser;
  let server: PlaygroundServer;
  let page: Page;

  beforeAll(async () => {
    [browser, server] = await Promise.all([launchChromium(), startPlayground()]);
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  const laneStates = (): Promise<(string | null)[]> =>
    page.$$eval(".lane", (lanes) => lanes.map((lane) => lane.getAttribute("data-state")));
  const tokensOf = (lane: number): Promise<number> => page.locator(".lane-text").nth(lane).locator("> span").count();

  /** The sequence's tokens once no more come: what was under way arrives first. */
  async function atRest(lane: number): Promise<number> {
    for (let before = -1; ; ) {
      const now = await tokensOf(lane);
      if (now === before) return now;
      before = now;
      await page.waitForTimeout(400);
    }
  }

  it("shows a row of 50,257 logits as tokenmill explain --prompt does, penalties on the prompt included", async () => {
    await page.goto(`${server.url}#distribution?prompt=The+whale&repetitionPenalty=1.5&temperature=0.8&topP=0.9`);
    await settled(page, ["penalties", "temperature", "topP"]);
    const { tokens, chain } = await explain(
      ...["--prompt", "The whale", "--repetition-penalty", "1.5", "--temperature", "0.8", "--top-p", "0.9"],
      ...["--top", "30", "--draws", "1"],
    );
    const bars = await barProbs(page);
    const shown = tokens.map(({ tokenId }) => bars.get(tokenId));
    expect(shown).toEqual(tokens.map((_, i) => chain!.at(-1)!.probs[i]));
    expect(tokens).toHaveLength(30);
  });

  it("streams sequences to their end, with probabilities and alternatives", async () => {
    await page.goto(`${server.url}#streams?streams.count=3&streams.maxTokens=12&streams.from=0.5&seed=1`);
    await page.click('button:text-is("Start")');
    await expect.poll(laneStates).toEqual(["done", "done", "done"]);
    for (const lane of [0, 1, 2]) expect(await tokensOf(lane)).toBeLessThanOrEqual(12);
    const text = (): Promise<string | null> => page.locator(".lane-text").first().textContent();
    await atRest(0);
    const first = await text();
    await page.locator(".lane-text > span").first().hover();
    await expect.poll(() => page.locator(".alternatives li").count()).toBe(5);
    await page.reload();
    await page.click('button:text-is("Start")');
    await expect.poll(text).toBe(first);
  });

  it("pauses, resumes and cancels one sequence while another goes on", async () => {
    // without end of text the sequences last until they are cancelled
    await page.goto("about:blank");
    await page.goto(
      `${server.url}#streams?streams.count=2&streams.maxTokens=16000&streams.sweep=&bannedTokenIds=50256`,
    );
    await page.click('button:text-is("Start")');
    await expect.poll(() => tokensOf(0)).toBeGreaterThan(0);
    await page.click('button[aria-label="Pause sequence 0"]');
    const paused = await atRest(0);
    await page.click('button[aria-label="Resume sequence 0"]');
    await expect.poll(() => tokensOf(0)).toBeGreaterThan(paused);
    await page.click('button[aria-label="Cancel sequence 0"]');
    await expect.poll(laneStates).toContain("cancelled");
    const cancelled = await atRest(0);
    expect(cancelled).toBeLessThan(16_000);
    await page.click('button:text-is("Cancel all")');
    await expect.poll(laneStates).not.toContain("running");
  });

  it("asks for the key of a server that has keys, and sends it with prompts and streams", async () => {
    const closed = await startPlayground("first, second/key+1");
    onTestFinished(() => closed.close());
    await page.goto(`${closed.url}#distribution?prompt=The+whale`);
    const problem = page.locator(".results .problem");
    await expect.poll(() => problem.textContent()).toContain("the server asks for an API key");
    const give = async (key: string): Promise<void> => {
      await page.fill("input[name=key]", key);
      await page.click('button:text-is("Use this key")');
      await page.click('button:text-is("Ask the model")');
    };
    await give("third");
    await expect.poll(() => problem.textContent()).toContain("the server does not know that API key");
    await give("second/key+1");
    await settled(page, []);
    await expect.poll(async () => (await barProbs(page)).size).toBe(30);
    expect(await page.locator("input[name=key]").count()).toBe(0);
    await page.click('button:text-is("streams")');
    await page.fill('label:has-text("tokens") input', "4");
    await page.click('button:text-is("Start")');
    await expect.poll(laneStates).toEqual(Array.from({ length: 8 }, () => "done"));
  });
});
