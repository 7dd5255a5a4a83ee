/** Codes of errors that the server's source can answer with. */
import { readdirSync, readFileSync, existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");
/** Where the server's source may stand. */
const homes = ["packages/server/src", "packages/row-service/src", "apps/stream/src/serve"];

/** Of the engine's sequences: named by the server where it names them otherwise. */
const renamed: Readonly<Record<string, string>> = { engine_closed: "shutting_down" };

export function codesInSource(): Set<string> {
  const found = new Set<string>();
  const add = (text: string, pattern: RegExp): void => {
    for (const [, code] of text.matchAll(pattern)) found.add(renamed[code!] ?? code!);
  };
  for (const text of sources()) {
    // `type LineErrorCode = | "a"`, `code: "a"`, `fullCode: "a"`, `code: x ?? "a"`, `const shownCode = code ?? (x ? "a" : "b")`, `this.#refuse("a"`
    for (const [line] of text.matchAll(/[cC]ode(?::|\s=) [^,;\n]*/g)) add(line, /"([a-z][a-z_0-9]+)"/g);
    for (const [, union] of text.matchAll(/LineErrorCode =((?:\s*\| "[a-z_]+")+)/g)) add(union!, /"([a-z_]+)"/g);
    add(text, /#refuse\(\s*"([a-z_]+)"/g);
    for (const [, code] of text.matchAll(/new RowError\("([a-z_]+)"/g)) if (code !== "other_dtype") found.add(code!);
    add(text, /^ {4}\d{3}: "([a-z_]+)",$/gm);
    if (text.includes("function sequenceError")) add(text, /case "([a-z_]+)":/g);
  }
  add(
    readFileSync(join(root, "packages/protocol/src/errors.ts"), "utf8").split("ProtocolErrorCode =")[1]!,
    /"([a-z_]+)"/g,
  );
  return found;
}

function sources(): string[] {
  return homes
    .map((home) => join(root, home))
    .filter((home) => existsSync(home))
    .flatMap((home) =>
      readdirSync(home, { recursive: true, encoding: "utf8" })
        .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts") && !path.includes("testing"))
        .map((path) => readFileSync(join(home, path), "utf8")),
    );
}
