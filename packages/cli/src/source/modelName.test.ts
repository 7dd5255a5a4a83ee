import { expect, it } from "vitest";
import { modelNameOf } from "./modelName.ts";

it.each([
  [{}, undefined],
  [{ modelName: "mine", model: "a.gguf" }, "mine"],
  [{ model: "SmolLM2-135M.Q4_1" }, "SmolLM2-135M.Q4_1"],
  [{ model: "none.GGUF" }, "none"],
  [{ model: "organisation/model" }, "organisation/model"],
  [{ model: import.meta.dirname }, "source"],
  [{ model: `${import.meta.dirname}/../source/modelName.ts` }, "modelName.ts"],
])("%j is called %s", (flags, name) => {
  expect(modelNameOf(flags)).toBe(name);
});
