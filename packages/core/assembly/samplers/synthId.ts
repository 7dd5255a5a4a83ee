// A watermark: a tournament between tokens by keyed functions of the tokens before; `src/watermark/` computes the same
// functions for the detectors.
import {
  DOMAIN_SYNTH_ID,
  JOB_HISTORY,
  JOB_HISTORY_LENGTH,
  JOB_PROMPT_LENGTH,
  STAGE_FLAGS,
  STAGE_INTEGER,
  STAGE_LIST,
  STAGE_NUMBER_0,
} from "../../src/layout";
import { SYNTH_ID_TABLE } from "../../src/generated/samplerConstants";
import { keyOf, keyTokenId } from "../list/keys";
import { keyAt, listCount, listMax, setCount, setKey, setUnsorted } from "../list/list";
import { setWeight, weighList, weightAt } from "../list/weights";
import { context0, context1, hashContext } from "../memory/contextHash";
import { job, plan } from "../memory/job";
import { listKeys, philoxTable, tokenCounts, wideBlock } from "../memory/workspace";
import { logPositive } from "../numbers/log64";
import { fillPhiloxTable, philox0, philox1, philox2, philox3, philoxBlock, philoxBlockx4 } from "../numbers/philox";
import { beta, listAll, setBeta } from "../row/row";

// @ts-ignore: decorator
@inline
function wordOfBlock(index: i32): u32 {
  return index < 2 ? (index == 0 ? philox0 : philox1) : index == 2 ? philox2 : philox3;
}

/** Whether the last `integer` tokens stood before an earlier output token too. */
function isContextRepeated(stage: usize): bool {
  const count = load<i32>(stage, STAGE_INTEGER);
  const length = load<i32>(job, JOB_HISTORY_LENGTH);
  const history = <usize>load<u32>(job, JOB_HISTORY);
  for (let end = max(load<i32>(job, JOB_PROMPT_LENGTH), count); end < length; end++) {
    let i = 1;
    while (
      i <= count &&
      load<i32>(history + ((<usize>(end - i)) << 2)) == load<i32>(history + ((<usize>(length - i)) << 2))
    ) {
      i++;
    }
    if (i > count) return true;
  }
  return false;
}

/** Of the last output tokens, see `hashOutput`. */
let outputHash: u32 = 0;

/** Low word of Knuth's multiplier 6364136223846793005. */
const MULTIPLIER: u32 = 0x4c957f2d;

// @ts-ignore: decorator
@inline
function hashStep(hash: u32, datum: u32): u32 {
  return (hash + datum) * MULTIPLIER + 1;
}

/** Output token `index`, 0 before the first. */
// @ts-ignore: decorator
@inline
function outputAt(output: usize, index: i32): u32 {
  return index < 0 ? 0 : load<u32>(output + ((<usize>index) << 2));
}

/** Hashes the last `integer` output tokens, with zeros before the first, into `outputHash`; false if they stood before one of
 *  the last 1024 output tokens too. (HF transformers; see `src/watermark/synthIdTable.ts`.) */
function hashOutput(stage: usize): bool {
  const count = load<i32>(stage, STAGE_INTEGER);
  const promptLength = load<i32>(job, JOB_PROMPT_LENGTH);
  const length = load<i32>(job, JOB_HISTORY_LENGTH) - promptLength;
  const output = <usize>load<u32>(job, JOB_HISTORY) + ((<usize>promptLength) << 2);
  for (let end = max(0, length - 1024); end < length; end++) {
    let i = 1;
    while (i <= count && outputAt(output, end - i) == outputAt(output, length - i)) i++;
    if (i > count) return false;
  }
  outputHash = 1;
  for (let i = length - count; i < length; i++) outputHash = hashStep(outputHash, outputAt(output, i));
  return true;
}

/** The token's bits of 32 layers from `first` on, out of the list: `depth` keys, then a table of 2^16 bits. */
function tableBits(list: usize, tokenId: u32, first: i32, depth: i32): u32 {
  const table = list + ((<usize>depth) << 2);
  const hash = hashStep(outputHash, tokenId);
  let bits: u32 = 0;
  for (let layer = first; layer < min(first + 32, depth); layer++) {
    const index = hashStep(hash, load<u32>(list + ((<usize>layer) << 2))) & 0xffff;
    bits |= ((load<u32>(table + ((<usize>index >> 5) << 2)) >> (index & 31)) & 1) << (layer - first);
  }
  return bits;
}

