/** Rows of models that a run recorded: files of 64 rows of f32, row after row. */
import { basename, delimiter } from "node:path";

export interface RecordedRows {
  /** The file's name without its ending. */
  readonly name: string;
  readonly path: string;
}

/** What `BENCH_RECORDED` names, paths as in PATH. */
export function readRowSets(): RecordedRows[] {
  const paths = (process.env["BENCH_RECORDED"] ?? "").split(delimiter).filter((path) => path !== "");
  return paths.map((path) => ({ name: basename(path).replace(/\.[^.]*$/, ""), path }));
}
