/** Discounts by count: [0 (unused count), D1, D2, D3 for 3 and more]; 0 < D(c) < c. */
export type Discounts = readonly [0, number, number, number];

/** For corpora too small to estimate from. */
const fixedDiscounts: Discounts = [0, 0.75, 0.75, 0.75];

/** Modified Kneser–Ney discounts from how many n-grams have count 1, 2, 3 and 4 (Chen and Goodman 1998, eq. 26). */
export function discounts(counts: Int32Array): Discounts {
  const n = [0, 0, 0, 0, 0];
  for (const count of counts) if (count <= 4) n[count]!++;
  const [, n1, n2, n3, n4] = n as [number, number, number, number, number];
  if (n1 === 0 || n2 === 0 || n3 === 0 || n4 === 0) return fixedDiscounts;
  const y = n1 / (n1 + 2 * n2);
  const result: Discounts = [0, 1 - (2 * y * n2) / n1, 2 - (3 * y * n3) / n2, 3 - (4 * y * n4) / n3];
  const usable = result.every((discount, count) => count === 0 || (discount > 0 && discount < count));
  return usable ? result : fixedDiscounts;
}

/**
 * Discount of the unigram, whose share goes to all ids alike. The estimate above would give 3 % to the 21,000 ids that
 * the corpus never has, which then turn up in every text at temperature 1 and above; with 0.1 they get 0.3 %, and the
 * perplexity of held-out texts is 141.3 in place of 140.9.
 */
export const unigramDiscounts: Discounts = [0, 0.1, 0.1, 0.1];
