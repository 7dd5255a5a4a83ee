import { describe, expect, it } from "vitest";
import { codeSnippet, commandLine, type Shown } from "./exportText.ts";

const shown: Shown = {
  row: { kind: "prompt", prompt: "The whale" },
  settings: { repetitionPenalty: 1.5 },
  history: ["ship"],
  draws: 3,
};

describe("what is taken away", () => {
  it("is a program that sees the prompt's tokens and those behind it", () => {
    const program = codeSnippet(shown, new Float32Array(100), { history: [4, 8, 7], promptLength: 2 });
    expect(program).toContain("{ position, history: [4, 8, 7], promptLength: 2 }");
    expect(codeSnippet(shown, [1], { history: [], promptLength: 0 })).toContain("{ position }");
  });

  it("is a command that says what it cannot bring", () => {
    const command = "npx tokenmill explain --prompt 'The whale' --repetition-penalty 1.5 --draws 3";
    expect(commandLine(shown)).toBe(`${command} # without the tokens so far`);
    expect(commandLine({ ...shown, history: [] })).toBe(command);
    expect(commandLine({ ...shown, model: "embedded", history: [] })).toBe(command);
    expect(commandLine({ ...shown, model: "Qwen/Qwen3-0.6B" })).toContain("explain --model Qwen/Qwen3-0.6B --prompt");
  });
});
