import type { Msg, MsgCallback, NatsConnection } from "@nats-io/transport-node";
import { expect, it } from "vitest";
import { encode } from "../wire/codec.ts";
import { hear } from "./hear.ts";

it("what does not decode is dropped, and a refusal, which comes without a message, is told", () => {
  let callback: MsgCallback<Msg> | undefined;
  const nc = { subscribe: (_subject: string, options: typeof callback) => ({ callback } = options as never) };
  const heard: unknown[] = [];
  const refused: Error[] = [];
  hear<unknown>(
    nc as unknown as NatsConnection,
    "a",
    (message) => heard.push(message),
    (error) => refused.push(error),
  );
  const bytes = [encode({ from: "b" }), new Uint8Array([0xc1]), new Uint8Array(), encode(7)];
  for (const data of bytes) void callback!(null, { data } as Msg);
  const refusal = new Error("planted");
  void callback!(refusal, {} as Msg);
  expect(heard).toEqual([{ from: "b" }, 7]);
  expect(refused).toEqual([refusal]);
});
