/** Starts the instant server in a process of its own, so that it does not share our event loop. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface InstantServer {
  readonly url: string;
  close(): Promise<void>;
}

export async function startInstantServer(tokens: number): Promise<InstantServer> {
  const child = fork(fileURLToPath(new URL("./instantServerMain.js", import.meta.url)), [String(tokens)]);
  const ended = once(child, "exit");
  const answer = await Promise.race([once(child, "message"), ended.then(() => undefined)]);
  if (!answer) throw new Error("the calibration server did not start");
  return {
    url: `http://127.0.0.1:${answer[0] as number}/v1`,
    close: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
