/** A process of a cluster for tests: options as JSON in the first argument, a JSON line on stdout when it is there. */
import { createEngine } from "@tokenmill/engine";
import { join } from "@tokenmill/cluster/internal";
import { hashSource } from "./hashSource.mjs";

const { source, isUnfenced, ...options } = JSON.parse(process.argv[2]);
const engine = await createEngine({ source: hashSource(source), workers: 0, slots: 64, seed: 7 });
const faults = isUnfenced ? [{ isOwnClaim: () => true }] : [];
const cluster = await join({ engine, identity: "test", ...options }, ...faults);
process.on("SIGTERM", () => {
  void cluster
    .close()
    .then(() => engine.close())
    .then(() => process.exit(0));
});
console.log(JSON.stringify({ id: cluster.id }));