/** Tournament sampling in closed form: layer by layer p ← p·(1 + g − Σ g·p), g the token's bit of that layer: the law of the
 *  winner of 2^depth draws. Number: depth ≤ 128; a bit each of the block (context, id), or of a table, by the flag. No effect where the context stood
 *  before an earlier output token. Tokens of weight 0 in f64 leave the list. O(list · depth).
 *  (Dathathri et al. 2024, Nature 634; HF `SynthIDTextWatermarkLogitsProcessor`.) */
export function synthId(stage: usize): void {
  const hasTable = (load<i32>(stage, STAGE_FLAGS) & SYNTH_ID_TABLE) != 0;
  const list = plan + load<i32>(stage, STAGE_LIST);
  if (hasTable) {
    if (!hashOutput(stage)) return;
  } else {
    if (isContextRepeated(stage)) return;
    hashContext(stage, DOMAIN_SYNTH_ID);
  }
  listAll();
  const total = weighList(listMax(), beta);
  for (let i = 0; i < listCount; i++) setWeight(i, weightAt(i) / total);
  const depth = <i32>load<f64>(stage, STAGE_NUMBER_0);
  for (let first = 0; first < depth; first += 32) {
    if (hasTable) tableBitsOfList(list, first, depth);
    else wordsOfList(first >> 5);
    playLayers(min(32, depth - first));
  }
  memory.fill(tokenCounts, 0, (<usize>listCount) << 2);
  let n = 0;
  for (let i = 0; i < listCount; i++) {
    const weight = weightAt(i);
    if (weight > 1e-300) setKey(n++, keyOf(<f32>logPositive(weight), keyTokenId(keyAt(i))));
  }
  setCount(n);
  setUnsorted();
  setBeta(1);
}

/** Fills the bits of the list's tokens, in `tokenCounts`, for 32 layers from `first` on. */
function tableBitsOfList(list: usize, first: i32, depth: i32): void {
  for (let i = 0; i < listCount; i++) {
    const tokenId = <u32>keyTokenId(keyAt(i));
    store<u32>(tokenCounts + ((<usize>i) << 2), tableBits(list, tokenId, first, depth));
  }
}

/** The same with word `index` of each token's Philox block. */
function wordsOfList(index: i32): void {
  let i = 0;
  if (ASC_FEATURE_SIMD) {
    fillPhiloxTable(context0, context1, DOMAIN_SYNTH_ID << 24, philoxTable);
    for (; i + 3 < listCount; i += 4) {
      const keys = listKeys + ((<usize>i) << 3);
      const ids = v128.not(i32x4.shuffle(v128.load(keys), v128.load(keys, 16), 0, 2, 4, 6));
      philoxBlockx4(ids, philoxTable, wideBlock);
      v128.store(tokenCounts + ((<usize>i) << 2), v128.load(wideBlock + ((<usize>index) << 4)));
    }
  }
  for (; i < listCount; i++) {
    philoxBlock(context0, context1, <u32>keyTokenId(keyAt(i)), DOMAIN_SYNTH_ID << 24);
    store<u32>(tokenCounts + ((<usize>i) << 2), wordOfBlock(index));
  }
}

/** Plays layers by the bits in `tokenCounts`. Bits are random: a branch on them would be mispredicted half of the time. */
function playLayers(layers: i32): void {
  let total: f64 = 0; // 1 but for rounding, which would double from layer to layer
  let lost: f64 = 0; // (1 − Σ g·p), summed as such: a difference would drown small weights
  for (let i = 0; i < listCount; i++) {
    const weight = weightAt(i);
    total += weight;
    lost += weightUnless(bitOf(i, 0), weight);
  }
  for (let layer = 0; layer < layers; layer++) {
    // the weights of this layer, and the sums of the next
    const others = lost / total;
    total = 0;
    lost = 0;
    for (let i = 0; i < listCount; i++) {
      const weight = weightAt(i) * (<f64>(<i32>bitOf(i, layer)) + others);
      setWeight(i, weight);
      total += weight;
      lost += weightUnless(bitOf(i, layer + 1), weight);
    }
  }
}

// @ts-ignore: decorator
@inline
function bitOf(index: i32, layer: i32): u32 {
  return (load<u32>(tokenCounts + ((<usize>index) << 2)) >> (layer & 31)) & 1;
}

/** The weight if the bit is 0, else 0. */
// @ts-ignore: decorator
@inline
function weightUnless(bit: u32, weight: f64): f64 {
  return reinterpret<f64>(reinterpret<u64>(weight) & (<u64>bit - 1));
}
