/** What a cluster refuses, in the words of the flags. */
import { refusalOf } from "@tokenmill/check";
import { UsageError } from "@tokenmill/cli";

const flagOf: ReadonlyMap<string, string> = new Map([
  ["servers", "--cluster"],
  ["name", "--cluster-name"],
  ["credentials", "--cluster-creds"],
  ["ca", "--cluster-ca"],
  ["certificate", "--cluster-cert"],
  ["key", "--cluster-key"],
  ["replicas", "--cluster-replicas"],
  ["capacity", "--cluster-capacity"],
  ["leaseMs", "--cluster-lease"],
]);

/** Resolves as `work` does. @throws UsageError for what a flag has to change, else what `work` throws */
export async function inFlags<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const refusal = refusalOf(error, (name) => flagOf.get(name));
    throw refusal ? new UsageError(refusal.message, { cause: error }) : error;
  }
}
