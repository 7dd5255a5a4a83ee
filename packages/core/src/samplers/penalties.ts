/** Repetition (Keskar 2019, arXiv 1909.05858), frequency and presence penalty (OpenAI). */
import { integer, number } from "../kinds/numbers.ts";
import { numberRange } from "../kinds/range.ts";
import { choice } from "../kinds/words.ts";
import type { SamplerEntry } from "./entry.ts";
import type { SamplerReference } from "./reference.ts";

interface PenaltiesParams {
  /** Seen tokens: positive logits are divided by it, others multiplied; > 0, 1 is off. */
  repetitionPenalty?: number;
  /** Subtracted once per earlier occurrence; in [−2, 2], 0 is off. */
  frequencyPenalty?: number;
  /** Subtracted once if the token occurred; in [−2, 2], 0 is off. */
  presencePenalty?: number;
  /** How many of the last tokens the penalties look at; integer ≥ −1, −1 all, 0 none. Absent: −1. */
  penaltyLastN?: number;
  /** Whether penalties see the prompt too. Absent: `repetitionPenalty` sees prompt and output, the others output only. */
  penaltyScope?: "prompt+output" | "output";
}

/** The prompt counts for the repetition, and for the frequency and presence penalty. */
const REPETITION_SEES_PROMPT = 1;
const FREQUENCY_SEES_PROMPT = 2;

function setting(params: PenaltiesParams) {
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0, penaltyLastN = -1, penaltyScope } = params;
  const isOff = repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0;
  if (penaltyLastN === 0 || isOff) return undefined;
  return {
    repetition: repetitionPenalty,
    frequency: frequencyPenalty,
    presence: presencePenalty,
    lastN: penaltyLastN,
    repetitionSeesPrompt: penaltyScope !== "output",
    frequencySeesPrompt: penaltyScope === "prompt+output",
  };
}

export const penalties: SamplerEntry<PenaltiesParams> = {
  kind: "edit",
  place: 30,
  keepsOrder: false,
  parameters: {
    repetitionPenalty: number(numberRange(0, Infinity, "()"), { off: 1 }),
    frequencyPenalty: number(numberRange(-2, 2), { off: 0 }),
    presencePenalty: number(numberRange(-2, 2), { off: 0 }),
    penaltyLastN: integer(-1, { absent: -1 }),
    penaltyScope: choice(["prompt+output", "output"]),
  },
  flags: { REPETITION_SEES_PROMPT, FREQUENCY_SEES_PROMPT },
  pack: (params) => {
    const given = setting(params);
    if (!given) return undefined;
    const { lastN, repetition, frequency, presence, repetitionSeesPrompt, frequencySeesPrompt } = given;
    const flags =
      (repetitionSeesPrompt ? REPETITION_SEES_PROMPT : 0) | (frequencySeesPrompt ? FREQUENCY_SEES_PROMPT : 0);
    return { integer: lastN, flags, numbers: [repetition, frequency, presence] };
  },
};

export const penaltiesReference = (): SamplerReference<PenaltiesParams> => ({
  description: "weakens tokens that occurred before",
  parameters: {
    repetitionPenalty: {
      description: "weakens tokens seen before",
      start: 1.3,
      usualMost: 2,
      samples: { between: [0.1, 3], also: [1e-6, 1e30] },
    },
    frequencyPenalty: { description: "subtracted per earlier occurrence", start: 0.5 },
    presencePenalty: { description: "subtracted if the token occurred", start: 0.5 },
    penaltyLastN: {
      description: "how many of the last tokens the penalties see; -1 all, 0 none",
      start: -1,
      usualMost: 256,
      samples: { between: [-1, 10], also: [64] },
    },
    penaltyScope: { description: "whether penalties see the prompt" },
  },
  law: (row, params) => {
    const given = setting(params);
    if (!given) return;
    const { history, promptLength } = row;
    const first = given.lastN < 0 ? 0 : Math.max(0, history.length - given.lastN);
    const seen = new Set<number>();
    const counts = new Map<number, number>();
    for (let i = first; i < history.length; i++) {
      const id = history[i]!;
      if (i >= promptLength || given.repetitionSeesPrompt) seen.add(id);
      if (i >= promptLength || given.frequencySeesPrompt) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const id of new Set([...seen, ...counts.keys()])) {
      let x = row.logits[id]!;
      if (x === -Infinity) continue;
      if (seen.has(id)) x = x > 0 ? x / given.repetition : x * given.repetition;
      const count = counts.get(id) ?? 0;
      if (count > 0) x -= given.frequency * count + given.presence;
      row.set(id, x);
    }
  },
});
