/** Token ids from outside. */
import { ApiError } from "../errors/apiError.ts";

/** The ids themselves. @throws ApiError naming the first that is not in the vocabulary. */
export function checkIds(param: string, ids: readonly number[], vocabSize: number): readonly number[] {
  const index = ids.findIndex((id) => !(Number.isInteger(id) && id >= 0 && id < vocabSize));
  if (index < 0) return ids;
  const name = `${param}[${index}]`;
  throw new ApiError(400, `"${name}" expected token id in [0, ${vocabSize}), got ${String(ids[index])}`, {
    param: name,
  });
}
