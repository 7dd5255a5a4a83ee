/** The model that a request names. */
import { show } from "@tokenmill/check";
import { ApiError } from "../errors/apiError.ts";

/** @throws ApiError 404 unless it is the one served, or absent. */
export function checkModel(wanted: string | undefined, served: string): void {
  if (wanted === undefined || wanted === served) return;
  const message = `the model ${show(wanted)} does not exist: this server has ${JSON.stringify(served)}`;
  throw new ApiError(404, message, { param: "model", code: "model_not_found" });
}
