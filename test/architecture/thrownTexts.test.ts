/** What was thrown may be anything: only @tokenmill/check turns it into text, and never throws at that. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const thrown = String.raw`(?:e|err|error|cause|reason|thrown|failure)`;
const unsafe = [
  new RegExp(String.raw`\bString\(${thrown}\)`),
  new RegExp(String.raw`\b${thrown} instanceof Error \? ${thrown}\.message`),
  new RegExp(String.raw`\b${thrown} instanceof Error \? ${thrown} : new Error`),
  /\$\{(?:err|error|cause|thrown)\}/,
];

const offences = (text: string): string[] => text.split("\n").filter((line) => unsafe.some((form) => form.test(line)));

describe("texts of what was thrown", () => {
  it("are made by messageOf and errorOf of @tokenmill/check, nowhere else", () => {
    const files = ["packages", "apps"]
      .flatMap((group) => readdirSync(join(root, group)).map((name) => join(group, name, "src")))
      .filter((folder) => existsSync(join(root, folder)) && folder !== join("packages", "check", "src"))
      .flatMap((folder) =>
        readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => join(folder, file)),
      )
      .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file));
    expect(files.length).toBeGreaterThan(300);
    const found = files.flatMap((file) =>
      offences(readFileSync(join(root, file), "utf8")).map((line) => `${file}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });

  it.each([
    "const text = String(error);",
    "fail(cause instanceof Error ? cause.message : text);",
    "throw error instanceof Error ? error : new Error(text);",
    "const text = `failed: ${cause}`;",
  ])("are found where they are not: %s", (line) => {
    expect(offences(line)).toEqual([line]);
  });
});
