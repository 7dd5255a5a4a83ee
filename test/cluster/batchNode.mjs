/**
 * A process of a cluster that answers batches with a hash of each request: options as JSON in the first argument, a JSON line on
 * stdout when it is there. A request with the text "poison" ends the process.
 */
import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "@tokenmill/cluster/internal";
import { hashEngine } from "./hashEngine.mjs";

const { isUnfenced = false, delayMs = 0, drift = "", ...options } = JSON.parse(process.argv[2]);
const engine = await hashEngine();
const faults = isUnfenced ? [{ checksClaims: false }] : [];
const cluster = await join({ engine, identity: "test", ...options }, ...faults);
let running = 0;
cluster.serveBatches({
  get free() {
    return Math.max(0, 64 - running);
  },
  async answer({ seed }, { number, text }, signal) {
    running++;
    try {
      if (text === "poison") process.kill(process.pid, "SIGKILL");
      if (delayMs > 0) await sleep(delayMs, undefined, { signal });
      const hash = createHash("sha256").update(`${seed} ${number} ${text} ${drift}`).digest("hex");
      return `${JSON.stringify({ number, hash })}\n`;
    } finally {
      running--;
    }
  },
  giveUp: ({ number }, message) => `${JSON.stringify({ number, error: message })}\n`,
});
process.on("SIGTERM", () => {
  void cluster
    .close()
    .then(() => engine.close())
    .then(() => process.exit(0));
});
console.log(JSON.stringify({ id: cluster.id }));
