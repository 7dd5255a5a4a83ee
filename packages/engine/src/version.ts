/** Versions that a resume record carries. */

/** Version of this package. */
export const engineVersion = "0.1.0";

/** Layout and meaning of `SequenceSnapshot`; raised whenever an older record would continue differently. */
export const snapshotVersion = 2;
