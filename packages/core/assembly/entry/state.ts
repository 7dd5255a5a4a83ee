// What stateful stages remember: none has run before the first stage, and after the draw each writes its part.
import { JOB_STATE, RESULT_HOLDS, RESULT_HOLDS_STATE, RESULT_STATE, STATE_NUMBERS } from "../../src/layout";
import { job, result } from "../memory/job";
import { forgetAdaptiveP, writeAdaptivePState } from "../samplers/adaptiveP";
import { forgetMirostat, writeMirostatState } from "../samplers/mirostat";

export function forgetStages(): void {
  forgetMirostat();
  forgetAdaptiveP();
}

/** Writes the state after `tokenId`, which had the given probability at the draw. */
export function writeState(tokenId: i32, prob: f64): void {
  store<i32>(result, load<i32>(result, RESULT_HOLDS) | RESULT_HOLDS_STATE, RESULT_HOLDS);
  memory.copy(result + RESULT_STATE, job + JOB_STATE, STATE_NUMBERS * 8);
  writeMirostatState(prob);
  writeAdaptivePState(tokenId);
}
