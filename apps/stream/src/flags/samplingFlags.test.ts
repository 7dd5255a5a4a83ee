/** Every flag of the table is the parameter that it is named after. */
import { parameters, samplerNames } from "@tokenmill/core";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { addSamplingFlags } from "./samplingFlags.ts";
import { kebabCase } from "./kebabCase.ts";

describe("a sampling flag", () => {
  it.each(parameters.map(({ name }) => name))("gives %s its value, and nothing without it", (name) => {
    const command = new Command().exitOverride();
    addSamplingFlags(command);
    for (const option of command.options) option.argParser((text) => text);
    expect(command.parse([], { from: "user" }).opts()).toEqual({});
    expect(command.parse([`--${kebabCase(name)}`, "value"], { from: "user" }).opts()).toEqual({ [name]: "value" });
  });

  it("tells in the help which stages a chain may have", () => {
    const command = new Command();
    addSamplingFlags(command);
    const help = command.options.find(({ long }) => long === "--chain")!.description;
    expect(help).toContain(`(${samplerNames.join(", ")}, custom:<name>)`);
  });
});
