/** Axes that several plots use. */

/** Quantity axis from zero. */
export function from0(field: string, title: string): Record<string, unknown> {
  return { field, type: "quantitative", title, axis: { format: "~s" }, scale: { zero: true, nice: true } };
}

/** Logarithmic axis; `values` must be above 0. */
export function logarithmic(field: string, title: string): Record<string, unknown> {
  return {
    field,
    type: "quantitative",
    title,
    scale: { type: "log", nice: true },
    axis: { format: "~g", tickCount: 6 },
  };
}
