/**
 * The long form of the test of histories: `npx pnpm --filter @tokenmill/test-cluster long [streams] [NATS servers] [seed]`, by default
 * 1,000 streams on three servers with three copies, for which TOKENMILL_NATS_SERVER must be a nats-server of 2.11 or later. Prints violations, faults and the gaps that readers saw; exits with 1 if
 * there is a violation.
 */
import { type Fault, runChaos } from "./chaos.ts";

const [streams = 1000, natsServers = 3, seed = Math.floor(Math.random() * 2 ** 31)] = process.argv.slice(2).map(Number);
const faults: readonly Fault[] = ["killNode", "drainNode", "killNode", "holdNode", "killNats"];
console.log(`${streams} streams, ${natsServers} NATS servers, seed ${seed}`);
const report = await runChaos({
  streams,
  natsServers,
  seed,
  maxTokens: 600,
  nodes: 4,
  everyMs: 1500,
  faults,
  delayMs: 20,
});
const gaps = report.gapsMs.toSorted((a, b) => a - b);
const quantile = (share: number): string =>
  `${Math.round(gaps[Math.min(gaps.length - 1, Math.floor(share * gaps.length))]!)} ms`;
console.log(`events      ${report.events}`);
console.log(`faults      ${JSON.stringify(report.faults)}`);
console.log(`longest gap of a stream: p50 ${quantile(0.5)}, p99 ${quantile(0.99)}, max ${quantile(1)}`);
console.log(`violations  ${report.violations.length}`);
for (const violation of report.violations.slice(0, 20)) console.log(violation);
process.exitCode = report.violations.length === 0 ? 0 : 1;
