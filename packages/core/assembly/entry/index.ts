// What the kernels export. src/kernels.ts has the same names with their signatures, references and tolerances.
export { distribution_row } from "./distributionRow";
export { guide_row_f32 } from "./guidance";
export { add_scalar_f32, scatter_add_f32 } from "./rows";
export { sample_row } from "./sampleRow";
export { score_row } from "./scoreRow";
export { transform_row } from "./transformRow";
export { read_row } from "../row/scan";
export { workspace_bytes } from "../memory/workspace";
