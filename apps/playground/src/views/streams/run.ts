/** The running sequences: opens them, takes their tokens, shows them once a frame. */
import { messageOf } from "@tokenmill/check";
import { batch, signal, type Signal } from "@preact/signals";
import {
  type FinishReason,
  type GenerateRequest,
  parameters,
  type SamplingParams,
  type TokenEvent,
} from "@tokenmill/core";
import { decimal } from "../../charts/format.ts";
import { labelOf } from "../../params/label.ts";
import { type Settings, withValue } from "../../params/settings.ts";
import { StreamSocket } from "../../server/streamSocket.ts";
import type { StreamsPlan } from "../../state/link.ts";
import { Lane } from "./lane.ts";
import { Meter, type Reading } from "./meter.ts";

export const lanes: Signal<readonly Lane[]> = signal([]);
export const runError: Signal<string> = signal("");
export const isConnecting: Signal<boolean> = signal(false);
export const reading: Signal<Reading> = signal(new Meter().read(0));

let socket: StreamSocket | undefined;
let meter = new Meter();
let runs = 0;
const changed = new Set<Lane>();
let isFrameAsked = false;
let readingTimer = 0;

/** Cancels what runs and starts anew. */
export async function startRun(plan: StreamsPlan, settings: Settings): Promise<void> {
  cancelAll();
  runError.value = "";
  isConnecting.value = true;
  try {
    if (!socket?.isOpen) socket = await StreamSocket.connect();
  } catch (error) {
    runError.value = messageOf(error);
    return;
  } finally {
    isConnecting.value = false;
  }
  const run = ++runs;
  meter = new Meter();
  const made = Array.from({ length: plan.count }, (_, i) => {
    const { request, label } = requestOf(plan, settings, i);
    return new Lane(`${run}.${i}`, request, label);
  });
  lanes.value = made;
  for (const lane of made) open(lane);
  clearInterval(readingTimer);
  readingTimer = window.setInterval(() => {
    reading.value = meter.read(performance.now());
    if (!lanes.value.some((lane) => lane.isOpen) && reading.value.tokensPerSecond === 0) clearInterval(readingTimer);
  }, 250);
}

export function cancelAll(): void {
  for (const lane of lanes.value) if (lane.isOpen) cancelLane(lane);
}

export function cancelLane(lane: Lane): void {
  if (socket?.isOpen) socket.cancel(lane.id);
}

export function pauseLane(lane: Lane): void {
  socket?.pause(lane.id);
  lane.state.value = "paused";
}

export function resumeLane(lane: Lane): void {
  socket?.resume(lane.id);
  lane.state.value = "running";
  // the pause is no latency
  lane.lastMs = undefined;
}

function requestOf(plan: StreamsPlan, settings: Settings, index: number): { request: GenerateRequest; label: string } {
  const { prompt, count, maxTokens, sweep, from, to } = plan;
  const base: GenerateRequest = { ...settings, prompt, maxTokens, logprobs: 5, sequenceId: index };
  if (sweep === "") return { request: base, label: `sequence ${index}` };
  const exact = count === 1 ? from : from + ((to - from) * index) / (count - 1);
  const isWhole = parameters.some(({ name, kind }) => name === sweep && kind === "integer");
  const value = isWhole ? Math.round(exact) : Number(exact.toFixed(3));
  return {
    request: withValue(base, sweep as keyof SamplingParams, value),
    label: `${labelOf(sweep)} ${decimal(value)}`,
  };
}

function open(lane: Lane): void {
  socket?.open(lane.id, lane.request, {
    opened: (_, seed) => {
      lane.seed = seed;
      if (lane.state.value === "opening") lane.state.value = "running";
    },
    token: (event) => take(lane, event),
    failed: (message) => end(lane, "failed", message),
    cancelled: () => end(lane, "cancelled", ""),
  });
}

function take(lane: Lane, event: TokenEvent): void {
  const nowMs = performance.now();
  if (lane.tokens.length === 0) meter.first(nowMs - lane.openedMs);
  else if (lane.lastMs !== undefined) meter.next(nowMs - lane.lastMs);
  lane.lastMs = nowMs;
  meter.token(nowMs);
  lane.tokens.push(event);
  changed.add(lane);
  if (!isFrameAsked) {
    isFrameAsked = true;
    requestAnimationFrame(showChanged);
  }
  if (event.finishReason) end(lane, "done", endNotes[event.finishReason]);
}

const endNotes: Readonly<Record<FinishReason, string>> = {
  length: "reached its length",
  stop: "ended itself",
  repetition: "went round in a loop",
};

function end(lane: Lane, state: "done" | "cancelled" | "failed", note: string): void {
  batch(() => {
    lane.state.value = state;
    lane.note.value = note;
  });
}

function showChanged(): void {
  isFrameAsked = false;
  batch(() => {
    for (const lane of changed) lane.shown.value = lane.tokens.length;
  });
  changed.clear();
}
