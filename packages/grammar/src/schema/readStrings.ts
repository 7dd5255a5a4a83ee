/** Keywords about strings (JSON Schema validation §6.3 and §7). Patterns search, lengths count code points. */
import { numberFormat } from "../json/formats/numbers.ts";
import { textFormat, unfollowedFormats } from "../json/formats/index.ts";
import { isPartial } from "../json/partialTexts.ts";
import { ofLength } from "../json/texts.ts";
import type { TextRegex } from "../regex/textRegex.ts";
import { regexText } from "../regex/regexText.ts";
import type { Formula } from "./formula.ts";
import type { SchemaReader } from "./schemaReader.ts";

export function readStrings(reader: SchemaReader): Formula[] {
  const { formulas } = reader;
  const found: Formula[] = [];
  const add = (texts: TextRegex): void => void found.push(formulas.leaf({ type: "string", texts }));
  const [min, max] = [reader.count("minLength"), reader.count("maxLength")];
  if (min !== undefined || max !== undefined) {
    add((max ?? Infinity) < (min ?? 0) ? { kind: "none" } : ofLength(min ?? 0, max ?? Infinity));
  }
  if (reader.has("pattern")) add(searchOf(reader, "pattern", reader.schema["pattern"]));
  found.push(...readFormat(reader));
  return found;
}

/** By pattern: what it was read as before. */
const read = new Map<string, TextRegex>();
const mostRead = 1000;

/** Texts in which the regular expression is found. */
export function searchOf(reader: SchemaReader, keyword: string, pattern: unknown): TextRegex {
  if (typeof pattern !== "string") return reader.refuse(keyword, "expected a regular expression as a string");
  try {
    let texts = read.get(pattern);
    if (texts === undefined) {
      texts = regexText(pattern, { search: true });
      if (read.size >= mostRead) read.clear();
      read.set(pattern, texts);
    }
    return texts;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return reader.refuse(keyword, error.message.replace('"regex" ', ""));
  }
}

/** A format of the standard is enforced or refused; any other is an annotation, as the standard has it. */
function readFormat(reader: SchemaReader): Formula[] {
  const { formulas, schema } = reader;
  if (!reader.has("format")) return [];
  const { format } = schema;
  if (typeof format !== "string") return reader.refuse("format", "expected a string");
  const texts = textFormat(format);
  if (texts) {
    const origin = isPartial(texts) ? { origin: reader.originOf("format") } : {};
    return [formulas.leaf({ type: "string", texts, ...origin })];
  }
  const bounds = numberFormat(format);
  if (bounds) {
    return bounds.map(({ is, bound }) => formulas.leaf({ type: "number", is, bound, isExclusive: false }));
  }
  if (unfollowedFormats.includes(format)) reader.refuse("format", `${JSON.stringify(format)} cannot be enforced`);
  reader.warn(reader.originOf("format"), `${JSON.stringify(format)} is no format of the standard: an annotation`);
  return [];
}
