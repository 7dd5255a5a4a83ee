/** The state of the page as the fragment of its address, and back. Unknown or damaged parts are reported, not guessed. */
import { messageOf } from "@tokenmill/check";
import { parameters, validateParams } from "@tokenmill/core";
import { type Form, forms, type GrammarPlan } from "../grammar/messages.ts";
import type { RowSpec } from "../rows/row.ts";
import { parseObject, parseValue, valueText } from "../params/parseValue.ts";
import { paramsJson } from "../params/exportText.ts";
import { sweepable } from "../params/sweep.ts";
import type { Settings } from "../params/settings.ts";

export const views = ["distribution", "compare", "streams", "grammar"] as const;
type View = (typeof views)[number];

/** The settings of the streams view. */
export interface StreamsPlan {
  readonly prompt: string;
  readonly count: number;
  readonly maxTokens: number;
  /** The parameter that goes from `from` to `to` over the sequences; empty: all alike but for their random numbers. */
  readonly sweep: string;
  readonly from: number;
  readonly to: number;
}

export interface PageState {
  readonly view: View;
  readonly row: RowSpec;
  readonly settings: Settings;
  /** Texts or ids of the tokens that penalties see. */
  readonly history: string;
  /** Draws made; 0 none. */
  readonly draws: number;
  /** The step that is shown; undefined: the last. */
  readonly step: number | undefined;
  readonly compared: readonly Settings[];
  readonly streams: StreamsPlan;
  readonly grammar: GrammarState;
}

/** The settings of the grammar view. */
export interface GrammarState extends GrammarPlan {
  readonly prompt: string;
}

const defaultGrammar: GrammarState = {
  form: "jsonSchema",
  text: JSON.stringify(
    {
      type: "object",
      properties: { name: { type: "string", maxLength: 20 }, age: { type: "integer", minimum: 0, maximum: 130 } },
      required: ["name", "age"],
      additionalProperties: false,
    },
    undefined,
    2,
  ),
  prompt: "The captain's record:",
};

const defaultStreams: StreamsPlan = {
  prompt: "Fellow citizens, the state of our union is",
  count: 8,
  maxTokens: 64,
  sweep: "temperature",
  from: 0.2,
  to: 1.6,
};

const defaultState: PageState = {
  view: "distribution",
  row: { kind: "article" },
  settings: {},
  history: "",
  draws: 0,
  step: undefined,
  compared: [],
  streams: defaultStreams,
  grammar: defaultGrammar,
};

/** Longest row that a link carries, in characters. */
export const longestLinkedRow = 8000;

export function linkOf(state: PageState): string {
  const query = new URLSearchParams();
  const { row, settings, history, draws, step, compared, streams, grammar } = state;
  if (row.kind === "json" && row.text.length <= longestLinkedRow) query.set("logits", row.text);
  if (row.kind === "prompt") query.set("prompt", row.prompt);
  for (const [name, value] of Object.entries(settings)) query.set(name, valueText(value));
  if (history !== "") query.set("history", history);
  if (draws > 0) query.set("draws", String(draws));
  if (step !== undefined) query.set("step", String(step));
  for (const each of compared) query.append("compare", paramsJson(each).replaceAll(/\n\s*/g, ""));
  for (const [name, value] of Object.entries(streams)) {
    if (value !== defaultStreams[name as keyof StreamsPlan]) query.set(`streams.${name}`, String(value));
  }
  for (const [name, value] of Object.entries(grammar) as [keyof GrammarState, string][]) {
    if (value !== defaultGrammar[name] && value.length <= longestLinkedRow) query.set(`grammar.${name}`, value);
  }
  const text = query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":");
  return `#${state.view}${text === "" ? "" : `?${text}`}`;
}

export function readLink(fragment: string): { state: PageState; problems: string[] } {
  const [name = "", text = ""] = fragment.replace(/^#/, "").split(/\?(.*)/s);
  const problems: string[] = [];
  let state: PageState = { ...defaultState, view: views.find((view) => view === name) ?? "distribution" };
  let settings: Settings = {};
  const compared: Settings[] = [];
  for (const [key, value] of new URLSearchParams(text)) {
    const parameter = parameters.find((each) => each.name === key);
    try {
      if (parameter) settings = { ...settings, [key]: parseValue(parameter, value) };
      else if (key === "logits") state = { ...state, row: { kind: "json", text: value } };
      else if (key === "prompt") state = { ...state, row: { kind: "prompt", prompt: value } };
      else if (key === "history") state = { ...state, history: value };
      else if (key === "draws") state = { ...state, draws: wholeNumber(key, value, 0, 10_000) };
      else if (key === "step") state = { ...state, step: wholeNumber(key, value, 0, 100) };
      else if (key === "compare") compared.push(settingsOf(value));
      else if (key.startsWith("streams."))
        state = { ...state, streams: withStream(state.streams, key.slice(8), value) };
      else if (key.startsWith("grammar."))
        state = { ...state, grammar: withGrammar(state.grammar, key.slice(8), value) };
      else problems.push(`the link has an unknown part "${key}"`);
    } catch (error) {
      problems.push(`the link's ${messageOf(error)}`);
    }
  }
  return { state: { ...state, settings, compared }, problems };
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new RangeError(`"${name}" expected integer in [${least}, ${most}], got ${JSON.stringify(text)}`);
}

function settingsOf(text: string): Settings {
  const value = parseObject(text);
  if (!value) throw new TypeError(`"compare" expected an object of sampling parameters, got ${JSON.stringify(text)}`);
  validateParams(value, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
  return value;
}

function withStream(streams: StreamsPlan, name: string, text: string): StreamsPlan {
  switch (name) {
    case "prompt":
      return { ...streams, prompt: text };
    case "sweep":
      if (text === "" || sweepable.some((parameter) => parameter.name === text)) return { ...streams, sweep: text };
      throw new TypeError(`"streams.sweep" expected a numeric sampling parameter, got ${JSON.stringify(text)}`);
    case "count":
      return { ...streams, count: wholeNumber("streams.count", text, 1, 64) };
    case "maxTokens":
      return { ...streams, maxTokens: wholeNumber("streams.maxTokens", text, 1, 16_000) };
    case "from":
    case "to":
      if (text.trim() !== "" && Number.isFinite(Number(text))) return { ...streams, [name]: Number(text) };
      throw new TypeError(`"streams.${name}" expected a number, got ${JSON.stringify(text)}`);
    default:
      throw new TypeError(`part "streams.${name}" is unknown`);
  }
}

function withGrammar(grammar: GrammarState, name: string, text: string): GrammarState {
  if (name === "text" || name === "prompt") return { ...grammar, [name]: text };
  if (name === "form" && forms.includes(text as Form)) return { ...grammar, form: text as Form };
  throw new TypeError(`part "grammar.${name}" expected one of form (${forms.join(", ")}), text, prompt`);
}
