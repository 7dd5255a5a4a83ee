/** One sequence: its tokens, shaded by probability, and its controls. Tokens are appended, never drawn again. */
import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useRef, useState } from "preact/hooks";
import { percent } from "../../charts/format.ts";
import { visible } from "../../rows/visible.ts";
import type { Lane } from "./lane.ts";
import { cancelLane, pauseLane, resumeLane } from "./run.ts";

export function LaneCard({ lane }: { lane: Lane }): JSX.Element {
  const text = useRef<HTMLParagraphElement>(null);
  const [at, setAt] = useState<number | undefined>(undefined);
  useSignalEffect(() => {
    const shown = lane.shown.value;
    const place = text.current;
    if (!place) return;
    for (let i = place.childElementCount; i < shown; i++) place.append(tokenSpan(lane, i));
  });
  const state = lane.state.value;
  const point = (target: EventTarget | null): void => {
    const span = target instanceof HTMLElement ? target.closest<HTMLElement>("[data-index]") : null;
    setAt(span ? Number(span.dataset["index"]) : undefined);
  };
  const event = at === undefined ? undefined : lane.tokens[at];
  const pointed = at === undefined ? undefined : (text.current?.children[at] as HTMLElement | undefined);
  return (
    <article class={`panel lane ${state}`} aria-label={lane.label} data-state={state}>
      <div class="panel-head">
        <h3>{lane.label}</h3>
        <span class="status">
          {state === "failed" ? "failed" : state} · {lane.shown.value}
        </span>
      </div>
      <div class="lane-place">
        <div
          class="lane-scroll"
          tabIndex={0}
          onPointerOver={({ target }) => point(target)}
          onPointerLeave={() => setAt(undefined)}
          onBlur={() => setAt(undefined)}
          onKeyDown={(event) => {
            const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
            if (by === undefined) return;
            event.preventDefault();
            const next = Math.min(Math.max((at ?? -1) + by, 0), lane.tokens.length - 1);
            const span = text.current?.children[next];
            span?.scrollIntoView({ block: "nearest" });
            point(span ?? null);
          }}
        >
          <p ref={text} class="lane-text" />
        </div>
        {event && pointed && <Alternatives event={event} {...placeBelow(pointed)} />}
      </div>
      <div class="lane-foot">
        <p class={state === "failed" ? "error" : "note"}>{lane.note.value}</p>
        {(state === "running" || state === "opening") && (
          <button type="button" class="quiet" aria-label={`Pause ${lane.label}`} onClick={() => pauseLane(lane)}>
            Pause
          </button>
        )}
        {state === "paused" && (
          <button type="button" class="quiet" aria-label={`Resume ${lane.label}`} onClick={() => resumeLane(lane)}>
            Resume
          </button>
        )}
        {lane.isOpen && (
          <button type="button" class="quiet" aria-label={`Cancel ${lane.label}`} onClick={() => cancelLane(lane)}>
            Cancel
          </button>
        )}
      </div>
    </article>
  );
}

/** Below a token, inside its card; measured only when a token is pointed at. */
function placeBelow(span: HTMLElement): { x: number; y: number } {
  const card = span.closest(".lane-place")!.getBoundingClientRect();
  const { left, bottom } = span.getBoundingClientRect();
  return { x: Math.min(left - card.left, Math.max(0, card.width - 230)), y: bottom - card.top };
}

function tokenSpan(lane: Lane, index: number): HTMLSpanElement {
  const { text, logprob } = lane.tokens[index]!;
  const span = document.createElement("span");
  span.dataset["index"] = String(index);
  // space that hangs at the end of a line would show its shade
  const word = text.trimStart();
  const shade = document.createElement("b");
  shade.textContent = word;
  // surprise in nats: 0 pale, 7 (a probability of 0.1 %) and more full
  const surprise = Math.min(1, -(logprob ?? 0) / 7);
  shade.style.setProperty("--surprise", surprise.toFixed(3));
  span.append(text.slice(0, text.length - word.length), shade);
  return span;
}

function Alternatives({ event, x, y }: { event: Lane["tokens"][number]; x: number; y: number }): JSX.Element {
  const { tokenId, logprob = Number.NaN, rank = 0, topLogprobs = [], text } = event;
  const chosen = topLogprobs.find((top) => top.tokenId === tokenId)?.text ?? text;
  return (
    <div class="tooltip alternatives" role="status" style={{ left: `${x}px`, top: `${y}px` }}>
      <p>
        <strong>{visible(chosen) || "(no text yet)"}</strong> {percent(Math.exp(logprob))}, rank {rank}
      </p>
      <ul>
        {topLogprobs.map((top) => (
          <li key={top.tokenId} class={top.tokenId === tokenId ? "chosen" : ""}>
            <span>{visible(top.text ?? `#${top.tokenId}`)}</span>
            <span class="share" style={{ "--share": Math.exp(top.logprob) }} aria-hidden="true" />
            <span>{percent(Math.exp(top.logprob))}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
