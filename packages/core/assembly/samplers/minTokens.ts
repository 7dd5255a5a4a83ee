// No end before a number of tokens.
import { JOB_POSITION, STAGE_INTEGER } from "../../src/layout";
import { job } from "../memory/job";
import { bannedTokenIds } from "./bannedTokenIds";

/** List: ids that end a sequence. They are out until `integer` tokens are. */
export function minTokens(stage: usize): void {
  if (load<i32>(job, JOB_POSITION) < load<i32>(stage, STAGE_INTEGER)) bannedTokenIds(stage);
}
