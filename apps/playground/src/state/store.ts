/** All state of the page as signals: what the link says, and what was computed from it. */
import { messageOf } from "@tokenmill/check";
import { batch, computed, effect, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import { MathsClient } from "../maths/client.ts";
import type { Draws, Evaluation } from "../maths/messages.ts";
import type { Settings } from "../params/settings.ts";
import { loadRow } from "../rows/loadRow.ts";
import type { Before, Row, RowSpec } from "../rows/row.ts";
import { articleRow } from "../rows/article.ts";
import { linkOf, type PageState, readLink } from "./link.ts";
import { parseHistory } from "./history.ts";

const fromLink = readLink(location.hash);

export const page: Signal<PageState> = signal(fromLink.state);
/** What could not be read from the link. */
export const linkProblems: Signal<readonly string[]> = signal(fromLink.problems);
/** Changes some of the page's state. */
export function change(part: Partial<PageState>): void {
  page.value = { ...page.value, ...part };
}

/** The row that the kernels hold, and why there is none. */
export const row: Signal<Row> = signal(articleRow);
export const rowState: Signal<"loading" | "ready" | "failed"> = signal("loading");
export const rowError: Signal<string> = signal("");

export const evaluation: Signal<Evaluation | undefined> = signal(undefined);
/** Why the settings cannot be computed. */
export const mathsError: Signal<string> = signal("");
/** The draws, and the key of the settings that they were made with. */
export const drawn: Signal<{ readonly key: string; readonly draws: Draws } | undefined> = signal(undefined);
export const isDrawing: Signal<boolean> = signal(false);

const maths = new MathsClient();
const shownTokens = 30;

const spec = computed(() => page.value.row);
const settings: ReadonlySignal<Settings> = computed(() => page.value.settings);
const compared = computed(() => page.value.compared);
const isComparing = computed(() => page.value.view === "compare");

/** Token ids before the row, and what is wrong with the text that names them. */
export const history: ReadonlySignal<{ readonly ids: readonly number[]; readonly error: string }> = computed(() =>
  parseHistory(page.value.history, row.value),
);
/** What stands before the row, as the kernels are told. */
export const before: ReadonlySignal<Before> = computed(() => ({
  history: [...row.value.promptTokenIds, ...history.value.ids],
  promptLength: row.value.promptTokenIds.length,
}));

let loads = 0;
/** Loads a row; the newest wins. `bytes`: of a dropped file. */
async function openRow(wanted: RowSpec, bytes?: ArrayBuffer): Promise<void> {
  const load = ++loads;
  rowState.value = "loading";
  try {
    const loaded = await loadRow(wanted, bytes);
    if (load !== loads) return;
    await maths.setRow(loaded.logits);
    if (load !== loads) return;
    batch(() => {
      evaluation.value = undefined;
      row.value = loaded;
      rowError.value = "";
      rowState.value = "ready";
      drawn.value = undefined;
    });
  } catch (error) {
    if (load !== loads) return;
    rowError.value = messageOf(error);
    rowState.value = "failed";
  }
}

/** Opens another row and forgets what was made for the old one. */
export function chooseRow(wanted: RowSpec, bytes?: ArrayBuffer): void {
  loadedSpec = wanted;
  change({ row: wanted, history: "", draws: 0, step: undefined });
  void openRow(wanted, bytes);
}

let loadedSpec: RowSpec | undefined;

/** What draws depend on. */
export const drawKey: ReadonlySignal<string> = computed(() =>
  JSON.stringify([settings.value, before.value.history], (_, value: unknown) =>
    typeof value === "bigint" ? String(value) : value,
  ),
);

export async function draw(count: number): Promise<void> {
  if (count === 0 || rowState.value !== "ready") return;
  const key = drawKey.value;
  isDrawing.value = true;
  try {
    const draws = await maths.draw({ settings: settings.value, before: before.value, count });
    if (key === drawKey.value) drawn.value = { key, draws };
  } catch (error) {
    mathsError.value = messageOf(error);
  } finally {
    isDrawing.value = false;
  }
}

/** Starts the page: loads the row, keeps numbers and link up to date. */
export function start(): void {
  effect(() => {
    const wanted = spec.value;
    if (wanted === loadedSpec) return;
    loadedSpec = wanted;
    void openRow(wanted);
  });
  effect(keepEvaluated);
  effect(() => {
    // a changed setting empties the counts; a link brings its own draws
    const key = drawKey.value;
    if (rowState.value === "ready" && drawn.peek()?.key !== key && page.peek().draws > 0) {
      void draw(page.peek().draws);
    }
  });
  effect(() => {
    const link = linkOf(page.value);
    clearTimeout(linkTimer);
    linkTimer = window.setTimeout(() => {
      if (location.hash !== link) replaceLink(link);
    }, 150);
  });
  addEventListener("hashchange", () => {
    const { state, problems } = readLink(location.hash);
    linkProblems.value = problems;
    page.value =
      JSON.stringify(state.row) === JSON.stringify(page.value.row) ? { ...state, row: page.value.row } : state;
  });
}

let linkTimer = 0;

/** Not pushed: dragging a slider is no navigation. */
function replaceLink(link: string): void {
  window.history.replaceState(null, "", link);
}

let isEvaluating = false;
let isStale = false;

/** One evaluation at a time; what changes meanwhile is computed once, after it. */
function keepEvaluated(): void {
  const request = {
    settings: isComparing.value ? [settings.value, ...compared.value] : [settings.value],
    before: before.value,
    top: shownTokens,
  };
  if (rowState.value !== "ready") return;
  if (isEvaluating) {
    isStale = true;
    return;
  }
  isEvaluating = true;
  const of = row.peek();
  maths
    .evaluate(request)
    .then(
      (result) => {
        if (of !== row.peek()) return;
        batch(() => {
          evaluation.value = result;
          mathsError.value = "";
        });
      },
      (error: Error) => {
        mathsError.value = error.message;
      },
    )
    .finally(() => {
      isEvaluating = false;
      if (isStale) {
        isStale = false;
        keepEvaluated();
      }
    });
}
