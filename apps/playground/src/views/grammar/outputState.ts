/** The output that is built under a grammar: what the newest plan, and each token, lead to. */
import { messageOf } from "@tokenmill/check";
import { batch, signal, type Signal } from "@preact/signals";
import { GrammarClient } from "../../grammar/client.ts";
import type { GrammarStep } from "../../grammar/messages.ts";
import { openSource, type RowSource } from "../../grammar/sources.ts";
import type { GrammarState } from "../../state/link.ts";
import { page } from "../../state/store.ts";

/** Tokens to show, before and after the mask. */
const top = 24;
/** Tokens that "to the end" draws at most. */
const mostDrawn = 400;

export const output: Signal<readonly number[]> = signal([]);
export const step: Signal<GrammarStep | undefined> = signal(undefined);
export const error: Signal<string> = signal("");
export const source: Signal<RowSource | undefined> = signal(undefined);
/** What is under way. */
export const busy: Signal<"" | "opening" | "compiling" | "drawing"> = signal("");

let client: GrammarClient | undefined;
let promptIds: readonly number[] = [];
let opened: Promise<RowSource> | undefined;
/** Of the newest change: what older ones come to is dropped. */
let turn = 0;

/** What could not be opened, and a model that did not answer, is tried again the next time. */
async function open(): Promise<RowSource> {
  try {
    client ??= new GrammarClient();
    const found = await openSource();
    if (found.texts !== source.value?.texts) await client.setVocabulary(found.texts);
    source.value = found;
    if (found.absence !== undefined) opened = undefined;
    return found;
  } catch (thrown) {
    opened = undefined;
    client = undefined;
    source.value = undefined;
    throw thrown;
  }
}

/** Begins a new output under the grammar; what cannot be compiled has none. */
export async function begin({ form, text, prompt }: GrammarState): Promise<void> {
  const own = ++turn;
  try {
    busy.value = client ? "compiling" : "opening";
    const rows = await (opened ??= open());
    const [ids] = await Promise.all([rows.promptIds(prompt), client!.compile({ form, text })]);
    if (own !== turn) return;
    promptIds = ids;
    await show([], own);
  } catch (thrown) {
    if (own !== turn) return;
    batch(() => {
      output.value = [];
      step.value = undefined;
      fail(thrown, own);
    });
  } finally {
    if (own === turn) busy.value = "";
  }
}

/** Goes on to, or back to, an output. */
export async function goTo(tokenIds: readonly number[]): Promise<void> {
  const own = ++turn;
  busy.value = "";
  await show(tokenIds, own).catch((thrown: unknown) => fail(thrown, own));
}

/** Draws tokens with the settings of the distribution view, until the output ends or somebody stops it. */
export async function drawTokens(most: number = mostDrawn): Promise<void> {
  const own = ++turn;
  busy.value = "drawing";
  try {
    for (let i = 0; i < most && own === turn && step.value && !step.value.hasEnded; i++) {
      const { settings } = page.value;
      const history = [...promptIds, ...output.value];
      const seeded = { seed: Math.floor(Math.random() * 2 ** 32), ...settings };
      const tokenId = await client!.draw({ settings: seeded, history, promptLength: promptIds.length });
      if (own === turn) await show([...output.value, tokenId], own);
    }
  } catch (thrown) {
    fail(thrown, own);
  } finally {
    if (own === turn) busy.value = "";
  }
}

export function stop(): void {
  turn++;
  busy.value = "";
}

async function show(tokenIds: readonly number[], own: number): Promise<void> {
  const logits = await source.value!.logits([...promptIds, ...tokenIds]);
  const found = await client!.step({ tokenIds, logits, top });
  if (own !== turn) return;
  batch(() => {
    output.value = tokenIds;
    step.value = found;
    error.value = "";
  });
}

/** The output stays: a server that is away for a moment may answer the next time. */
function fail(thrown: unknown, own: number): void {
  if (own !== turn) return;
  error.value = messageOf(thrown);
  opened = undefined;
}
