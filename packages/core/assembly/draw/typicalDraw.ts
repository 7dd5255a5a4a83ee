// Typical sampling of a dense row without sorting it, exactly by its law. A token drawn from the whole distribution belongs
// to the typical set if the mass of the tokens nearer to the entropy is below p·Z, and tokens that belong follow the set's
// law. The centre and both masses are known within bounds; where these do not decide, the sorted list does.
import { countAtLeast } from "../list/count";
import { expNonPositive } from "../numbers/exp64";
import { floatBelow, roundedDown } from "../numbers/floats";
import { beta, logitAt, row } from "../row/row";
import { rowMax } from "../row/scan";
import { BRACKET_LEAST_RATIO, BRACKET_SAFETY, MASS_F32_ERROR, weightScale } from "../sums/bracketWeights";
import { massWithinBracket, massWithinF32 } from "../sums/massWithin";
import { divideBlocks, mixedLeast, mixedMean, mixedMeanError, mixedMost, momentMixed } from "../sums/mixed";
import { meanExponentF32, meanMassF32 } from "../sums/momentF32";
import { bracketMass, meanZ, momentsBracket, varianceZ } from "../sums/momentsBracket";
import { setPivot } from "../sums/pivot";
import { CENTRE_ERROR } from "../sums/tiers";
import { openBlocks } from "./blockDraw";
import { proposeToken } from "./denseDraw";
import { rankInRow } from "./logprobs";

/** More candidates than that are drawn from the list. */
const MOST_CANDIDATES = 8;

/** Mass of the logits in (low, high). */
function massBetween(scale: f32, low: f32, high: f32, exact: bool): f64 {
  return exact ? massWithinF32(scale, low, high) : massWithinBracket(scale, low, high);
}

/** Powers of 2 that a logit's difference of 1 makes. */
let perLogit: f64 = 0;

/** What is known of the row: z of a token with −ln p = H, twice what it is off by, and Z. Bounds of the cheap tier, or exact within
 *  f32 errors. */
let centre: f64 = 0;
let slack: f64 = 0;
let leastTotal: f64 = 0;
let mostTotal: f64 = 0;

/** By f32 weights where they matter. */
function measureMixed(scale: f32): void {
  momentMixed(scale, CENTRE_ERROR);
  centre = mixedMean;
  slack = 2 * mixedMeanError;
  leastTotal = mixedLeast;
  mostTotal = mixedMost;
}

/** By cheap weights. They are off by factors from 1 to 1 + ε, so the mean of z is off by ε/2 deviations of z at most. */
function measureCheaply(scale: f32): void {
  momentsBracket(scale);
  const epsilon = 1 / (BRACKET_LEAST_RATIO * BRACKET_SAFETY * BRACKET_SAFETY) - 1;
  centre = meanZ;
  slack = epsilon * sqrt((1 + epsilon) * varianceZ) + 1e-3;
  leastTotal = bracketMass * (BRACKET_LEAST_RATIO * BRACKET_SAFETY);
  mostTotal = bracketMass / BRACKET_SAFETY;
}

function measure(scale: f32): void {
  centre = meanExponentF32(scale);
  slack = 2 * CENTRE_ERROR * (1 - centre);
  leastTotal = meanMassF32 * (1 - 2 * MASS_F32_ERROR);
  mostTotal = meanMassF32 * (1 + 2 * MASS_F32_ERROR);
}

const OUTSIDE = 0;
const INSIDE = 1;
const OPEN = 2;

/** Whether the typical set of mass `p` has the token, by what was measured: by cheap sums, or by f32 sums where `exact`. Before it
 *  come the logits between its own and that on the other side of the centre, and some of its equals. */
function judge(token: i32, p: f64, scale: f32, exact: bool): i32 {
  const logit = logitAt(token);
  const x = <f64>logit;
  const mirror = 2 * centre - (x - <f64>rowMax) * perLogit;
  const low = <f64>rowMax + (mirror - slack) / perLogit;
  const high = <f64>rowMax + (mirror + slack) / perLogit;
  const own = expNonPositive((x - <f64>rowMax) * beta);
  // bounds round outwards: what may come before it, and its equals
  const most = massBetween(scale, floatBelow(roundedDown(min(x, low))), -floatBelow(roundedDown(-max(x, high))), exact);
  if ((exact ? most - own : most / BRACKET_SAFETY) < p * leastTotal) return INSIDE;
  let sure: f64 = 0;
  if (x < low) sure = massBetween(scale, logit, roundedDown(low), exact);
  if (x > high) sure = massBetween(scale, -roundedDown(-high), logit, exact);
  if ((exact ? sure : sure * (BRACKET_LEAST_RATIO * BRACKET_SAFETY)) >= p * mostTotal) return OUTSIDE;
  if (!exact) return OPEN;
  const above = countAtLeast(row, -floatBelow(-logit));
  const equals = countAtLeast(row, logit) - above;
  const lower = rankInRow(token) - 1 - above;
  const higher = equals - 1 - lower;
  const fewest = x < low ? lower : x > high ? higher : min(lower, higher);
  const further = x < low ? higher : x > high ? lower : min(lower, higher);
  if (most - own * <f64>(further + 1) < p * leastTotal) return INSIDE;
  return sure + own * <f64>fewest >= p * mostTotal ? OUTSIDE : OPEN;
}

/** Where `drawTypical` gave up: the candidate that may belong to the set, and how many attempts there were. */
export let openCandidate: i32 = -1;
export let attempts: u32 = 0;

/** Token id drawn from the typical set of mass `p` of the dense row, which is not cut; −1: the sorted list has to decide. */
export function drawTypical(p: f64): i32 {
  const scale = weightScale(beta);
  perLogit = beta * 1.4426950408889634;
  setPivot(-Infinity, -1);
  openBlocks(scale);
  const isMixed = divideBlocks(scale);
  if (ASC_FEATURE_SIMD && isMixed) measureMixed(scale);
  else measureCheaply(scale);
  let isMeasured = false;
  let token = -1;
  let attempt: u32 = 0;
  for (let candidates = 0; candidates < MOST_CANDIDATES; candidates++) {
    do token = proposeToken(attempt++);
    while (token < 0);
    let verdict = judge(token, p, scale, isMixed);
    if (verdict == OPEN) {
      if (!isMeasured) measure(scale);
      isMeasured = true;
      verdict = judge(token, p, scale, true);
    }
    if (verdict == INSIDE) return token;
    if (verdict == OPEN) break;
  }
  openCandidate = token;
  attempts = attempt;
  return -1;
}
