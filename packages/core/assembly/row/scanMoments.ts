// Σ (x − x_0) and Σ (x − x_0)² of the blocks of a row, x_0 its first logit, as the scan takes them on the way: each lane of a
// block in f32, four vectors pairwise and the four groups one after another, and each lane's blocks in f64.

/** How many blocks from the first on were added up, 0: none, or the row has changed. */
export let momentBlocks: i32 = 0;
export let sum0: f64 = 0;
export let sum1: f64 = 0;
export let sum2: f64 = 0;
export let sum3: f64 = 0;
export let squares0: f64 = 0;
export let squares1: f64 = 0;
export let squares2: f64 = 0;
export let squares3: f64 = 0;

export function forgetMoments(): void {
  momentBlocks = 0;
}

/** Keeps the sums of the first `blocks` blocks. */
export function keepMoments(blocks: i32, sums01: v128, sums23: v128, squares01: v128, squares23: v128): void {
  momentBlocks = blocks;
  sum0 = f64x2.extract_lane(sums01, 0);
  sum1 = f64x2.extract_lane(sums01, 1);
  sum2 = f64x2.extract_lane(sums23, 0);
  sum3 = f64x2.extract_lane(sums23, 1);
  squares0 = f64x2.extract_lane(squares01, 0);
  squares1 = f64x2.extract_lane(squares01, 1);
  squares2 = f64x2.extract_lane(squares23, 0);
  squares3 = f64x2.extract_lane(squares23, 1);
}
