/**
 * Positions in shared memory, in bytes unless said otherwise. The one file that the kernels (AssemblyScript) and the
 * TypeScript side both import; plain numeric constants only.
 */

/** Rows are padded with −Infinity to a multiple of this many elements. */
export const ROW_PADDING_ELEMENTS = 256;
/** Elements that share one entry of the block maxima and block sums. */
export const BLOCK_ELEMENTS = 64;

/** Row dtypes as the kernels number them. */
export const DTYPE_F32 = 0;
export const DTYPE_F16 = 1;
export const DTYPE_BF16 = 2;

/** Job record: what to sample, and where. Host-written but for the undo count. */
export const JOB_BYTES = 128;
export const JOB_PLAN = 0;
export const JOB_HISTORY = 4;
export const JOB_HISTORY_LENGTH = 8;
export const JOB_PROMPT_LENGTH = 12;
export const JOB_SEED_LOW = 16;
export const JOB_SEED_HIGH = 20;
export const JOB_SEQUENCE_LOW = 24;
export const JOB_SEQUENCE_HIGH = 28;
export const JOB_POSITION = 32;
/** 1: the worker writes the row before it samples. */
export const JOB_WRITE_ROW = 36;
/** Entries of the undo log that are not undone yet: not 0 only while a kernel runs, or after its worker died in it. */
export const JOB_UNDO_COUNT = 40;
/** Token mask of this step, u32[⌈vocabSize / 32⌉], bit 0 puts a token out; 0: none. */
export const JOB_MASK = 44;
/** Masks that are filled where the row is made: what the pool calls the grammar's image, 0 for none, and the output. */
export const JOB_MASK_IMAGE = 52;
export const JOB_MASK_OUTPUT = 56;
/** How often the position was drawn before and taken back, 0 … 255: each time from other random numbers. Not 0 only below 2^24. */
export const JOB_REDRAW = 60;
/** Stages before this one have been done: the row is what they left. Not 0 only in copies of a job. */
export const JOB_FIRST_STAGE = 48;
/** State of the sequence before this step, STATE_NUMBERS f64. */
export const JOB_STATE = 64;
/** The row, its dtype and length; UNDO_CAPACITY entries; the result record. */
export const JOB_ROW = 96;
export const JOB_DTYPE = 100;
export const JOB_VOCAB_SIZE = 104;
export const JOB_UNDO = 108;
export const JOB_RESULT = 112;
/** Where in the history the output begins that its mask is filled for; 1: the mask that is there already is narrowed by it. */
export const JOB_MASK_START = 116;
export const JOB_MASK_NARROWS = 120;

/** A sparse row stands where a row would: a mark, which no row begins with, as it is NaN in every dtype; how many tokens it lists, ln Σ
 *  e^x of all others, ids i32[n], and behind them their logits f32[n]. */
export const SPARSE_MARK = 0x7fc57fff;
export const SPARSE_COUNT = 4;
export const SPARSE_REST = 8;
export const SPARSE_IDS = 16;

/** What stateful stages remember of a sequence, bytes from the start of a state. */
export const STATE_NUMBERS = 4;
export const STATE_MIROSTAT_MU = 0;
export const STATE_ADAPTIVE_SUM = 8;
export const STATE_ADAPTIVE_WEIGHT = 16;

/** Undo log of a row patched in place: pairs (token id i32, original bits u32). */
export const UNDO_ENTRY_BYTES = 8;
export const UNDO_CAPACITY = 1024;

/** Result record, followed by an entry (token id i32, at 8 logprob f64) for each of the most probable tokens, as many as the plan
 *  asks for, by the log-probabilities (f64) of its named tokens, and by the ids (i32) of its sampling mask. */
export const RESULT_STATUS = 0;
export const RESULT_TOKEN_ID = 4;
export const RESULT_ERROR_INDEX = 8;
export const RESULT_RANK = 12;
export const RESULT_KEPT_COUNT = 16;
export const RESULT_TOP_COUNT = 20;
export const RESULT_LOGPROB = 24;
/** State of the sequence after this step, if the plan has stateful stages. */
export const RESULT_STATE = 32;
/** What the record holds beside the token: RESULT_HOLDS_*. */
export const RESULT_HOLDS = 64;
/** How many named tokens there are, and where their log-probabilities begin, bytes from the record's start. */
export const RESULT_NAMED_COUNT = 68;
export const RESULT_NAMED = 72;
/** How many tokens the drawn one was drawn from, −1: all of the row; its log-probability among them; and where their ids begin. */
export const RESULT_MASK_COUNT = 76;
export const RESULT_MASK_LOGPROB = 80;
export const RESULT_MASK = 88;
export const RESULT_TOP = 96;
/** Of a sparse row that lists too little, in place of kept count and state: the opcode of the stage that needs more (0: the draw, −1:
 *  log-probabilities, −2: those of named tokens), how much it needs and how much the list has; NaN where that is not known. Of a sampling mask that is too large: how many tokens it
 *  has, and how many there is room for. */
