/** What the tests read off the page. */
import type { Page } from "playwright-core";

/** Settings, bars and draws of the distribution view belong together once this resolves. */
export async function settled(page: Page, stages: readonly string[]): Promise<void> {
  await page.waitForFunction((expected) => {
    const shown = Array.from(document.querySelectorAll<HTMLElement>(".step"), ({ dataset }) => dataset["stage"]);
    return JSON.stringify(shown) === JSON.stringify(["softmax", ...expected]);
  }, stages);
}

/** Probabilities of the bars, by token id. */
export async function barProbs(page: Page): Promise<Map<number, number>> {
  const bars = await page.$$eval("#distribution-chart g.row", (rows) =>
    rows.map((row) => [Number(row.getAttribute("data-token-id")), Number(row.getAttribute("data-prob"))] as const),
  );
  return new Map(bars);
}

export interface ShownStep {
  readonly stage: string;
  readonly keptCount: number;
  readonly keptMass: number;
  readonly entropy: number;
}

export function steps(page: Page): Promise<ShownStep[]> {
  return page.$$eval(".step", (all) =>
    all.map(({ dataset }: HTMLElement | SVGElement) => ({
      stage: dataset["stage"] ?? "",
      keptCount: Number(dataset["keptCount"]),
      keptMass: Number(dataset["keptMass"]),
      entropy: Number(dataset["entropy"]),
    })),
  );
}

/** Moves a slider as a user's drag does: input events on the range. */
export function slide(page: Page, parameter: string, value: number): Promise<void> {
  return page.$eval(
    `input[data-parameter="${parameter}"]`,
    (input, to) => {
      (input as HTMLInputElement).value = String(to);
      input.dispatchEvent(new Event("input", { bubbles: true }));
    },
    value,
  );
}
