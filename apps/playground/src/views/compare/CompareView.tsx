/** Several settings side by side on one row. */
import type { JSX } from "preact";
import { Chart } from "../../charts/Chart.tsx";
import { count, decimal, percent } from "../../charts/format.ts";
import type { Evaluation } from "../../maths/messages.ts";
import { labelOf } from "../../params/label.ts";
import { valueText } from "../../params/parseValue.ts";
import { type Settings, withValue } from "../../params/settings.ts";
import { change, evaluation, page, row, rowError, rowState } from "../../state/store.ts";
import { barRows } from "../distribution/barRows.ts";
import { figures } from "./figures.ts";

export function CompareView(): JSX.Element {
  const { compared, settings } = page.value;
  const axisMost = largestProb(evaluation.value);
  const remove = (at: number): void => change({ compared: compared.toSpliced(at, 1) });
  return (
    <div class="compare">
      <section class="panel compare-head" aria-labelledby="compare-title">
        <h2 id="compare-title">Compare on one row</h2>
        <div class="chips" role="group" aria-label="The article's figures">
          {figures.map((figure) => (
            <button type="button" class="chip" key={figure.label} onClick={() => change({ compared: figure.settings })}>
              {figure.label} figure
            </button>
          ))}
          <button type="button" class="chip" onClick={() => change({ compared: [...compared, withoutSeed(settings)] })}>
            Add the settings of the distribution view
          </button>
          <button type="button" class="quiet" disabled={compared.length === 0} onClick={() => change({ compared: [] })}>
            Clear
          </button>
        </div>
        {row.value.prompt !== undefined && (
          <p class="note">Row: {row.value.prompt}. Another can be chosen in the distribution view.</p>
        )}
        {compared.length > 0 && <p class="note">Bars: probability; outlines: softmax of the row; all on one scale.</p>}
      </section>
      {rowState.value === "failed" && (
        <p class="panel problem" role="alert">
          {rowError.value}
        </p>
      )}
      {compared.length === 0 && rowState.value !== "failed" && (
        <p class="panel empty">Nothing to compare yet: take one of the article's figures, or add your settings.</p>
      )}
      <div class="grid">
        {compared.map((each, i) => (
          <Panel
            key={`${i} ${nameOf(each)}`}
            settings={each}
            index={i}
            axisMost={axisMost}
            onRemove={() => remove(i)}
          />
        ))}
      </div>
    </div>
  );
}

interface PanelProps {
  readonly settings: Settings;
  readonly index: number;
  readonly axisMost: number;
  readonly onRemove: () => void;
}

function Panel({ settings, index, axisMost, onRemove }: PanelProps): JSX.Element {
  const { value } = evaluation;
  const chain = value?.chains[index + 1];
  const last = chain && "steps" in chain ? chain.steps.at(-1) : undefined;
  const data = value && barRows(value, { chainIndex: index + 1, tokenText: row.value.tokenText, most: 12 });
  const name = nameOf(settings);
  return (
    <section class="panel compared" aria-label={name} data-settings={JSON.stringify(settings)}>
      <div class="panel-head">
        <h3>{name}</h3>
        <button type="button" class="quiet" onClick={() => change({ view: "distribution", settings, step: undefined })}>
          Open
        </button>
        <button type="button" class="quiet" aria-label={`Remove ${name}`} onClick={onRemove}>
          ×
        </button>
      </div>
      {last && (
        <p class="note">
          {count(last.keptCount)} kept · top {percent(Math.max(...last.probs))} · H {decimal(last.entropy)}
        </p>
      )}
      {chain && "error" in chain && <p class="error">{chain.error}</p>}
      {data && <Chart label={`${name}: ${data.rows.length} bars`} data={{ ...data, axisMost }} isCompact />}
    </section>
  );
}

/** Of all chains that are compared, so that their bars can be. */
function largestProb(value: Evaluation | undefined): number {
  const steps = (value?.chains.slice(1) ?? []).flatMap((chain) =>
    "steps" in chain ? [chain.steps[0], chain.steps.at(-1)] : [],
  );
  return steps.reduce((most, step) => Math.max(most, ...(step?.probs ?? [])), 0);
}

function nameOf(settings: Settings): string {
  const parts = Object.entries(settings).map(([name, value]) => `${labelOf(name)} ${valueText(value)}`);
  return parts.length === 0 ? "softmax" : parts.join(", ");
}

function withoutSeed(settings: Settings): Settings {
  return withValue(settings, "seed", undefined);
}
