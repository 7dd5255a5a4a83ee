import { describe, expect, it } from "vitest";
import { loadOptional } from "./optionalPackages.ts";

describe("an optional package", () => {
  it("that is there is loaded", async () => {
    expect(await loadOptional('"--x"', ["@some/package@1"], () => 7)).toBe(7);
  });

  it("that is not there is named, with the command that installs it", async () => {
    const missing = "@tokenmill/no-such-package";
    const load = (): Promise<unknown> => import(missing);
    await expect(loadOptional('"--x"', ["other", `${missing}@^1.2`], load)).rejects.toThrow(
      `"--x" needs packages that are not installed: npm install other ${missing}@^1.2`,
    );
  });

  it("is not blamed for what else is missing or fails", async () => {
    const missing = "@tokenmill/no-such-package";
    await expect(loadOptional('"--x"', ["other"], () => import(missing))).rejects.toThrow("Cannot find package");
    await expect(loadOptional('"--x"', ["other"], () => Promise.reject(new Error("'other'")))).rejects.toThrow(
      /^'other'$/,
    );
  });
});
