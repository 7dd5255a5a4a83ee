/** Repetition (Keskar 2019, arXiv 1909.05858), frequency and presence penalty (OpenAI). */
import { integer, number, share } from "../kinds/numbers.ts";
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
  /** Behind those the penalties fade out over as many tokens; integer ≥ 0, 0 is off. */
  penaltyDecayRange?: number;
  /** How much of `repetitionPenalty` − 1, above 0, the older half of the tokens it sees gets; in (0, 1], 1 is off. */
  penaltySlope?: number;
  /** Whether penalties see the prompt too. Absent: `repetitionPenalty` sees prompt and output, the others output only. */
  penaltyScope?: "prompt+output" | "output";
}

/** The prompt counts for the repetition, and for the frequency and presence penalty. */
const REPETITION_SEES_PROMPT = 1;
const FREQUENCY_SEES_PROMPT = 2;

function setting(params: PenaltiesParams) {
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0, penaltyLastN = -1, penaltyScope } = params;
  const { penaltyDecayRange = 0, penaltySlope = 1 } = params;
  const isOff = repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0;
  if ((penaltyLastN === 0 && penaltyDecayRange === 0) || isOff) return undefined;
  return {
    repetition: repetitionPenalty,
    frequency: frequencyPenalty,
    presence: presencePenalty,
    lastN: penaltyLastN,
    decay: penaltyLastN < 0 ? 0 : penaltyDecayRange,
    slope: repetitionPenalty > 1 ? penaltySlope : 1,
    repetitionSeesPrompt: penaltyScope !== "output",
    frequencySeesPrompt: penaltyScope === "prompt+output",
  };
}

/** Two ways to weaken what occurred long ago; and a slope of what is no penalty would be none. */
function slopeContradiction({ penaltyDecayRange = 0, penaltySlope = 1, repetitionPenalty = 1 }: PenaltiesParams) {
  if (penaltySlope === 1 || (penaltyDecayRange === 0 && repetitionPenalty >= 1)) return undefined;
  const mention = penaltyDecayRange > 0 ? "penaltyDecayRange" : "repetitionPenalty";
  const expected = `1 or nothing beside "${mention}"${penaltyDecayRange > 0 ? "" : " below 1"}`;
  return { name: "penaltySlope", expected, mentions: [mention] } as const;
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
    penaltyDecayRange: integer(0, { off: 0, tunes: "penaltyLastN" }),
    // koboldcpp takes 0 for 1
    penaltySlope: share("(]", { off: 1, foreignOff: 0, tunes: "repetitionPenalty" }),
    penaltyScope: choice(["prompt+output", "output"]),
  },
  flags: { REPETITION_SEES_PROMPT, FREQUENCY_SEES_PROMPT },
  contradiction: slopeContradiction,
  pack: (params) => {
    const given = setting(params);
    if (!given) return undefined;
    const { lastN, repetition, frequency, presence, repetitionSeesPrompt, frequencySeesPrompt } = given;
    const { decay, slope } = given;
    const flags =
      (repetitionSeesPrompt ? REPETITION_SEES_PROMPT : 0) | (frequencySeesPrompt ? FREQUENCY_SEES_PROMPT : 0);
    const numbers = [repetition, frequency, presence];
    const isPlain = decay === 0 && slope === 1;
    return { integer: lastN, flags, numbers, ...(!isPlain && { ids: [decay], values: [slope] }) };
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
    penaltyDecayRange: {
      description: "over how many tokens behind the last N the penalties fade out",
      start: 64,
      usualMost: 256,
      samples: { between: [0, 12] },
    },
    penaltySlope: {
      description: "how much of the repetition penalty's excess over 1 the older half of the tokens gets",
      start: 0.5,
      samples: { also: [0.5, 1e-6] },
    },
    penaltyScope: { description: "whether penalties see the prompt" },
  },
  law: (row, params) => {
    const given = setting(params);
    if (!given) return;
    const { history, promptLength } = row;
    const { lastN, decay } = given;
    const first = lastN < 0 ? 0 : Math.max(0, history.length - lastN - Math.max(0, decay - 1));
    const firstSeen = given.repetitionSeesPrompt ? first : Math.max(first, promptLength);
    const middle = firstSeen + Math.floor((history.length - firstSeen) / 2);
    const slope = 1 + (given.repetition - 1) * Math.fround(given.slope);
    const weightAt = (i: number): number => {
      const behind = history.length - i - lastN;
      return lastN < 0 || behind <= 0 ? 1 : (decay - behind) / decay;
    };
    const newestSeen = new Map<number, number>();
    const newestCounted = new Map<number, number>();
    const counts = new Map<number, number>();
    for (let i = first; i < history.length; i++) {
      const id = history[i]!;
      if (i >= firstSeen) newestSeen.set(id, i);
      if (i < promptLength && !given.frequencySeesPrompt) continue;
      newestCounted.set(id, i);
      counts.set(id, (counts.get(id) ?? 0) + weightAt(i));
    }
    for (const id of new Set([...newestSeen.keys(), ...counts.keys()])) {
      let x = row.logits[id]!;
      if (x === -Infinity) continue;
      const seen = newestSeen.get(id);
      if (seen !== undefined) {
        const repetition = seen < middle ? slope : given.repetition;
        x = x * (1 - weightAt(seen)) + (x > 0 ? x / repetition : x * repetition) * weightAt(seen);
      }
      const counted = newestCounted.get(id);
      if (counted !== undefined) x -= given.frequency * counts.get(id)! + given.presence * weightAt(counted);
      row.set(id, x);
    }
  },
});
