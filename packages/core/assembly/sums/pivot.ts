// The token that divides a row: what is above it, and what is not.

/** Only what is above the pivot (greater, or equal with a lower id) is weighed; no pivot: everything. */
export let pivotLogit: f32 = -Infinity;
export let pivotTokenId: i32 = -1;

export function setPivot(logit: f32, tokenId: i32): void {
  pivotLogit = logit;
  pivotTokenId = tokenId;
}

// @ts-ignore: decorator
@inline
export function isAbovePivot(x: f32, tokenId: i32): bool {
  return x > pivotLogit || (x == pivotLogit && tokenId < pivotTokenId);
}
