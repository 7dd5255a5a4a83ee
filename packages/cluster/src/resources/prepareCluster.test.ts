import { expect, it } from "vitest";
import { checkVersion } from "./prepareCluster.ts";

it.each([
  ["2.9.10", 1],
  ["2.11.0", 3],
  ["2.15.2", 5],
  ["3.0.0", 3],
])("NATS %s keeps %i copies", (version, replicas) => {
  expect(() => checkVersion(version, replicas)).not.toThrow();
});

it.each(["2.9.10", "2.10.29", "1.4.1", "unknown"])("NATS %s is refused for three", (version) => {
  expect(() => checkVersion(version, 3)).toThrow(`"replicas" expected 1 with NATS ${version}, got 3`);
});
