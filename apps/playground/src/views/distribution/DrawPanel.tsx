/** Draws tokens and counts them beside what is expected. */
import { parameters } from "@tokenmill/core";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { count, decimal } from "../../charts/format.ts";
import { withValue } from "../../params/settings.ts";
import { visible } from "../../rows/visible.ts";
import { change, draw, drawKey, drawn, isDrawing, page, row, rowState } from "../../state/store.ts";
import { Field } from "../../ui/Field.tsx";
import { countsOf } from "./barRows.ts";

const seedParameter = parameters.find(({ name }) => name === "seed")!;
const sizes = [1, 100, 10_000];
const shownDraws = 100;

export function DrawPanel(): JSX.Element {
  const { settings, draws } = page.value;
  const made = drawn.value?.key === drawKey.value ? drawn.value?.draws : undefined;
  const fit = useMemo(() => (made ? worst(made) : undefined), [made]);
  return (
    <section class="panel draws" aria-labelledby="draw-title">
      <div class="panel-head">
        <h2 id="draw-title">Draw</h2>
        <div class="segments" role="group" aria-label="How many tokens to draw">
          {sizes.map((size) => (
            <button
              type="button"
              key={size}
              aria-pressed={draws === size}
              disabled={rowState.value !== "ready"}
              onClick={() => {
                change({ draws: size });
                void draw(size);
              }}
            >
              {count(size)}
            </button>
          ))}
        </div>
        <Field
          parameter={seedParameter}
          value={settings.seed ?? 0}
          vocabSize={row.value.logits.length}
          onChange={(value) => change({ settings: withValue(settings, "seed", value === 0 ? undefined : value) })}
        />
        <button
          type="button"
          class="quiet"
          onClick={() => change({ settings: withValue(settings, "seed", Math.floor(Math.random() * 1e6)) })}
        >
          New seed
        </button>
      </div>
      <div aria-live="polite" aria-busy={isDrawing.value}>
        {made ? (
          <>
            <p class="note">
              {count(made.tokenIds.length)} draw{made.tokenIds.length === 1 ? "" : "s"} at positions 0 to{" "}
              {count(made.tokenIds.length - 1)}, seed {String(settings.seed ?? 0)}. The same seed gives the same tokens
              in Node.{" "}
              {fit &&
                made.tokenIds.length > 1 &&
                `Farthest from its expectation: ${visible(row.value.tokenText(fit.tokenId))}, ${decimal(Math.abs(fit.z))} standard deviations.`}
            </p>
            <ol class="drawn" aria-label={`The first ${Math.min(shownDraws, made.tokenIds.length)} tokens`}>
              {Array.from(made.tokenIds.subarray(0, shownDraws), (tokenId, i) => (
                <li key={i} data-token-id={tokenId}>
                  {visible(row.value.tokenText(tokenId))}
                </li>
              ))}
            </ol>
          </>
        ) : (
          <p class="empty">{isDrawing.value ? "Drawing." : "Draw tokens to see their counts beside the bars."}</p>
        )}
      </div>
    </section>
  );
}

/** The token whose count is farthest from its expectation, in binomial standard deviations; rare ones are left out. */
function worst(made: NonNullable<typeof drawn.value>["draws"]): { tokenId: number; z: number } | undefined {
  const counts = countsOf(made);
  const n = made.tokenIds.length;
  let found: { tokenId: number; z: number } | undefined;
  for (const [tokenId, expected] of made.expected) {
    if (expected < 5 || n - expected < 5) continue;
    const z = ((counts.get(tokenId) ?? 0) - expected) / Math.sqrt(expected * (1 - expected / n));
    if (!found || Math.abs(z) > Math.abs(found.z)) found = { tokenId, z };
  }
  return found;
}
