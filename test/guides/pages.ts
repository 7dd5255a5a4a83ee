/** The pages of this repository, and what is in them. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export const root: string = join(import.meta.dirname, "../..");

/** Paths of all pages, relative to the root. */
export const pages: readonly string[] = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "*.md"], {
  cwd: root,
  encoding: "utf8",
})
  .trim()
  .split("\n")
  // A part of BENCHMARKS.md, whose links go from the root.
  .filter((path) => path !== "test/benchmarks/report/notes.md" && existsSync(join(root, path)));

export const textOf = (page: string): string => readFileSync(join(root, page), "utf8");

/** Programs that are followed by what they print. */
export function programsIn(text: string): { code: string; output: string }[] {
  return [...text.matchAll(/^```js\n([^]*?)^```\n\n```text\n([^]*?)^```$/gm)].map(([, code, output]) => ({
    code: code!,
    output: output!,
  }));
}

/** Links to files that are not there, and to headings that their page has not. */
export function brokenLinks(page: string): string[] {
  const prose = textOf(page)
    .replaceAll(/^(```|~~~)[^]*?^\1$/gm, "")
    .replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^()\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target) && !isThere(page, target));
}

function isThere(page: string, target: string): boolean {
  const [path, heading] = target.split("#") as [string, string?];
  const file = path === "" ? join(root, page) : join(root, dirname(page), path);
  if (!existsSync(file)) return false;
  return heading === undefined || headingsOf(readFileSync(file, "utf8")).includes(heading);
}

function headingsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** Command lines of `tokenmill` with their command and flags. */
export function commandsIn(text: string): { line: string; command: string; flags: string[] }[] {
  return [...text.matchAll(/^(?: {4})?npx tokenmill ([a-z]+)(.*)$/gm)].map(([line, command, rest]) => {
    const own = rest!.split(/ [|#] /)[0]!;
    return { line: line.trim(), command: command!, flags: own.match(/(?<= )--[a-z-]+/g) ?? [] };
  });
}