export const RESULT_SHORT_STAGE = 16;
export const RESULT_SHORT_NEEDED = 32;
export const RESULT_SHORT_COVERED = 40;
export const RESULT_TOP_ENTRY_BYTES = 16;
export const RESULT_HOLDS_LOGPROBS = 1;
export const RESULT_HOLDS_STATE = 2;
export const RESULT_HOLDS_MASK = 4;

/** Status words that kernels return. */
export const STATUS_OK = 0;
export const STATUS_NAN = 1;
export const STATUS_POSITIVE_INFINITY = 2;
export const STATUS_ALL_MASKED = 3;
/** A stage, flag or dtype that the kernels do not have. */
export const STATUS_INVALID_PLAN = 7;
/** A sparse row that contradicts itself; one that lists too little for the plan. */
export const STATUS_INVALID_SPARSE_ROW = 10;
export const STATUS_ROW_TOO_SPARSE = 11;
/** More tokens could be drawn than the plan's sampling mask has room for. */
export const STATUS_SAMPLING_MASK_TOO_LARGE = 13;
/** Set by workers and the pool, never by a kernel. */
export const STATUS_SOURCE_FAILED = 4;
export const STATUS_WORKER_LOST = 5;
export const STATUS_STAGE_FAILED = 6;
export const STATUS_ROW_TIMEOUT = 8;
export const STATUS_QUARANTINED = 9;
export const STATUS_GRAMMAR_FAILED = 12;

/** Plan record: header, `stageCount` stage records, then lists of i32 ids and f32 values that stages point to. */
export const PLAN_HEADER_BYTES = 32;
export const PLAN_BYTES = 0;
export const PLAN_STAGE_COUNT = 4;
/** Log-probabilities: −1 none, 0 the chosen token's, N also the N best. */
export const PLAN_LOGPROBS = 8;
/** 1: of the processed distribution; 0: of the raw row. */
export const PLAN_LOGPROBS_PROCESSED = 12;
/** 1: a stage reads and writes the sequence's state. */
export const PLAN_HAS_STATE = 16;
/** Ids of named tokens, whose log-probabilities come beside the others: i32[count], offset from the plan's start. */
export const PLAN_NAMED = 20;
export const PLAN_NAMED_COUNT = 24;
/** Most tokens of a sampling mask; 0: none is wanted. */
export const PLAN_SAMPLING_MASK = 28;

export const STAGE_BYTES = 48;
export const STAGE_OPCODE = 0;
/** First list, offset from the plan's start, and its length in elements. */
export const STAGE_LIST = 4;
export const STAGE_LIST_COUNT = 8;
export const STAGE_INTEGER = 12;
export const STAGE_NUMBER_0 = 16;
export const STAGE_NUMBER_1 = 24;
export const STAGE_NUMBER_2 = 32;
export const STAGE_FLAGS = 40;

/** Opcode of a stage of the user's own, above those of the samplers (`samplersByOpcode`). Not a kernel's:
 *  the host splits the plan there. Its integer: which of the custom stages. */
export const OP_CUSTOM = 255;

/** Of how many of the largest logits top-h adds up terms, where it does. */
export const TOP_H_MOST = 100;

/** Random-number domains: draws of one kind never share a counter with another's. */
export const DOMAIN_DRAW = 0;
/** XTC's coin. */
export const DOMAIN_XTC = 1;
/** Speculative verification: whether a draft token is accepted, and the token that stands in for a rejected one. */
export const DOMAIN_SPECULATIVE_ACCEPTANCE = 16;
export const DOMAIN_SPECULATIVE_RESAMPLING = 17;
/** Ids of sibling sequences. */
export const DOMAIN_CHILD = 18;
/** Watermarks: functions of their key, not of the seed. */
export const DOMAIN_KGW = 19;
export const DOMAIN_SYNTH_ID = 20;
/** Low word of the last counter while a watermark's context is hashed; 0 when tokens are. */
export const WATERMARK_CONTEXT = 1;
