import { expect, it } from "vitest";
import { threadFlags } from "./threadFlags.ts";

it("a thread has the process's flags, or none beside --input-type", () => {
  expect(threadFlags([])).toEqual({});
  expect(threadFlags(["--max-old-space-size=100", "-e", "1"])).toEqual({});
  expect(threadFlags(["--input-type=module", "-e", "1"])).toEqual({ execArgv: [] });
  expect(threadFlags(["--input-type", "module"])).toEqual({ execArgv: [] });
});
