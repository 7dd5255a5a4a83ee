/** Stages that change single logits: bias, bans, minimum length, penalties. */
import {
  OP_ALLOWED,
  OP_BANNED,
  OP_LOGIT_BIAS,
  OP_MIN_TOKENS,
  OP_NO_REPEAT_NGRAM,
  OP_PENALTIES,
  PENALTY_FREQUENCY_SEES_PROMPT,
  PENALTY_REPETITION_SEES_PROMPT,
} from "../layout.ts";
import { biasEntries } from "../params/biasEntries.ts";
import type { SamplingParams } from "../params/samplingParams.ts";
import type { Stage } from "./stage.ts";

const distinct = (ids: readonly number[]): number[] => [...new Set(ids)].sort((a, b) => a - b);

export const logitBias: Stage = {
  kind: "edit",
  opcode: OP_LOGIT_BIAS,
  params: ["logitBias"],
  description: "adds a bias to the logits of named tokens",
  pack: ({ logitBias: bias }) => {
    const entries = bias ? biasEntries(bias) : [];
    if (entries.length === 0) return undefined;
    return { ids: entries.map(([id]) => id), values: entries.map(([, b]) => (b <= -100 ? -Infinity : b)) };
  },
  reference: (row, { logitBias: bias }) => {
    for (const [id, b] of bias ? biasEntries(bias) : []) {
      if (row.logits[id]! > -Infinity) row.set(id, b <= -100 ? -Infinity : row.logits[id]! + Math.fround(b));
    }
  },
};

export const allowedTokenIds: Stage = {
  kind: "edit",
  opcode: OP_ALLOWED,
  params: ["allowedTokenIds"],
  description: "leaves only the allowed tokens",
  pack: ({ allowedTokenIds: ids }) => (ids ? { ids: distinct(ids) } : undefined),
  reference: (row, { allowedTokenIds: ids }) => {
    if (ids) row.keepOnly(ids);
  },
};

export const bannedTokenIds: Stage = {
  kind: "edit",
  opcode: OP_BANNED,
  params: ["bannedTokenIds"],
  description: "takes out the banned tokens",
  pack: ({ bannedTokenIds: ids }) => (ids?.length ? { ids: distinct(ids) } : undefined),
  reference: (row, { bannedTokenIds: ids }) => {
    for (const id of ids ?? []) row.logits[id] = -Infinity;
  },
};

export const minTokens: Stage = {
  kind: "edit",
  opcode: OP_MIN_TOKENS,
  params: ["minTokens", "stopTokenIds"],
  changesAt: "minTokens",
  description: "takes out the tokens that would end the sequence too early",
  pack: ({ minTokens: least, stopTokenIds: ids }) =>
    least && ids?.length ? { integer: least, ids: distinct(ids) } : undefined,
  reference: (row, { minTokens: least, stopTokenIds: ids }) => {
    if (row.position < (least ?? 0)) for (const id of ids ?? []) row.logits[id] = -Infinity;
  },
};

interface PenaltySetting {
  repetition: number;
  frequency: number;
  presence: number;
  lastN: number;
  repetitionSeesPrompt: boolean;
  frequencySeesPrompt: boolean;
}

function penaltySetting(params: SamplingParams): PenaltySetting | undefined {
  const { repetitionPenalty = 1, frequencyPenalty = 0, presencePenalty = 0, penaltyLastN = -1, penaltyScope } = params;
  if (penaltyLastN === 0 || (repetitionPenalty === 1 && frequencyPenalty === 0 && presencePenalty === 0))
    return undefined;
  return {
    repetition: repetitionPenalty,
    frequency: frequencyPenalty,
    presence: presencePenalty,
    lastN: penaltyLastN,
    repetitionSeesPrompt: penaltyScope !== "output",
    frequencySeesPrompt: penaltyScope === "prompt+output",
  };
}

export const penalties: Stage = {
  kind: "edit",
  opcode: OP_PENALTIES,
  params: ["repetitionPenalty", "frequencyPenalty", "presencePenalty", "penaltyLastN", "penaltyScope"],
  description: "weakens tokens that occurred before",
  pack: (params) => {
    const setting = penaltySetting(params);
    return (
      setting && {
        integer: setting.lastN,
        flags:
          (setting.repetitionSeesPrompt ? PENALTY_REPETITION_SEES_PROMPT : 0) |
          (setting.frequencySeesPrompt ? PENALTY_FREQUENCY_SEES_PROMPT : 0),
        numbers: [setting.repetition, setting.frequency, setting.presence],
      }
    );
  },
  reference: (row, params) => {
    const setting = penaltySetting(params);
    if (!setting) return;
    const { history, promptLength } = row;
    const first = setting.lastN < 0 ? 0 : Math.max(0, history.length - setting.lastN);
    const seen = new Set<number>();
    const counts = new Map<number, number>();
    for (let i = first; i < history.length; i++) {
      const id = history[i]!;
      if (i >= promptLength || setting.repetitionSeesPrompt) seen.add(id);
      if (i >= promptLength || setting.frequencySeesPrompt) counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const id of new Set([...seen, ...counts.keys()])) {
      let x = row.logits[id]!;
      if (x === -Infinity) continue;
      if (seen.has(id)) x = x > 0 ? x / setting.repetition : x * setting.repetition;
      const count = counts.get(id) ?? 0;
      if (count > 0) x -= setting.frequency * count + setting.presence;
      row.set(id, x);
    }
  },
};

export const noRepeatNgram: Stage = {
  kind: "edit",
  opcode: OP_NO_REPEAT_NGRAM,
  params: ["noRepeatNgramSize"],
  description: "takes out tokens that would complete an n-gram that occurred before",
  pack: ({ noRepeatNgramSize: n = 0 }) => (n === 0 ? undefined : { integer: n }),
  reference: (row, { noRepeatNgramSize: n = 0 }) => {
    const history = Array.from(row.history);
    const suffix = history.slice(history.length - n + 1).join();
    for (let start = 0; n > 0 && start + n <= history.length; start++) {
      if (history.slice(start, start + n - 1).join() === suffix) row.logits[history[start + n - 1]!] = -Infinity;
    }
  },
};
