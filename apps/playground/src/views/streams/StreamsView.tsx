/** Up to 64 sequences at once, as the server streams them. */
import type { JSX } from "preact";
import { decimal, count } from "../../charts/format.ts";
import { labelOf } from "../../params/label.ts";
import { valueText } from "../../params/parseValue.ts";
import { sweepable, sweepOf } from "../../params/sweep.ts";
import type { StreamsPlan } from "../../state/link.ts";
import { change, page } from "../../state/store.ts";
import { LaneCard } from "./LaneCard.tsx";
import { cancelAll, isConnecting, lanes, reading, runError, startRun } from "./run.ts";

export function StreamsView(): JSX.Element {
  const { streams, settings } = page.value;
  const set = (part: Partial<StreamsPlan>): void => change({ streams: { ...streams, ...part } });
  const others = Object.entries(settings).filter(([name]) => name !== streams.sweep);
  const isRunning = lanes.value.some((lane) => lane.isOpen);
  return (
    <div class="streams">
      <section class="panel" aria-labelledby="streams-title">
        <h2 id="streams-title">Streams</h2>
        <form
          class="stream-form"
          onSubmit={(event) => {
            event.preventDefault();
            void startRun(page.value.streams, page.value.settings);
          }}
        >
          <label class="grow">
            prompt
            <input
              type="text"
              name="prompt"
              value={streams.prompt}
              onInput={({ currentTarget }) => set({ prompt: currentTarget.value })}
            />
          </label>
          <NumberBox
            name="sequences"
            least={1}
            most={64}
            value={streams.count}
            onChange={(value) => set({ count: value })}
          />
          <NumberBox
            name="tokens"
            least={1}
            most={16_000}
            value={streams.maxTokens}
            onChange={(value) => set({ maxTokens: value })}
          />
          <label>
            vary
            <select
              value={streams.sweep}
              onChange={({ currentTarget: { value } }) => set({ sweep: value, ...sweepOf(value) })}
            >
              <option value="">nothing</option>
              {sweepable.map(({ name }) => (
                <option key={name} value={name}>
                  {labelOf(name)}
                </option>
              ))}
            </select>
          </label>
          {streams.sweep !== "" && (
            <>
              <NumberBox name="from" value={streams.from} onChange={(value) => set({ from: value })} />
              <NumberBox name="to" value={streams.to} onChange={(value) => set({ to: value })} />
            </>
          )}
          <button type="submit" class="primary" disabled={isConnecting.value}>
            {isConnecting.value ? "Connecting" : "Start"}
          </button>
          <button type="button" disabled={!isRunning} onClick={cancelAll}>
            Cancel all
          </button>
        </form>
        <p class="note">
          {others.length === 0
            ? "Other settings: none; set them in the distribution view."
            : `Other settings: ${others.map(([name, value]) => `${labelOf(name)} ${valueText(value)}`).join(", ")}.`}
        </p>
        {runError.value !== "" && (
          <p class="error" role="alert">
            {runError.value}
          </p>
        )}
      </section>
      {lanes.value.length === 0 ? (
        <p class="panel empty">
          No sequence runs. Start shows each token as it arrives, the less probable the darker; the alternatives stand
          under the pointer.
        </p>
      ) : (
        <>
          <MeterStrip />
          <p class="note shade-note">
            <b style={{ "--surprise": 0.1 }}>probable</b> <b style={{ "--surprise": 0.5 }}>less</b>{" "}
            <b style={{ "--surprise": 1 }}>0.1 % and below</b>
            {settings.logprobsMode === "processed"
              ? " – of what the draw saw."
              : " – in the softmax of the row, before temperature and all other settings."}{" "}
            Alternatives under the pointer, or by arrow keys.
          </p>
          <div class="lanes">
            {lanes.value.map((lane) => (
              <LaneCard key={lane.id} lane={lane} />
            ))}
          </div>
        </>
      )}
    </div>
  );
}

interface NumberBoxProps {
  readonly name: string;
  readonly value: number;
  readonly least?: number;
  readonly most?: number;
  readonly onChange: (value: number) => void;
}

function NumberBox({ name, value, least, most, onChange }: NumberBoxProps): JSX.Element {
  return (
    <label>
      {name}
      <input
        type="number"
        name={name}
        required
        step={least === undefined ? "any" : 1}
        {...(least !== undefined && { min: least })}
        {...(most !== undefined && { max: most })}
        value={value}
        onInput={({ currentTarget }) => {
          if (currentTarget.validity.valid) onChange(currentTarget.valueAsNumber);
        }}
      />
    </label>
  );
}

function MeterStrip(): JSX.Element {
  const { tokens, tokensPerSecond, ttftMs, itlP50Ms, itlP99Ms, history } = reading.value;
  const largest = Math.max(...history, 1);
  const points = history
    .map((value, i) => `${(i * 120) / (history.length - 1)},${31 - (value / largest) * 29}`)
    .join(" ");
  const ms = (value: number | undefined): string => (value === undefined ? "–" : `${decimal(value)} ms`);
  return (
    <dl class="panel meter">
      <div>
        <dt>tokens/s</dt>
        <dd>{count(Math.round(tokensPerSecond))}</dd>
      </div>
      <div>
        <dt>tokens</dt>
        <dd>{count(tokens)}</dd>
      </div>
      <div>
        <dt>first token, p50</dt>
        <dd>{ms(ttftMs)}</dd>
      </div>
      <div>
        <dt>between tokens, p50</dt>
        <dd>{ms(itlP50Ms)}</dd>
      </div>
      <div>
        <dt>between tokens, p99</dt>
        <dd>{ms(itlP99Ms)}</dd>
      </div>
      <div class="trace" aria-hidden="true">
        <svg viewBox="0 0 120 32" preserveAspectRatio="none">
          <polyline points={points} />
        </svg>
      </div>
    </dl>
  );
}
