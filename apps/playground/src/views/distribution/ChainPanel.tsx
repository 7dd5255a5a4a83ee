/** The chain as cards in order, each with the fields of its parameters, and chips for the stages that are off. */
import { parameters, type SamplerName, samplerReferences } from "@tokenmill/core";
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { decimal, percent, count } from "../../charts/format.ts";
import { labelOf } from "../../params/label.ts";
import {
  activeStages,
  profileNames,
  profileOrder,
  type Settings,
  valueOf,
  withChain,
  withValue,
} from "../../params/settings.ts";
import { shownStages } from "../../params/shownStages.ts";
import { parametersOf, turnOff, turnOn } from "../../params/stageSwitch.ts";
import { change, evaluation, history, mathsError, page, row } from "../../state/store.ts";
import { announce } from "../../ui/announce.ts";
import { Field } from "../../ui/Field.tsx";

const profileText = parameters.find(({ name }) => name === "profile")?.description ?? "";

/** The last order that could be computed. */
let lastOrder: readonly SamplerName[] = [];

/** Of settings that are refused, what was on before. */
function orderOf(settings: Settings, vocabSize: number): readonly SamplerName[] {
  try {
    lastOrder = activeStages(settings, vocabSize);
  } catch {
    // the error is shown beside the cards
  }
  return lastOrder;
}

