/** A process of a cluster for tests: options as JSON in the first argument, a JSON line on stdout when it is there. */
import { join } from "@tokenmill/cluster/internal";
import { hashEngine } from "./hashEngine.mjs";

const { source, isUnfenced, ...options } = JSON.parse(process.argv[2]);
const engine = await hashEngine(source);
const faults = isUnfenced ? [{ checksClaims: false }] : [];
const cluster = await join({ engine, identity: "test", ...options }, ...faults);
process.on("SIGTERM", () => {
  void cluster
    .close()
    .then(() => engine.close())
    .then(() => process.exit(0));
});
console.log(JSON.stringify({ id: cluster.id }));
