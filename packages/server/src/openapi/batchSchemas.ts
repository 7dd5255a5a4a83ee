/** Files and batches, as the server answers them. */
import { component, type Described } from "./operation.ts";
import { count, list, map, one, orNull, shape, text } from "./shapes.ts";

const time = orNull(count);
const truth: Described = { type: "boolean" };
const page = (item: string): Described =>
  shape({
    object: one("list"),
    data: list(component(item)),
    first_id: orNull(text),
    last_id: orNull(text),
    has_more: truth,
  });

export const batchSchemas: Readonly<Record<string, Described>> = {
  File: shape({
    id: text,
    object: one("file"),
    bytes: count,
    created_at: count,
    filename: text,
    purpose: one("batch", "batch_output"),
  }),
  FileList: page("File"),
  DeletedFile: shape({ id: text, object: one("file"), deleted: truth }),
  FileUpload: shape({
    file: { type: "string", format: "binary", description: "Requests, one JSON object a line." },
    purpose: one("batch"),
  }),
  Batch: shape({
    id: text,
    object: one("batch"),
    endpoint: text,
    input_file_id: text,
    completion_window: one("24h"),
    status: one("validating", "failed", "in_progress", "finalizing", "completed", "expired", "cancelling", "cancelled"),
    output_file_id: orNull(text),
    error_file_id: orNull(text),
    errors: orNull(
      shape({
        object: one("list"),
        data: list(shape({ code: text, message: text, param: orNull(text), line: orNull(count) })),
      }),
    ),
    created_at: count,
    expires_at: count,
    in_progress_at: time,
    finalizing_at: time,
    completed_at: time,
    failed_at: time,
    expired_at: time,
    cancelling_at: time,
    cancelled_at: time,
    request_counts: shape({ total: count, completed: count, failed: count }),
    metadata: orNull(map(text)),
  }),
  BatchList: page("Batch"),
};
