// Biases of single tokens.
import { STAGE_LIST, STAGE_LIST_COUNT } from "../../src/layout";
import { plan } from "../memory/job";
import { toFinite } from "../numbers/floats";
import { logitAt, patch } from "../row/row";

/** List: ids i32[n], then biases f32[n], −Infinity bans. x += bias. */
export function logitBias(stage: usize): void {
  const count = load<i32>(stage, STAGE_LIST_COUNT);
  const ids = plan + load<i32>(stage, STAGE_LIST);
  const biases = ids + ((<usize>count) << 2);
  for (let i: usize = 0; i < <usize>count; i++) addBias(load<i32>(ids + i * 4), load<f32>(biases + i * 4));
}

/** −Infinity bans. */
export function addBias(id: i32, bias: f32): void {
  const x = logitAt(id);
  if (x > -Infinity) patch(id, bias == -Infinity ? -Infinity : toFinite(<f64>x + <f64>bias));
}
