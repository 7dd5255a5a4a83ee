/** Lists in pages, as OpenAI's API has them: `limit` of them, behind the one whose id is `after`. */
import { ApiError } from "../errors/apiError.ts";
import type { Operation } from "../openapi/operation.ts";

export interface PageQuery {
  readonly limit?: string;
  readonly after?: string;
}

export interface Page {
  readonly object: "list";
  readonly data: readonly object[];
  readonly first_id: string | null;
  readonly last_id: string | null;
  readonly has_more: boolean;
}

/** @param most and default of `limit` */
export function pageParameters(most: number, byDefault: number): NonNullable<Operation["parameters"]> {
  return [
    {
      name: "limit",
      in: "query",
      description: `How many, 1 to ${most}; absent: ${byDefault}.`,
      schema: { type: "integer", minimum: 1, maximum: most, default: byDefault },
    },
    { name: "after", in: "query", description: "The id of the last of the page before.", schema: { type: "string" } },
  ];
}

/** @throws ApiError 400 */
export function pageOf<T extends { readonly id: string }>(
  all: readonly T[],
  { limit, after, ...rest }: PageQuery,
  most: number,
  byDefault: number,
): { readonly items: readonly T[]; readonly hasMore: boolean } {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) {
    throw new ApiError(400, `unknown parameter "${unknown}"`, { param: unknown, code: "unknown_parameter" });
  }
  const count = limit === undefined ? byDefault : Number(limit);
  if (!Number.isInteger(count) || count < 1 || count > most) {
    const message = `"limit" expected integer in [1, ${most}], got ${JSON.stringify(limit)}`;
    throw new ApiError(400, message, { param: "limit", code: "invalid_value" });
  }
  const begin = after === undefined ? 0 : all.findIndex(({ id }) => id === after) + 1;
  if (after !== undefined && begin === 0) {
    throw new ApiError(400, `"after" expected the id of one that is there, got ${JSON.stringify(after)}`, {
      param: "after",
      code: "invalid_value",
    });
  }
  return { items: all.slice(begin, begin + count), hasMore: begin + count < all.length };
}

export function page(items: readonly { readonly id: string }[], hasMore: boolean): Page {
  return {
    object: "list",
    data: items,
    first_id: items[0]?.id ?? null,
    last_id: items.at(-1)?.id ?? null,
    has_more: hasMore,
  };
}
