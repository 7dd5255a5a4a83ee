/** One sequence of the streams view: its tokens as they came, and what the page knows of it. */
import { signal, type Signal } from "@preact/signals";
import type { GenerateRequest, TokenEvent } from "@tokenmill/core";

export type LaneState = "opening" | "running" | "paused" | "done" | "cancelled" | "failed";

export class Lane {
  readonly id: string;
  readonly request: GenerateRequest;
  /** What sets it apart from the others. */
  readonly label: string;
  readonly state: Signal<LaneState> = signal("opening");
  readonly note: Signal<string> = signal("");
  /** Number of tokens that the page has drawn; grows once a frame. */
  readonly shown: Signal<number> = signal(0);
  readonly tokens: TokenEvent[] = [];
  readonly openedMs: number = performance.now();
  lastMs: number | undefined;
  seed = "";

  constructor(id: string, request: GenerateRequest, label: string) {
    this.id = id;
    this.request = request;
    this.label = label;
  }

  get isOpen(): boolean {
    return ["opening", "running", "paused"].includes(this.state.value);
  }
}
