/**
 * What one NATS server stores: `npx pnpm --filter @tokenmill/test-cluster nats-rate [seconds]`, by default 5. Messages of 256 bytes are
 * acknowledged by a stream with a file store, 256 in flight. For an otherwise idle machine.
 */
import { jetstream, jetstreamManager, StorageType } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { NatsServer } from "./processes.ts";

const [seconds = 5] = process.argv.slice(2).map(Number);
const [inFlight, sizeBytes] = [256, 256];
const nats = await NatsServer.start();
const nc = await connect({ servers: nats.url });
const jsm = await jetstreamManager(nc);
await jsm.streams.add({ name: "rate", subjects: ["rate"], storage: StorageType.File });
const js = jetstream(nc);
const payload = new Uint8Array(sizeBytes);
const endMs = performance.now() + 1000 * seconds;
let stored = 0;
const store = async (): Promise<void> => {
  while (performance.now() < endMs) {
    await js.publish("rate", payload);
    stored++;
  }
};
await Promise.all(Array.from({ length: inFlight }, store));
console.log(`${Math.round(stored / seconds)} messages/s stored by nats-server ${nc.info?.version}`);
await nc.close();
await nats.dispose();
