/** Versions that a resume record carries. */
import { packageVersion } from "./generated/packageVersion.ts";

/** Version of this package. */
export const engineVersion: string = packageVersion;

/** Layout and meaning of `SequenceSnapshot`; raised whenever an older record would continue differently. */
export const snapshotVersion = 4;
