/** One row, one chain: what each stage does to the distribution. */
import type { JSX } from "preact";
import { rowError, rowState } from "../../state/store.ts";
import { ChainPanel } from "./ChainPanel.tsx";
import { ChartPanel } from "./ChartPanel.tsx";
import { DrawPanel } from "./DrawPanel.tsx";
import { Pipeline } from "./Pipeline.tsx";
import { RowPanel } from "./RowPanel.tsx";

export function DistributionView(): JSX.Element {
  return (
    <div class="columns">
      <div class="controls">
        <RowPanel />
        <ChainPanel />
      </div>
      <div class="results">
        {rowState.value === "failed" ? (
          <section class="panel problem" role="alert">
            <h2>There is no row</h2>
            <p>{rowError.value}</p>
          </section>
        ) : (
          <>
            <Pipeline />
            <ChartPanel />
            <DrawPanel />
          </>
        )}
      </div>
    </div>
  );
}