export function ChainPanel(): JSX.Element {
  const { settings } = page.value;
  const vocabSize = row.value.logits.length;
  const active = orderOf(settings, vocabSize);
  const order = shownStages(settings, active);
  const set = (next: Settings): void => change({ settings: next, step: undefined });
  const chain = evaluation.value?.chains[0];
  const error = mathsError.value || history.value.error || (chain && "error" in chain ? chain.error : "");
  const off = profileOrder(settings).filter((name) => !order.includes(name));
  return (
    <section class="panel chain-panel" aria-labelledby="chain-title">
      <div class="panel-head">
        <h2 id="chain-title">Chain</h2>
        <label class="profile" title={profileText}>
          <span>profile</span>
          <select
            aria-label="Profile"
            value={settings.profile ?? "tokenmill"}
            onChange={({ currentTarget }) => {
              const next = withValue(
                settings,
                "profile",
                currentTarget.value === "tokenmill" ? undefined : currentTarget.value,
              );
              set(withValue(next, "chain", undefined));
            }}
          >
            {profileNames.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <button type="button" class="quiet" onClick={() => set({})} disabled={Object.keys(settings).length === 0}>
          Reset
        </button>
      </div>
      {error !== "" && (
        <p class="error" role="alert">
          {error}
        </p>
      )}
      {active.length === 0 && error === "" && (
        <p class="empty">No stage is on: tokens are drawn from the plain softmax.</p>
      )}
      <Cards order={order} active={active} settings={settings} vocabSize={vocabSize} set={set} />
      <h3 id="add-title">Switch on</h3>
      <div class="chips" role="group" aria-labelledby="add-title">
        {off.map((name) => (
          <button
            type="button"
            key={name}
            class="chip"
            data-stage={name}
            title={samplerReferences[name].description}
            onClick={() => {
              set(turnOn(settings, name, vocabSize));
              announce(`${labelOf(name)} is on`);
            }}
          >
            {labelOf(name)}
          </button>
        ))}
      </div>
      <label class="field history">
        <span class="field-name">tokens so far</span>
        <input
          class="wide"
          type="text"
          value={page.value.history}
          placeholder={
            vocabSize < 2 || vocabSize > 1000
              ? "text or #id, with commas"
              : `${row.value.tokenText(0)}, ${row.value.tokenText(1)}`
          }
          title="What penalties and n-grams look at: tokens by text or as #id, separated by commas"
          onChange={({ currentTarget }) => change({ history: currentTarget.value })}
        />
      </label>
    </section>
  );
}

interface CardsProps {
  readonly order: readonly SamplerName[];
  /** Those of `order` that are on. */
  readonly active: readonly SamplerName[];
  readonly settings: Settings;
  readonly vocabSize: number;
  readonly set: (next: Settings) => void;
}

function Cards({ order, active, settings, vocabSize, set }: CardsProps): JSX.Element {
  const list = useRef<HTMLOListElement>(null);
  const [dragged, setDragged] = useState<{ name: SamplerName; order: readonly SamplerName[] } | undefined>(undefined);
  const shown = dragged?.order ?? order;

  const moved = (from: readonly SamplerName[], name: SamplerName, to: number): readonly SamplerName[] => {
    const others = from.filter((each) => each !== name);
    return others.toSpliced(to, 0, name);
  };
  const step = (name: SamplerName, by: number): void => {
    const to = Math.min(Math.max(order.indexOf(name) + by, 0), order.length - 1);
    if (to === order.indexOf(name)) return;
    set(withChain(settings, moved(order, name, to)));
    announce(`${labelOf(name)} is now ${to + 1} of ${order.length}`);
    requestAnimationFrame(() => list.current?.querySelector<HTMLElement>(`[data-stage="${name}"] .handle`)?.focus());
  };
  const placeAt = (clientY: number, name: SamplerName): number => {
    const cards = [...(list.current?.children ?? [])].filter((card) => (card as HTMLElement).dataset["stage"] !== name);
    return cards.filter((card) => {
      const { top, height } = card.getBoundingClientRect();
      return clientY > top + height / 2;
    }).length;
  };

  return (
    <ol class="cards" ref={list} aria-label="Stages in order">
      {shown.map((name) => (
        <li key={name} class={dragged?.name === name ? "card dragged" : "card"} data-stage={name}>
          <div class="card-head">
            <button
              type="button"
              class="handle"
              aria-label={`Move ${labelOf(name)}: drag, or arrow keys`}
              onKeyDown={(event) => {
                const by = { ArrowUp: -1, ArrowDown: 1 }[event.key];
                if (by === undefined) return;
                event.preventDefault();
                step(name, by);
              }}
              onPointerDown={(event) => {
                event.currentTarget.setPointerCapture(event.pointerId);
                setDragged({ name, order });
              }}
              onPointerMove={(event) => {
                if (dragged?.name !== name) return;
                const next = moved(dragged.order, name, placeAt(event.clientY, name));
                if (next.some((each, i) => each !== dragged.order[i])) setDragged({ name, order: next });
              }}
              onPointerUp={() => {
                if (dragged) set(withChain(settings, dragged.order));
                setDragged(undefined);
              }}
              onPointerCancel={() => setDragged(undefined)}
            >
              <svg viewBox="0 0 10 16" width="10" height="16" aria-hidden="true">
                {[3, 8, 13].map((y) => [2.5, 7.5].map((x) => <circle key={`${x} ${y}`} cx={x} cy={y} r="1.3" />))}
              </svg>
            </button>
            <h3 title={samplerReferences[name].description}>{labelOf(name)}</h3>
            {active.includes(name) ? <StageNumbers name={name} /> : <span class="stage-numbers">off</span>}
            <button
              type="button"
              class="switch"
              role="switch"
              aria-checked={active.includes(name)}
              aria-label={`${labelOf(name)} on`}
              onClick={() => {
                const isOn = active.includes(name);
                set(isOn ? turnOff(settings, name, vocabSize) : turnOn(settings, name, vocabSize));
                announce(`${labelOf(name)} is ${isOn ? "off" : "on"}`);
              }}
            />
          </div>
          {parametersOf(name).map((parameter) => (
            <Field
              key={parameter.name}
              parameter={parameter}
              value={valueOf(settings, parameter.name)}
              vocabSize={vocabSize}
              isAlone={labelOf(parameter.name) === labelOf(name)}
              onChange={(value) => set(withValue(settings, parameter.name, value))}
            />
          ))}
        </li>
      ))}
    </ol>
  );
}

/** What the stage cut and moved. */
function StageNumbers({ name }: { name: SamplerName }): JSX.Element | null {
  const chain = evaluation.value?.chains[0];
  if (!chain || "error" in chain) return null;
  const at = chain.steps.findIndex(({ stage }) => stage === name);
  const step = chain.steps[at];
  const previous = chain.steps[at - 1];
  if (!step || !previous) return null;
  const cut = previous.keptCount - step.keptCount;
  const entropy = step.entropy - previous.entropy;
  const isIdle = cut === 0 && step.movedMass < 1e-12;
  return (
    <span class="stage-numbers">
      {isIdle
        ? "no change"
        : cut > 0
          ? `cut ${count(cut)}, ${percent(1 - step.keptMass)}`
          : `moved ${percent(step.movedMass)}, H ${entropy < 0 ? "−" : "+"}${decimal(Math.abs(entropy))}`}
    </span>
  );
}
