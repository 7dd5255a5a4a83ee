/** The bars of the shown step, with what a bar means under the pointer. */
import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { Chart } from "../../charts/Chart.tsx";
import type { BarChartData, BarRow } from "../../charts/barRow.ts";
import { decimal, percent } from "../../charts/format.ts";
import { labelOf } from "../../params/label.ts";
import { drawKey, drawn, evaluation, page, row, rowState } from "../../state/store.ts";
import { barRows } from "./barRows.ts";
import { ExportMenu } from "./ExportMenu.tsx";

export function ChartPanel(): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<{ tokenId: number; x: number; y: number } | undefined>(undefined);
  const data = useComputed(() => {
    const { value } = evaluation;
    const made = drawn.value?.key === drawKey.value ? drawn.value?.draws : undefined;
    return (
      value &&
      barRows(value, { chainIndex: 0, stepIndex: page.value.step, tokenText: row.value.tokenText, draws: made })
    );
  });
  const chain = evaluation.value?.chains[0];
  const steps = chain && "steps" in chain ? chain.steps : [];
  const isLast = page.value.step === undefined || page.value.step >= steps.length - 1;
  const shown = steps[isLast ? steps.length - 1 : (page.value.step ?? 0)]?.stage ?? "softmax";
  const title = isLast ? "What the draw sees" : `After ${labelOf(shown)}`;
  const bar = data.value?.rows.find(({ tokenId }) => tokenId === hovered?.tokenId);
  return (
    <section
      class={`panel chart-panel ${(data.value?.rows.length ?? 0) > 10 ? "long" : ""}`}
      aria-labelledby="chart-title"
    >
      <div class="panel-head">
        <h2 id="chart-title">{title}</h2>
        {row.value.prompt !== undefined && <span class="prompt">{row.value.prompt}</span>}
        <ExportMenu />
      </div>
      <p class="legend" aria-hidden="true">
        <span>
          <span class="key bar" /> probability
        </span>
        <span>
          <span class="key ghost" /> softmax of the row
        </span>
        {(data.value?.draws ?? 0) > 0 && (
          <span>
            <span class="key observed" /> share of draws
          </span>
        )}
      </p>
      {data.value ? (
        <div ref={place} class="chart-place">
          <Chart
            id="distribution-chart"
            label={`${title}: ${data.value.rows.length} bars. Arrow keys go from bar to bar.`}
            data={data.value}
            onHover={(over, element) => {
              const at = element?.getBoundingClientRect();
              const from = place.current?.getBoundingClientRect();
              setHovered(
                over && at && from
                  ? { tokenId: over.tokenId, x: Math.min(at.width * 0.55, 320), y: at.bottom - from.top }
                  : undefined,
              );
            }}
          />
          {hovered && bar && <Tooltip bar={bar} x={hovered.x} y={hovered.y} />}
          <Table data={data.value} />
        </div>
      ) : (
        <p class="empty">
          {rowState.value === "loading" ? "Loading the kernels and the row." : "These settings give no distribution."}
        </p>
      )}
    </section>
  );
}

function Tooltip({ bar, x, y }: { bar: BarRow; x: number; y: number }): JSX.Element {
  return (
    <dl class="tooltip" style={{ left: `max(0px, min(${x}px, 100% - 240px))`, top: `${y}px` }}>
      <dt class="token">{bar.label}</dt>
      <dd>id {bar.tokenId}</dd>
      <dt>probability</dt>
      <dd>{bar.isKept ? bar.prob.toPrecision(6) : "0, cut"}</dd>
      <dt>logprob</dt>
      <dd>{bar.prob === 0 ? "−∞" : decimalLong(Math.log(bar.prob))}</dd>
      <dt>logit</dt>
      <dd>{decimalLong(bar.logit)}</dd>
      <dt>rank</dt>
      <dd>{bar.rank || "none"}</dd>
      <dt>softmax</dt>
      <dd>{bar.softmax.toPrecision(6)}</dd>
      {bar.count !== undefined && (
        <>
          <dt>drawn, expected</dt>
          <dd>
            {bar.count}, {(bar.expected ?? 0).toFixed(1)}
          </dd>
        </>
      )}
    </dl>
  );
}

const decimalLong = (x: number): string => (Number.isFinite(x) ? x.toFixed(4).replace("-", "−") : decimal(x));

function Table({ data }: { data: BarChartData }): JSX.Element {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details class="table" onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}>
      <summary>As a table</summary>
      {isOpen && (
        <div class="scroll" tabIndex={0} role="region" aria-label="Bars as a table">
          <table>
            <thead>
              <tr>
                {[
                  "token",
                  "id",
                  "logit",
                  "rank",
                  "softmax",
                  "probability",
                  ...(data.draws > 0 ? ["drawn", "expected"] : []),
                ].map((name) => (
                  <th scope="col" key={name}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {data.rows.map((bar) => (
                <tr key={bar.tokenId}>
                  <th scope="row">{bar.label}</th>
                  <td>{bar.tokenId}</td>
                  <td>{decimalLong(bar.logit)}</td>
                  <td>{bar.rank}</td>
                  <td>{percent(bar.softmax)}</td>
                  <td>{percent(bar.prob)}</td>
                  {data.draws > 0 && (
                    <>
                      <td>{bar.count}</td>
                      <td>{(bar.expected ?? 0).toFixed(1)}</td>
                    </>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
