// The job that this worker does: its record and the plan that it walks.

/** Address of the job record. */
export let job: usize = 0;
/** Address of the plan record. */
export let plan: usize = 0;

export function useJob(jobRecord: usize, planRecord: usize): void {
  job = jobRecord;
  plan = planRecord;
}
