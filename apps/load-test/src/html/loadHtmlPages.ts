/** The reports with plots, for which Vega has to be installed: 80 packages that few want. */
import { loadOptional } from "@tokenmill/check";

/** @throws Error that says what to install */
export function loadHtmlPages(): Promise<typeof import("./htmlPages.ts")> {
  return loadOptional('"--html"', ["vega@6", "vega-lite@~6.4.3"], () => import("./htmlPages.ts"));
}
