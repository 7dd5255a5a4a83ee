/** The reports with plots. */
export { runHtml } from "./runHtml.ts";
export { sweepHtml } from "./sweepHtml.ts";
