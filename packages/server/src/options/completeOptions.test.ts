import { describe, expect, it } from "vitest";
import { checkServerOptions, completeOptions } from "./completeOptions.ts";
import { defaultLimits, type ServeLimits } from "./limits.ts";

describe("options of a server", () => {
  it("are all there when none is given", () => {
    expect(completeOptions()).toMatchObject({
      host: "127.0.0.1",
      port: 0,
      apiKeys: [],
      structuredOutput: true,
      sampleWorkers: 1,
    });
    expect(completeOptions({ limits: { maxHeldBytes: 5 } }).limits).toEqual({ ...defaultLimits, maxHeldBytes: 5 });
  });

  it.each([
    [{ prot: 1 }, 'unknown server option "prot", did you mean "port"?'],
    [{ limits: { maxHeldByte: 1 } }, 'unknown limit "maxHeldByte", did you mean "maxHeldBytes"?'],
    [{ apiKeys: ["a", 1] }, '"apiKeys[1]" expected string, got 1'],
    [{ apiKeys: "secret" }, '"apiKeys" expected an array, got "secret"'],
    [{ resumeKey: new Uint8Array(31) }, '"resumeKey" expected Uint8Array of 32 bytes or more, got an array of 31'],
    [{ allowedOrigins: ["x"] }, '"allowedOrigins" expected scheme://host, scheme://host:port, null or *, got "x"'],
    [{ allowedHosts: ["x:80"] }, '"allowedHosts" expected name without a port, got "x:80"'],
  ])("refuse %j", (options, message) => {
    expect(() => checkServerOptions(options as object)).toThrow(message);
  });

  it.each(Object.keys(defaultLimits) as (keyof ServeLimits)[])("hold %s to integers from 1 on", (name) => {
    for (const value of [0, -1, 1.5, Number.NaN, 2 ** 53, "1", null]) {
      expect(() => checkServerOptions({ limits: { [name]: value } })).toThrow(`"${name}" expected integer in [1, `);
    }
  });
});
