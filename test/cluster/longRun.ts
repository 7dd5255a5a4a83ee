/**
 * The long form of the test of histories:
 * `npx pnpm --filter @tokenmill/test-cluster long [streams] [NATS servers] [seed] [tokens]`, by default 1,000 streams of at most 300
 * tokens on three servers with three copies, for which TOKENMILL_NATS_SERVER must be a nats-server of 2.11 or later. Prints
 * violations, faults and the gaps that readers saw; exits with 1 if there is a violation. `planted` as the last argument: nodes do
 * not check claims, and it exits with 1 if that is not found.
 */
import { runChaos } from "./chaos.ts";
import type { Fault } from "./faults.ts";

const isPlanted = process.argv.at(-1) === "planted";
const numbers = process.argv.slice(2).map(Number).filter(Number.isFinite);
const [streams = 1000, natsServers = 3, seed = Math.floor(Math.random() * 2 ** 31), maxTokens = 300] = numbers;
const faults: readonly Fault[] = [
  "killNode",
  "cutNode",
  "holdNats",
  "drainNode",
  "cutGateway",
  "killNats",
  "holdNode",
  "killAllNats",
];
const startedMs = performance.now();
console.log(`${streams} streams, ${natsServers} NATS servers, seed ${seed}`);
const report = await runChaos({
  streams,
  natsServers,
  seed,
  maxTokens,
  nodes: 4,
  everyMs: 3000,
  outageMs: 3000,
  faults,
  delayMs: 40,
  linkDelayMs: 1,
  isUnfenced: isPlanted,
  onFault: (fault) => console.log(`${((performance.now() - startedMs) / 1000).toFixed(1)} s: ${fault}`),
});
const gaps = report.gapsMs.toSorted((a, b) => a - b);
const quantile = (share: number): string =>
  `${Math.round(gaps[Math.min(gaps.length - 1, Math.floor(share * gaps.length))]!)} ms`;
console.log(`events      ${report.events} in ${Math.round((performance.now() - startedMs) / 1000)} s`);
console.log(`faults      ${JSON.stringify(report.faults)}`);
console.log(`longest gap of a stream: p50 ${quantile(0.5)}, p99 ${quantile(0.99)}, max ${quantile(1)}`);
console.log(`violations  ${report.violations.length}`);
for (const violation of report.violations.slice(0, 20)) console.log(violation);
process.exitCode = report.violations.length > 0 === isPlanted ? 0 : 1;
