/** The chain as a strip: after each stage how many tokens are left, with what mass and entropy. */
import type { JSX } from "preact";
import { count, decimal, percent } from "../../charts/format.ts";
import type { Step } from "../../maths/messages.ts";
import { labelOf } from "../../params/label.ts";
import { change, evaluation, page } from "../../state/store.ts";

export function Pipeline(): JSX.Element {
  const chain = evaluation.value?.chains[0];
  const steps = chain && "steps" in chain ? chain.steps : [];
  const selected = Math.min(page.value.step ?? steps.length - 1, steps.length - 1);
  return (
    <section class="panel pipeline" aria-labelledby="pipeline-title">
      <h2 id="pipeline-title" class="hidden">
        Stage by stage
      </h2>
      <div class="steps" role="group" aria-label="The distribution after each stage">
        {steps.map((step, i) => (
          <button
            type="button"
            key={`${i} ${step.stage}`}
            class="step"
            aria-pressed={i === selected}
            data-stage={step.stage}
            data-kept-count={step.keptCount}
            data-kept-mass={step.keptMass}
            data-entropy={step.entropy}
            onClick={() => change({ step: i === steps.length - 1 ? undefined : i })}
          >
            <span class="step-name">{labelOf(step.stage)}</span>
            <Spark step={step} />
            <span class="step-kept">
              {count(step.keptCount)} <small>kept</small>
            </span>
            <span class="step-more">
              {percent(step.keptMass)} mass · H {decimal(step.entropy)}
            </span>
          </button>
        ))}
      </div>
    </section>
  );
}

function Spark({ step }: { step: Step }): JSX.Element {
  const probs = step.probs.slice(0, 24);
  const largest = Math.max(...probs, 1e-9);
  const width = 96 / probs.length;
  return (
    <svg class="spark" viewBox="0 0 96 28" preserveAspectRatio="none" aria-hidden="true">
      {probs.map((p, i) => {
        const height = p === 0 ? 1 : Math.max(1.5, (p / largest) * 27);
        return (
          <rect
            key={i}
            class={p === 0 ? "none" : ""}
            x={i * width + 0.5}
            y={28 - height}
            width={Math.max(1, width - 1)}
            height={height}
          />
        );
      })}
    </svg>
  );
}
