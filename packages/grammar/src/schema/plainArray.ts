/** The array that most schemas describe: any number of items, all of one schema. */
import type { BodyContext } from "./bodyContext.ts";
import type { Formula } from "./formula.ts";
import type { BodyEnds } from "./plainObject.ts";
import type { RuleBody } from "./ruleBody.ts";

export interface PlainArray {
  readonly items: Formula;
  readonly isNonEmpty: boolean;
}

/** Adds edges from the start to the end for all such arrays. */
export function addPlainArray(context: BodyContext, body: RuleBody, ends: BodyEnds, array: PlainArray): void {
  const { punctuation } = context;
  if (!array.isNonEmpty) body.addEdge(ends.start, punctuation.emptyArray, ends.end);
  const item = context.symbolOf(array.items);
  if (!item) return;
  const [before, after] = [body.addState(), body.addState()];
  body.addEdge(ends.start, punctuation.openArray, before);
  body.addEdge(before, item, after);
  body.addEdge(after, punctuation.comma, before);
  body.addEdge(after, punctuation.closeArray, ends.end);
}
