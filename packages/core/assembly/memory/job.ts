// The job that this worker does.
import { JOB_PLAN, JOB_RESULT } from "../../src/layout";

/** Addresses of its record, of the plan that it walks, and of the record that its result goes into. */
export let job: usize = 0;
export let plan: usize = 0;
export let result: usize = 0;

export function useJob(record: usize): void {
  job = record;
  plan = <usize>load<u32>(record, JOB_PLAN);
  result = <usize>load<u32>(record, JOB_RESULT);
}
