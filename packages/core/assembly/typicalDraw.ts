// Typical sampling of a dense row without sorting it, exactly by its law. A token drawn from the whole distribution belongs
// to the typical set if the mass of the tokens nearer to the entropy is below p·Z, and tokens that belong follow the set's
// law. The centre and both masses are known within bounds; where these do not decide, the sorted list does.
import { BLOCK_ELEMENTS, STAGE_NUMBER_0 } from "../src/layout";
import { openBlocks } from "./blockDraw";
import { CENTRE_ERROR } from "./denseCut";
import { drawFromList, proposeToken } from "./draw";
import { floatBelow, roundedDown } from "./floats";
import { keyAt, keyTokenId, listCount, listMax, weighList } from "./list";
import {
  CHEAP_LEAST_RATIO,
  CHEAP_SAFETY,
  cheapScale,
  MASS32_ERROR,
  massTotal,
  massWithin,
  meanPower,
  setPivot,
} from "./masses";
import { expNonPositive } from "./math";
import { typicalP } from "./ranked";
import { beta, logitAt, row } from "./row";
import { rowMax } from "./scan";

/** More candidates than that are drawn from the list. */
const MOST_CANDIDATES = 8;

/** Cheap (or exact32) mass of the logits no further than `distance` powers of 2 from the centre; bounds round outwards. */
function within(centre: f64, distance: f64, perLogit: f64, scale: f32, exact: bool): f64 {
  const largest = <f64>rowMax;
  const low = floatBelow(roundedDown(largest + (centre - distance) / perLogit));
  const high = -floatBelow(roundedDown(-(largest + (centre + distance) / perLogit)));
  return massWithin(row, rowMax, scale, low, high, exact);
}

/** Token id drawn from the typical set of the dense row, which is not cut. */
export function drawTypical(job: usize, stage: usize): i32 {
  const p = load<f64>(stage, STAGE_NUMBER_0);
  const scale = cheapScale(beta);
  const perLogit = beta * 1.4426950408889634;
  setPivot(-Infinity, -1);
  openBlocks(row, rowMax, scale);
  const centre = meanPower(row, rowMax, scale);
  const target = p * massTotal;
  const error = 2 * MASS32_ERROR * massTotal;
  const slack = 2 * CENTRE_ERROR * (1 - centre);
  let token = -1;
  let attempt: u32 = 0;
  for (let candidates = 0; candidates < MOST_CANDIDATES; candidates++) {
    do token = proposeToken(job, attempt++);
    while (token < 0);
    const logit = logitAt(token);
    const distance = abs((<f64>logit - <f64>rowMax) * perLogit - centre);
    // of all that may come before the token, itself included; of what does come before it
    const most = within(centre, distance + slack, perLogit, scale, false);
    if (most / CHEAP_SAFETY < target - error) return token;
    const least = within(centre, distance - slack, perLogit, scale, false);
    if (least * (CHEAP_LEAST_RATIO * CHEAP_SAFETY) >= target + error) continue;
    const own = expNonPositive((<f64>logit - <f64>rowMax) * beta);
    const most32 = within(centre, distance + slack, perLogit, scale, true);
    if (most32 - own < target - error) return token;
    const least32 = within(centre, distance - slack, perLogit, scale, true);
    if (least32 < target + error) break; // undecided
  }
  typicalP(stage);
  for (let i = 0; i < listCount; i++) if (keyTokenId(keyAt(i)) == token) return token;
  return keyTokenId(keyAt(drawFromList(job, weighList(listMax(), beta), attempt)));
}
