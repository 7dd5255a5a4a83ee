/** The output so far, how much of the row the grammar forbids after it, and the ways on. */
import type { JSX } from "preact";
import { count, percent } from "../../charts/format.ts";
import { begin, busy, drawTokens, error, goTo, output, source, step, stop } from "./outputState.ts";
import { page } from "../../state/store.ts";
import { shownText } from "./shownText.ts";

export function OutputPanel({ prompt }: { readonly prompt: string }): JSX.Element {
  const texts = source.value?.texts ?? [];
  const tokens = output.value;
  const now = step.value;
  const canDraw = now !== undefined && !now.hasEnded && busy.value === "";
  return (
    <section
      class="panel output-panel"
      aria-labelledby="output-title"
      data-state={now?.hasEnded ? "ended" : busy.value}
    >
      <div class="panel-head">
        <h2 id="output-title">Output</h2>
        <button type="button" class="primary" disabled={!canDraw} onClick={() => void drawTokens(1)}>
          Draw a token
        </button>
        {busy.value === "drawing" ? (
          <button type="button" onClick={stop}>
            Stop
          </button>
        ) : (
          <button type="button" disabled={!canDraw} onClick={() => void drawTokens()}>
            To the end
          </button>
        )}
        <button type="button" disabled={tokens.length === 0} onClick={() => void goTo(tokens.slice(0, -1))}>
          Back
        </button>
        <button
          type="button"
          class="quiet"
          disabled={tokens.length === 0 && error.value === "" && source.value?.absence === undefined}
          onClick={() => void begin(page.value.grammar)}
        >
          Restart
        </button>
      </div>
      <p class="output-text">
        <span class="output-prompt">{prompt}</span>
        {tokens.map((tokenId, i) => (
          <button
            type="button"
            class="output-token"
            key={`${i} ${tokenId}`}
            title="Back to before this token"
            onClick={() => void goTo(tokens.slice(0, i))}
          >
            {shownText(texts, tokenId)}
          </button>
        ))}
        {!now?.hasEnded && <span class="output-caret" aria-hidden="true" />}
      </p>
      <p class="note" role="status">
        {statusOf()}
      </p>
      {now && !now.hasEnded && (
        <div
          class="forbidden-share"
          role="img"
          aria-label={`${percent(now.forbiddenMass)} of the probability is forbidden`}
          style={{ "--share": String(now.forbiddenMass) }}
        />
      )}
    </section>
  );
}

function statusOf(): string {
  if (busy.value === "opening") return "Reading the vocabulary …";
  if (busy.value === "compiling") return "Compiling …";
  const now = step.value;
  if (!now) return "There is no grammar.";
  if (now.hasEnded) return `The output is complete after ${count(output.value.length)} tokens.`;
  const forbidden = now.vocabSize - now.allowedCount;
  return `Forbidden: ${count(forbidden)} of ${count(now.vocabSize)} tokens with ${percent(now.forbiddenMass)} of the probability. Allowed: ${count(now.allowedCount)}.`;
}
